"""YAML text as plain data, with a parallel tree of positions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

import yaml

from ..values import Json
from .diagnostics import Report, Span

Key: TypeAlias = str | int

_Loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_MAX_NODES = 500_000
_MAX_DEPTH = 100
_TAG = "tag:yaml.org,2002:"


@dataclass(frozen=True, slots=True)
class Positions:
    """Where a value was written, and where its children were."""

    span: Span
    children: Mapping[Key, Positions] = field(default_factory=dict)

    def of(self, *keys: Key) -> Span:
        """Return the place of the deepest known descendant on the way."""
        here = self
        for key in keys:
            if key not in here.children:
                break
            here = here.children[key]
        return here.span


@dataclass(frozen=True, slots=True)
class Source:
    """A file's data and where each part of it stands."""

    data: Json
    positions: Positions

    def locate(self, location: Sequence[Key]) -> Span:
        """Translate a pydantic error location, which contains union tags the author never wrote."""
        here, data, skipped = self.positions, self.data, False
        for key in location:
            if key in here.children:
                here, data, skipped = here.children[key], _child(data, key), False
            elif not skipped and isinstance(data, dict) and data.get("type") == key:
                skipped = True
            else:
                break
        return here.span


def load(text: str, file: str, report: Report) -> Source | None:
    """Read one YAML document by the YAML 1.2 core schema; every mistake goes into the report."""
    try:
        events = iter(yaml.parse(text.removeprefix("\ufeff"), Loader=_Loader))
        root = _Builder(events, file, report).document()
    except yaml.MarkedYAMLError as error:
        report.error("Y001", _problem(error), _span(error.problem_mark or error.context_mark, file))
        return None
    except yaml.reader.ReaderError as error:
        place = text.count("\n", 0, error.position) + 1 if isinstance(error.position, int) else 1
        report.error("Y001", f"unreadable character: {error.reason}", Span(file, place, 1))
        return None
    except _TooLarge as error:
        report.error("Y005", str(error), error.span)
        return None
    if root is None:
        report.error("Y003", "file is empty", Span(file))
        return None
    return Source(root[0], root[1])


class _Mark(Protocol):
    @property
    def line(self) -> int: ...

    @property
    def column(self) -> int: ...


class _TooLarge(Exception):
    def __init__(self, message: str, span: Span) -> None:
        super().__init__(message)
        self.span = span


_Built: TypeAlias = tuple[Json, Positions]


class _Builder:
    """Builds from the event stream, so that aliases, depth and size are ours to limit."""

    def __init__(self, events: Iterator[yaml.Event], file: str, report: Report) -> None:
        self._events, self._file, self._report = events, file, report
        self._anchors: dict[str, _Built | None] = {}
        self._sizes: dict[str, int] = {}
        self._nodes = 0

    def document(self) -> _Built | None:
        root: _Built | None = None
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                if root is not None:
                    self._report.error(
                        "Y006", "a second document starts here; one is allowed", self._at(event)
                    )
                    break
                root = self._node(next(self._events), 0)
        return root

    def _node(self, event: yaml.Event, depth: int) -> _Built:
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        self._grow(1, event, depth)
        anchor, before = getattr(event, "anchor", None), self._nodes
        if anchor:
            self._anchors[anchor] = None
        built = self._value(event, depth)
        if anchor:
            self._anchors[anchor], self._sizes[anchor] = built, self._nodes - before + 1
        return built

    def _value(self, event: yaml.Event, depth: int) -> _Built:
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(event, depth)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(event, depth)
        return self._scalar(event), Positions(self._at(event))

    def _mapping(self, start: yaml.Event, depth: int) -> _Built:
        data: dict[str, Json] = {}
        children: dict[Key, Positions] = {}
        for event in iter(self._events.__next__, None):
            if isinstance(event, yaml.MappingEndEvent):
                break
            key, at = self._key(event, depth), self._at(event)
            if key in data:
                self._report.error("Y002", f"duplicate key {key!r}", at)
            data[key], below = self._node(next(self._events), depth + 1)
            children[key] = Positions(at, below.children)
        return data, Positions(self._at(start), children)

    def _sequence(self, start: yaml.Event, depth: int) -> _Built:
        items: list[Json] = []
        children: dict[Key, Positions] = {}
        for event in iter(self._events.__next__, None):
            if isinstance(event, yaml.SequenceEndEvent):
                break
            value, children[len(items)] = self._node(event, depth + 1)
            items.append(value)
        return items, Positions(self._at(start), children)

    def _key(self, event: yaml.Event, depth: int) -> str:
        if isinstance(event, yaml.ScalarEvent):
            return event.value
        self._report.error("Y007", "a key must be a plain word", self._at(event))
        self._node(event, depth + 1)
        return ""

    def _alias(self, event: yaml.AliasEvent) -> _Built:
        if event.anchor not in self._anchors:
            self._report.error("Y004", f"no anchor '&{event.anchor}' before this alias", self._at(event))
            return None, Positions(self._at(event))
        built = self._anchors[event.anchor]
        if built is None:
            self._report.error("Y004", f"alias '*{event.anchor}' refers to itself", self._at(event))
            return None, Positions(self._at(event))
        self._grow(self._sizes[event.anchor], event, 0)
        return built

    def _scalar(self, event: yaml.Event) -> Json:
        if not isinstance(event, yaml.ScalarEvent):
            raise TypeError(f"unexpected {type(event).__name__}")
        tag = event.tag.removeprefix(_TAG) if event.tag and event.tag != "!" else None
        if tag is None:
            return _plain(event.value) if event.implicit[0] and not event.tag else event.value
        if tag == "str":
            return event.value
        value = _plain(event.value)
        if tag in _TAGGED and isinstance(value, _TAGGED[tag]):
            return value
        self._report.error("Y008", f"tag {event.tag!r} is not supported here", self._at(event))
        return event.value

    def _grow(self, by: int, event: yaml.Event, depth: int) -> None:
        self._nodes += by
        if self._nodes > _MAX_NODES:
            raise _TooLarge(f"file expands to more than {_MAX_NODES} values", self._at(event))
        if depth > _MAX_DEPTH:
            raise _TooLarge(f"values are nested more than {_MAX_DEPTH} deep", self._at(event))

    def _at(self, event: yaml.Event) -> Span:
        return _span(event.start_mark, self._file)


# YAML 1.2 core schema: `yes`, `on` and dates stay text, `0o17` is octal, `017` is seventeen
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_TAGGED: Mapping[str, tuple[type, ...]] = {
    "int": (int,),
    "float": (float, int),
    "bool": (bool,),
    "null": (type(None),),
}


def _plain(text: str) -> Json:
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    if _INT.fullmatch(text):
        return _integer(text)
    return float(text) if _FLOAT.fullmatch(text) else text


def _integer(text: str) -> Json:
    if len(text) > 4000:  # Python refuses to convert longer ones
        return text
    return int(text, 0) if text[:2] in ("0o", "0x") else int(text)


def _child(data: Json, key: Key) -> Json:
    if isinstance(data, dict) and isinstance(key, str):
        return data.get(key)
    return data[key] if isinstance(data, list) and isinstance(key, int) else None


def _problem(error: yaml.MarkedYAMLError) -> str:
    parts = (error.context, error.problem)
    return " ".join(part for part in parts if part) or "not readable as YAML"


def _span(mark: _Mark | None, file: str) -> Span:
    return Span(file, mark.line + 1, mark.column + 1) if mark else Span(file)
