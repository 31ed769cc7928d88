"""Finds the route of a request on the raw path, so that an encoded slash stays inside its segment (D16)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType
from typing import TypeAlias
from urllib.parse import unquote

from ...plan.surfaces import RestRoute

Segments: TypeAlias = tuple[str, ...]

# nothing here is tried twice, whatever stands between braces
HOLE = re.compile(r"\{\{?\s*+((?:[^{}\s+]|[\s+]+(?=[^{}\s+]))++)[\s+]*+\}?\}")


@dataclass(frozen=True, slots=True)
class Target:
    """A path that is exposed, and its routes by method."""

    path: str
    routes: Mapping[str, RestRoute]

    def find(self, method: str) -> RestRoute | None:
        """Find the route of a method; HEAD is answered by GET."""
        return self.routes.get(method) or (self.routes.get("GET") if method == "HEAD" else None)

    @property
    def allow(self) -> str:
        """List the methods for an ``Allow`` header."""
        also = ["HEAD"] if "GET" in self.routes and "HEAD" not in self.routes else []
        return ", ".join(sorted({*self.routes, *also, "OPTIONS"}))


@dataclass(frozen=True, slots=True)
class _Pattern:
    segments: tuple[str | re.Pattern[str], ...]
    names: tuple[str, ...]
    target: Target

    def match(self, segments: Segments) -> Mapping[str, str] | None:
        values: list[str] = []
        for pattern, segment in zip(self.segments, segments, strict=True):
            if isinstance(pattern, str):
                if pattern != segment:
                    return None
            elif found := pattern.fullmatch(segment):
                values += found.groups()
            else:
                return None
        return dict(zip(self.names, values, strict=True))


@dataclass(frozen=True, slots=True)
class Router:
    """Exact paths first, then templates, those with more fixed segments before others."""

    exact: Mapping[Segments, Target]
    patterns: Mapping[int, tuple[_Pattern, ...]]
    targets: tuple[Target, ...]

    def find(self, raw_path: bytes) -> tuple[Target, Mapping[str, str]] | None:
        """Match a raw path; the values of its variables are decoded after the match."""
        segments = tuple(
            unquote(part, errors="surrogateescape") for part in raw_path.decode("latin-1").split("/")
        )
        if (target := self.exact.get(segments)) is not None:
            return target, {}
        for pattern in self.patterns.get(len(segments), ()):
            if (values := pattern.match(segments)) is not None:
                return pattern.target, values
        return None

    def nearest(self, path: str) -> str | None:
        """Name the exposed path that looks most like one that is not."""
        near = get_close_matches(path, [target.path for target in self.targets], 1, 0.0)
        return near[0] if near else None


def build_router(routes: Iterable[RestRoute]) -> Router:
    """Compile routes; of two with the same path and method the first in the file wins."""
    by_path: dict[str, dict[str, RestRoute]] = {}
    for route in routes:
        by_path.setdefault(route.path, {}).setdefault(route.method, route)
    targets = [Target(path, MappingProxyType(methods)) for path, methods in by_path.items()]
    exact = {_segments(target.path): target for target in reversed(targets) if not HOLE.search(target.path)}
    patterns: dict[int, list[_Pattern]] = {}
    for target in targets:
        if HOLE.search(target.path):
            pattern = _compile(target)
            patterns.setdefault(len(pattern.segments), []).append(pattern)
    ranked = {length: tuple(sorted(group, key=_holes)) for length, group in patterns.items()}
    return Router(MappingProxyType(exact), MappingProxyType(ranked), tuple(targets))


def _segments(path: str) -> Segments:
    rooted = path if path.startswith("/") else f"/{path}"
    return tuple(unquote(segment) for segment in rooted.split("/"))


def _holes(pattern: _Pattern) -> int:
    return sum(1 for segment in pattern.segments if not isinstance(segment, str))


def _compile(target: Target) -> _Pattern:
    names: list[str] = []
    compiled: list[str | re.Pattern[str]] = []
    for segment in _segments(target.path):
        pieces = HOLE.split(segment)
        if len(pieces) == 1:
            compiled.append(segment)
            continue
        names += pieces[1::2]
        text = "".join(re.escape(piece) if place % 2 == 0 else "(.*)" for place, piece in enumerate(pieces))
        compiled.append(re.compile(text, re.DOTALL))
    return _Pattern(tuple(compiled), tuple(names), target)
