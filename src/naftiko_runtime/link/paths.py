"""Where consumed operations with a path of their own are: at that path, or at it below their resource's.

No version of the specification has such a path. Real files mean the whole path by it, or what comes behind
the path of the resource; an API is written in one of the two ways throughout.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, TypeAlias

from ..expr.scope import fold
from ..expr.template import hole_names
from ..spec.consumes import HttpSpec, OperationSpec, ResourceSpec
from ..spec.exposes import RestSpec, ServerSpec
from ..values.record import dataclass
from .variables import VARIABLE

Way: TypeAlias = Literal["whole", "below"]
Routes: TypeAlias = Mapping[str, tuple[str, ...]]

_VERSION = re.compile(r"v[0-9]+")
_JOINED = (":", "?", "#")


@dataclass(frozen=True, slots=True)
class Reading:
    """A path as the file has it; ``way`` says how the operation's own path was read, if it has one.

    What nothing tells is not ``sure``, and ``other`` is what it may mean as well.
    """

    path: str
    way: Way | None = None
    other: str = ""
    is_sure: bool = True


@dataclass(frozen=True, slots=True)
class PathReader:
    """Reads the paths of one API's operations; ``routes`` are the exposed paths by what they call."""

    api: HttpSpec
    routes: Routes
    are_whole: bool

    def read(self, resource: ResourceSpec, operation: OperationSpec) -> Reading:
        """Decide by the operation itself, then by its siblings and callers, then by the rest of the API."""
        own = operation.path
        if own is None or not own.strip("/"):
            return Reading(resource.path)
        below = _below(resource.path, own)
        if not _outline(resource.path):
            return Reading(below)
        if _begins(own, resource.path):
            return Reading(own, "whole")
        said = set(self._said(resource, operation, below))
        if len(said) == 1:
            way = said.pop()
        elif said or self.are_whole:
            return Reading(own, "whole", below, is_sure=False)
        else:
            way = "below"
        return Reading(own if way == "whole" else below, way)

    def _said(self, resource: ResourceSpec, operation: OperationSpec, below: str) -> Iterator[Way]:
        own = operation.path or ""
        yield from _said_by_names(resource, operation)
        first = _outline(own)[:1]
        if first == _outline(resource.path)[:1] and not first[0].startswith("{"):
            yield "whole"
        if not self.are_whole:
            return
        if any(_begins(other.path or "", resource.path) for other in resource.operations or ()):
            yield "whole"
        for path in self._exposed(resource, operation):
            if _is_same(path, own):
                yield "whole"
            elif _is_same(path, below):
                yield "below"

    def _exposed(self, resource: ResourceSpec, operation: OperationSpec) -> Iterator[str]:
        """List the exposed paths whose call can only mean this operation."""
        named = [each for one in self.api.resources or () for each in one.operations or ()]
        if sum(each.name == operation.name for each in named) == 1:
            yield from self.routes.get(f"{self.api.namespace}.{operation.name}", ())
        yield from self.routes.get(f"{self.api.namespace}.{resource.name}.{operation.name}", ())


def path_reader(api: HttpSpec, routes: Routes) -> PathReader:
    """Find out how an API is written: one path that begins with its resource's makes the others whole too."""
    are_whole = any(
        _outline(resource.path) and _begins(operation.path or "", resource.path)
        for resource in api.resources or ()
        for operation in resource.operations or ()
    )
    return PathReader(api, routes, are_whole)


def called_from(servers: Iterable[ServerSpec]) -> Routes:
    """List the exposed paths of every call, without the version that many begin with."""
    found: dict[str, tuple[str, ...]] = {}
    for server in servers:
        for resource in (server.resources or ()) if isinstance(server, RestSpec) else ():
            for route in resource.operations or ():
                if route.call is not None:
                    found[route.call] = (*found.get(route.call, ()), _unversioned(resource.path))
    return found


def _unversioned(path: str) -> str:
    first, slash, rest = path.removeprefix("/").partition("/")
    return f"{slash}{rest}" if _VERSION.fullmatch(first) else path


def _below(path: str, own: str) -> str:
    """Put a path behind another; a verb such as ``:cancel`` and a query belong to the last segment."""
    if own.startswith(_JOINED):
        return path + own
    return f"{path.rstrip('/')}/{own.removeprefix('/')}"


def _outline(path: str) -> tuple[str, ...]:
    """Bring spellings of a path together, without its query."""
    plain = re.split(r"[?#]", path, maxsplit=1)[0]
    spelled = VARIABLE.sub(lambda found: f"{{{fold(found[1])}}}", plain).lower()
    return tuple(segment for segment in spelled.split("/") if segment)


def _begins(own: str, path: str) -> bool:
    """Tell whether a path begins with another; variables may differ where something fixed is the same."""
    start = _outline(path)
    pairs = list(zip(start, _outline(own), strict=False))
    alike = all(one == other or one[0] == other[0] == "{" for one, other in pairs)
    return len(pairs) == len(start) and alike and any(one == other for one, other in pairs)


def _is_same(one: str, other: str) -> bool:
    return len(_outline(one)) == len(_outline(other)) and _begins(one, other)


def _said_by_names(resource: ResourceSpec, operation: OperationSpec) -> Iterator[Way]:
    """Listen to the path parameters that an operation declares: they are those of its path."""
    declared = {spec.name for spec in operation.inputs or () if spec.location == "path"}
    above, own = (set(hole_names(path or "", single=True)) for path in (resource.path, operation.path))
    if declared & (above - own):
        yield "below"
    elif declared and above and declared == own:
        yield "whole"
