"""Finds the route of a request on the raw path, so that an encoded slash stays inside its segment (D16)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from operator import attrgetter
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
    """A template: where it has holes, and what may stand there; of several the least rank is first.

    A hole without a pattern is a whole segment.
    """

    rank: int
    holes: tuple[tuple[int, re.Pattern[str] | None], ...]
    names: tuple[str, ...]
    target: Target

    def match(self, segments: Segments) -> Mapping[str, str] | None:
        values: list[str] = []
        for place, pattern in self.holes:
            if pattern is None:
                values.append(segments[place])
                continue
            found = pattern.fullmatch(segments[place])
            if found is None:
                return None
            values += found.groups()
        return dict(zip(self.names, values, strict=True))


_rank = attrgetter("rank")


@dataclass(frozen=True, slots=True)
class _Shape:
    """Templates with fixed segments at the same places, by these: APIs have many paths, but few shapes."""

    places: tuple[int, ...]
    patterns: Mapping[Segments, list[_Pattern]]

    def alike(self, segments: Segments) -> Iterable[_Pattern]:
        """List the templates whose fixed segments a path has."""
        return self.patterns.get(tuple([segments[place] for place in self.places]), ())


@dataclass(frozen=True, slots=True)
class Router:
    """Exact paths first, then templates, those with more fixed segments before others."""

    exact: Mapping[Segments, Target]
    shapes: Mapping[int, tuple[_Shape, ...]]
    targets: tuple[Target, ...]

    def find(self, raw_path: bytes) -> tuple[Target, Mapping[str, str]] | None:
        """Match a raw path; the values of its variables are decoded after the match."""
        path = raw_path.decode("latin-1")
        parts = path.split("/")
        if "%" in path:
            parts = [unquote(part, errors="surrogateescape") for part in parts]
        segments = tuple(parts)
        if (target := self.exact.get(segments)) is not None:
            return target, {}
        alike = [pattern for shape in self.shapes.get(len(segments), ()) for pattern in shape.alike(segments)]
        if len(alike) > 1:
            alike.sort(key=_rank)
        for pattern in alike:
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
    return Router(MappingProxyType(exact), MappingProxyType(_shapes(targets)), tuple(targets))


def _shapes(targets: Iterable[Target]) -> Mapping[int, tuple[_Shape, ...]]:
    """Sort templates by their number of segments and by where they have fixed ones."""
    templates = ((_segments(target.path), target) for target in targets if HOLE.search(target.path))
    ranked = sorted(templates, key=lambda template: _holes(template[0]))
    shapes: dict[int, dict[tuple[int, ...], dict[Segments, list[_Pattern]]]] = {}
    for rank, (segments, target) in enumerate(ranked):
        fixed = {place: text for place, text in enumerate(segments) if not HOLE.search(text)}
        by_places = shapes.setdefault(len(segments), {}).setdefault(tuple(fixed), {})
        by_places.setdefault(tuple(fixed.values()), []).append(_compile(rank, segments, target))
    return {
        length: tuple(_Shape(places, MappingProxyType(patterns)) for places, patterns in alike.items())
        for length, alike in shapes.items()
    }


def _segments(path: str) -> Segments:
    rooted = path if path.startswith("/") else f"/{path}"
    return tuple(unquote(segment) for segment in rooted.split("/"))


def _holes(segments: Segments) -> int:
    return sum(1 for segment in segments if HOLE.search(segment))


def _compile(rank: int, segments: Segments, target: Target) -> _Pattern:
    names: list[str] = []
    holes: list[tuple[int, re.Pattern[str] | None]] = []
    for place, segment in enumerate(segments):
        pieces = HOLE.split(segment)
        if len(pieces) == 1:
            continue
        names += pieces[1::2]
        if len(pieces) == 3 and not pieces[0] and not pieces[2]:
            holes.append((place, None))
            continue
        text = "".join(re.escape(piece) if at % 2 == 0 else "(.*)" for at, piece in enumerate(pieces))
        holes.append((place, re.compile(text, re.DOTALL)))
    return _Pattern(rank, tuple(holes), tuple(names), target)
