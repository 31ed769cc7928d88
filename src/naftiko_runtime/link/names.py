"""Names and paths as callers meet them: tool names that every client takes, routes that can be reached."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import field
from hashlib import sha256
from typing import Literal, TypeVar

from ..source.diagnostics import Report
from ..spec.exposes import ExposedResourceSpec, McpResourceSpec, PromptSpec, RouteSpec, ToolSpec
from ..values.record import dataclass
from .variables import VARIABLE, without_names

# what the clients of all large hosts take; some of them put the server's name before it
_LEGAL = re.compile(r"[A-Za-z0-9_-]{1,64}")
_ILLEGAL = re.compile(r"[^A-Za-z0-9_-]+")
_LEGAL_KEY = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_ILLEGAL_KEY = re.compile(r"[^A-Za-z0-9_.-]+")
_MAX, _COMFORTABLE, _HASH = 64, 48, 8


def legal(name: str) -> str:
    """Make a name that MCP clients take: it depends on the given one only, and two do not become one."""
    if _LEGAL.fullmatch(name):
        return name
    mark = sha256(name.encode(errors="surrogatepass")).hexdigest()[:_HASH]
    words = _ILLEGAL.sub("_", name).strip("_")[: _MAX - _HASH - 1].rstrip("_-")
    return f"{words}-{mark}" if words else f"tool-{mark}"


def legal_keys(names: Sequence[str]) -> dict[str, str]:
    """Find names that clients take for arguments whose own they do not; returns the own ones by those."""
    taken = {name for name in names if _LEGAL_KEY.fullmatch(name)}
    renamed: dict[str, str] = {}
    for name in names:
        if name in taken:
            continue
        words = _ILLEGAL_KEY.sub("_", name).strip("_")[:_MAX]
        shown = words if words and words not in taken | renamed.keys() else legal(f"{name}?")
        renamed[shown] = name
    return renamed


@dataclass(slots=True)
class ToolNames:
    """Names the tools of one server, in the order of the file."""

    report: Report
    _seen: dict[str, list[ToolSpec]] = field(default_factory=dict)

    def name(self, spec: ToolSpec, given: str | None) -> str | None:
        """Return the name that a tool is served under; None (with L116) when it is not served."""
        span = spec.span("name")
        if not given:
            self.report.warn("L116", "a tool has no name", span)
            return None
        before = self._seen.setdefault(given, [])
        if any(_runs(other) == _runs(spec) for other in before):
            self.report.warn("L116", f"a second tool is called {given!r}; only the first is served", span)
            return None
        before.append(spec)
        name = legal(given if len(before) == 1 else f"{given}-{len(before)}")
        self._tell(spec, given, name, is_second=len(before) > 1)
        return name

    def _tell(self, spec: ToolSpec, given: str, name: str, *, is_second: bool) -> None:
        span = spec.span("name")
        if is_second:
            message = f"another tool is called {given!r} but does something else; this one is called {name!r}"
            self.report.warn("L157", message, span, "give it a name of its own")
        elif name != given:
            message = f"MCP clients do not take the tool name {given!r}; it is called {name!r}"
            self.report.warn("L155", message, span, "use letters, digits, '_' and '-', 64 at most")
        elif len(name) > _COMFORTABLE:
            message = f"tool name {name!r} has {len(name)} characters, which some MCP clients cut"
            self.report.warn("L156", message, span, f"{_COMFORTABLE} are safe")


def _runs(spec: ToolSpec) -> tuple[object, ...]:
    """Tell what a tool does, by which two of one name are the same."""
    return spec.call, spec.ref, spec.with_, spec.steps, spec.outputs


_Shown = TypeVar("_Shown", McpResourceSpec, PromptSpec)


def unique(specs: Iterable[_Shown], key: Literal["uri", "name"], report: Report) -> Iterator[_Shown]:
    """Give the first entry of each name or URI (L116)."""
    seen: set[str] = set()
    for spec in specs:
        value = str(getattr(spec, key))
        if value in seen:
            message = f"a second {key} is {value!r}; only the first is served"
            report.warn("L116", message, spec.span(key))
            continue
        seen.add(value)
        yield spec


def rooted(path: str) -> str:
    """Return a path as requests have it; authors may leave out the first slash."""
    return path if path.startswith("/") else f"/{path}"


Placed = tuple[ExposedResourceSpec, RouteSpec]


def reachable(routes: Sequence[Placed], report: Report) -> Iterator[bool]:
    """Tell of each route whether it can be reached: the first of a method and path answers (L116, L159)."""
    seen: dict[tuple[str, str], str] = {}
    told = set[str]()
    for resource, spec in routes:
        method, path = spec.method.upper(), rooted(resource.path)
        if path not in told:
            told.add(path)
            _tell_of_marks(resource, report)
        key = method, without_names(path)
        if key not in seen:
            seen[key] = path
            yield True
            continue
        first = seen[key]
        code = "L116" if first == path else "L159"
        message = f"a second route is '{method} {path}'; only the first is served"
        if code == "L159":
            message = f"'{method} {path}' is never reached: '{method} {first}' answers to the same paths"
        report.warn(code, message, spec.span("method"))
        yield False


def _tell_of_marks(resource: ExposedResourceSpec, report: Report) -> None:
    """Warn of paths that callers cannot write as the file does."""
    path = VARIABLE.sub("", resource.path)
    for mark, name, escaped in (("?", "query", "%3F"), ("#", "fragment", "%23")):
        if mark in path:
            message = f"in path {resource.path!r} a {mark!r} begins what callers send as {name}, not as path"
            hint = f"leave it out; as it stands, the route is reached with {escaped!r} only"
            report.warn("L160", message, resource.span("path"), hint)
