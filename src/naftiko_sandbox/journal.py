"""What arrived, for tests to look at afterwards."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from typing import Final

from .bearer import mask
from .values import Json, JsonObject
from .wire import Request

LIMIT_ENTRIES: Final = 1000
LIMIT_BYTES: Final = 32 * 1024 * 1024

_SECRET_HEADERS: Final = frozenset({b"authorization", b"proxy-authorization"})


@dataclass(slots=True, eq=False)
class Entry:
    """One request and what became of it; ``eq=False`` because two equal requests are two entries."""

    request: Request
    operation: str | None
    status: int | None = None
    outcome: str = "running"

    @property
    def size(self) -> int:
        request = self.request
        headers = sum(len(name) + len(value) for name, value in request.headers)
        return len(request.path) + len(request.query) + len(request.body) + headers

    def as_json(self) -> JsonObject:
        request = self.request
        return {
            "method": request.method,
            "path": request.path.decode("latin-1"),
            "query": request.query.decode("latin-1"),
            "headers": [[name.decode("latin-1"), value.decode("latin-1")] for name, value in request.headers],
            "body": request.body.decode("utf-8", "backslashreplace"),
            "operation": self.operation,
            "status": self.status,
            "outcome": self.outcome,
        }


@dataclass(slots=True)
class Journal:
    """Keeps the last requests, bounded in number and in bytes."""

    finished: deque[Entry] = field(default_factory=deque)
    running: list[Entry] = field(default_factory=list)
    size_bytes: int = 0
    dropped: int = 0

    def open(self, request: Request, operation: str | None) -> Entry:
        entry = Entry(_without_secrets(request), operation)
        self.running.append(entry)
        return entry

    def close(self, entry: Entry, outcome: str) -> None:
        """Say how a request ended; the first word counts."""
        if entry not in self.running:
            return
        self.running.remove(entry)
        entry.outcome = outcome
        self.finished.append(entry)
        self.size_bytes += entry.size
        while len(self.finished) > LIMIT_ENTRIES or self.size_bytes > LIMIT_BYTES:
            self.size_bytes -= self.finished.popleft().size
            self.dropped += 1

    def take(self) -> JsonObject:
        """Give what is finished and forget it; what still runs is shown and stays."""
        requests: list[Json] = [entry.as_json() for entry in self.finished]
        answer: JsonObject = {
            "requests": requests,
            "running": [entry.as_json() for entry in self.running],
            "dropped": self.dropped,
        }
        self.finished.clear()
        self.size_bytes = self.dropped = 0
        return answer


def _without_secrets(request: Request) -> Request:
    """Mask credentials before anything is kept."""
    headers = tuple(
        (name, mask(value).encode("latin-1") if name in _SECRET_HEADERS else value)
        for name, value in request.headers
    )
    return replace(request, headers=headers)
