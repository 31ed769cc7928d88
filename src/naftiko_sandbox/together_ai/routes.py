"""Which operation a method and a path mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from . import operations
from .operations import Operation
from .refusal import Problem

_ID: Final = "{id}"


@dataclass(frozen=True, slots=True)
class Route:
    """One operation's place."""

    name: str
    method: str
    segments: tuple[str, ...]
    operation: Operation
    needs_key: bool = True

    def match(self, segments: tuple[str, ...]) -> str | None:
        """Give the id in the path, empty when the template has none; None when the path is another."""
        if len(segments) != len(self.segments):
            return None
        found = ""
        for expected, segment in zip(self.segments, segments, strict=True):
            if expected == _ID and segment:
                found = segment
            elif expected not in (segment, "*"):
                return None
        return found


@dataclass(frozen=True, slots=True)
class Target:
    """A route and the id that its path holds."""

    route: Route
    job_id: str


def _route(name: str, method: str, path: str, operation: Operation) -> Route:
    return Route(name, method, ("v1", *path.split("/")), operation)


# fixed paths stand before the templates that would swallow them
ROUTES: Final = (
    _route("create", "POST", "fine-tunes", operations.create),
    _route("list", "GET", "fine-tunes", operations.list_jobs),
    _route("estimate", "POST", "fine-tunes/estimate-price", operations.estimate_price),
    _route("limits", "GET", "fine-tunes/models/limits", operations.limits),
    _route("supported", "GET", "fine-tunes/models/supported", operations.supported),
    _route("retrieve", "GET", "fine-tunes/{id}", operations.retrieve),
    _route("delete", "DELETE", "fine-tunes/{id}", operations.delete),
    _route("cancel", "POST", "fine-tunes/{id}/cancel", operations.cancel),
    _route("checkpoints", "GET", "fine-tunes/{id}/checkpoints", operations.checkpoints),
    _route("events", "GET", "fine-tunes/{id}/events", operations.events),
    _route("metrics", "GET", "fine-tunes/{id}/metrics", operations.list_metrics),
    _route("download", "GET", "finetune/download", operations.download_model),
    Route("stored", "GET", ("__store__", _ID, "*"), operations.stored, needs_key=False),
)

NAMES: Final = tuple(route.name for route in ROUTES if route.needs_key)


def find(method: str, path: bytes) -> Target | None:
    """Find the operation; segments are decoded one by one, so an encoded slash stays inside its segment."""
    segments = tuple(unquote(part) for part in path.decode("latin-1").split("/")[1:])
    for route in ROUTES:
        if route.method == method and (job_id := route.match(segments)) is not None:
            return Target(route, job_id)
    return None


def refuse(method: str, path: bytes) -> Problem:
    """Say why nothing was found: no such path, or not with this method."""
    allowed = sorted({route.method for route in ROUTES if find(route.method, path)})
    if not allowed:
        return Problem(404, "there is no such path", "not_found")
    message = f"{method} is not allowed here; try {', '.join(allowed)}"
    return Problem(405, message, "method_not_allowed", headers={"allow": ", ".join(allowed)})
