"""YAML text as plain data, with a parallel tree of positions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace
from types import MappingProxyType
from typing import Protocol, TypeAlias

import yaml

from ..values import Json
from ..values.record import dataclass
from ..values.scalar import TAGGED, plain
from .diagnostics import Report, Span
from .ending import beginnings, mark_of
from .mistake import Stop, explain

Key: TypeAlias = str | int

_Loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_MAX_NODES = 500_000
_MAX_DEPTH = 100
_WHOLE = "get the whole file"
_TAG = "tag:yaml.org,2002:"
# YAML 1.2, 5.1; in two, because a set that has both takes milliseconds to compile
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")
_NO_CHARACTER = re.compile(r"[\ud800-\udfff\ufffe\uffff]")


_NOTHING: Mapping[Key, Positions] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Positions:
    """Where a value was written, and where its children were."""

    span: Span
    children: Mapping[Key, Positions] = field(default_factory=lambda: _NOTHING)

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
    is_cut: bool = False  # the text breaks off, so its last item is not whole

    def locate(self, location: Sequence[Key]) -> Span:
        """Translate a pydantic error location; what nobody wrote, union tags and missing keys, is skipped."""
        here = self.positions
        for key in location:
            here = here.children.get(key, here)
        return here.span


def load(text: str, file: str, report: Report) -> Source | None:
    """Read one YAML document by the YAML 1.2 core schema; every mistake goes into the report."""
    text = text.removeprefix("\ufeff")
    if unreadable := _unreadable_in(text):
        message = f"character U+{ord(unreadable[0]):04X} is not allowed in YAML"
        report.error("Y001", message, _span_in(text, unreadable.start(), file))
        return None
    mark, heard = mark_of(text), Report()
    try:
        source = _source(text, file, heard)
    except yaml.MarkedYAMLError as error:
        stop = _stop(error)
        if (whole := _whole_part(text, stop, mark, file, report)) is None:
            _unreadable(text, stop, file, heard, report)
        return whole
    report.take(heard)
    if source is None or mark is None:
        return source
    report.warn("Y009", "the text was cut off here, as this line says", Span(file, mark + 1), _WHOLE)
    return replace(source, is_cut=True)


def _unreadable_in(text: str) -> re.Match[str] | None:
    """Find the first character that no YAML has."""
    found = (_CONTROL.search(text), None if text.isascii() else _NO_CHARACTER.search(text))
    return min(filter(None, found), key=re.Match.start, default=None)


def _source(text: str, file: str, report: Report) -> Source | None:
    try:
        root = _Builder(iter(_Loader(text).get_event, None), file, report).document()
    except _TooLarge as error:
        report.error("Y005", str(error), error.span)
        return None
    if root is None:
        report.error("Y003", "file is empty", Span(file))
        return None
    return Source(*root)


def _whole_part(text: str, stop: Stop, mark: int | None, file: str, report: Report) -> Source | None:
    """Read what is whole of a text that breaks off (Y009)."""
    for beginning in beginnings(text, stop, mark):
        heard = Report()
        try:
            source = _source(beginning, file, heard)
        except yaml.MarkedYAMLError:
            continue
        if source is not None:
            report.take(heard)
            first, lines = len(beginning.splitlines()), len(text.splitlines())
            message = f"the text breaks off: nothing is read from here on, {lines - first} of {lines} lines"
            report.warn("Y009", message, Span(file, first + 1), _WHOLE)
            return replace(source, is_cut=True)
    return None


def _unreadable(text: str, stop: Stop, file: str, heard: Report, report: Report) -> None:
    mistake = explain(text, stop)
    report.take(item for item in heard if item.span.line != mistake.line + 1)
    report.error("Y001", mistake.message, Span(file, mistake.line + 1, mistake.column + 1), mistake.hint)


def _stop(error: yaml.MarkedYAMLError) -> Stop:
    """Take over what the parser says, with its marks where there are any."""
    stopped = error.problem_mark or error.context_mark
    began = error.context_mark or error.problem_mark
    return Stop(
        error.context or "",
        error.problem or "",
        (began.line, began.column) if began else (0, 0),
        (stopped.line, stopped.column) if stopped else (0, 0),
    )


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


@dataclass(frozen=True, slots=True)
class _Anchored:
    """What an alias stands for, and how much it adds."""

    built: _Built
    size: int
    height: int


class _Builder:
    """Builds from the event stream, so that aliases, depth and size are ours to limit."""

    def __init__(self, events: Iterator[yaml.Event], file: str, report: Report) -> None:
        self._events, self._file, self._report = events, file, report
        self._anchors: dict[str, _Anchored | None] = {}
        self._nodes = self._deepest = 0

    def document(self) -> _Built | None:
        root: _Built | None = None
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                if root is not None:
                    self._error("Y006", "a second document starts here; one is allowed", event)
                    break
                first = next(self._events)
                root = self._node(first, 0, self._at(first))
        return root

    def _node(self, event: yaml.Event, depth: int, at: Span) -> _Built:
        """Build a value; ``at`` is where it is told to stand: at its key, if it has one."""
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, depth, at)
        self._grow(event, 1, depth)
        anchor = getattr(event, "anchor", None)
        return self._anchor(anchor, event, depth, at) if anchor else self._value(event, depth, at)

    def _anchor(self, anchor: str, event: yaml.Event, depth: int, at: Span) -> _Built:
        """Build a value and remember it, with its size and height, for the aliases to come."""
        nodes, deepest = self._nodes, self._deepest
        self._anchors[anchor], self._deepest = None, depth
        built = self._value(event, depth, at)
        self._anchors[anchor] = _Anchored(built, self._nodes - nodes + 1, self._deepest - depth)
        self._deepest = max(self._deepest, deepest)
        return built

    def _alias(self, event: yaml.AliasEvent, depth: int, at: Span) -> _Built:
        if event.anchor not in self._anchors:
            self._error("Y004", f"no anchor '&{event.anchor}' before this alias", event)
            return None, Positions(at)
        anchored = self._anchors[event.anchor]
        if anchored is None:
            self._error("Y004", f"alias '*{event.anchor}' refers to itself", event)
            return None, Positions(at)
        self._grow(event, anchored.size, depth + anchored.height)
        data, positions = anchored.built
        return data, Positions(at, positions.children)

    def _value(self, event: yaml.Event, depth: int, at: Span) -> _Built:
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event), Positions(at)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(event, depth, at)
        return self._sequence(event, depth, at)

    def _mapping(self, start: yaml.MappingStartEvent, depth: int, at: Span) -> _Built:
        self._check_tag(start, start.tag, "map")
        data: dict[str, Json] = {}
        children: dict[Key, Positions] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key, key_at = self._key(event, depth), self._at(event)
            value, below = self._node(next(self._events), depth + 1, key_at)
            if key is None:
                continue
            if key in data:
                self._report.error("Y002", f"duplicate key {key!r}", key_at)
            data[key], children[key] = value, below
        return data, Positions(at, children)

    def _key(self, event: yaml.Event, depth: int) -> str | None:
        """Return a key as it is written; a list, mapping or alias as a key is reported."""
        if not isinstance(event, yaml.ScalarEvent):
            is_hole = isinstance(event, yaml.MappingStartEvent) and event.flow_style
            hint = "a value that begins with braces needs quotes: '{{name}}'" if is_hole else None
            self._report.error("Y007", "a key must be a plain word", self._at(event), hint)
            self._node(event, depth + 1, self._at(event))
            return None
        if event.anchor or event.tag:
            self._node(event, depth + 1, self._at(event))
        return event.value

    def _sequence(self, start: yaml.Event, depth: int, at: Span) -> _Built:
        self._check_tag(start, getattr(start, "tag", None), "seq")
        items: list[Json] = []
        children: dict[Key, Positions] = {}
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            value, children[len(items)] = self._node(event, depth + 1, self._at(event))
            items.append(value)
        return items, Positions(at, children)

    def _scalar(self, event: yaml.ScalarEvent) -> Json:
        if not event.tag:
            return plain(event.value) if event.implicit[0] else event.value
        value = plain(event.value)
        if type(value) in TAGGED.get(event.tag.removeprefix(_TAG), ()):
            return value
        self._check_tag(event, event.tag, "str")
        return event.value

    def _check_tag(self, event: yaml.Event, tag: str | None, name: str) -> None:
        if tag not in (None, "!", _TAG + name):
            self._error("Y008", f"tag '{tag.replace(_TAG, '!!')}' is not supported here", event)

    def _grow(self, event: yaml.Event, by: int, depth: int) -> None:
        self._nodes, self._deepest = self._nodes + by, max(self._deepest, depth)
        if self._nodes > _MAX_NODES:
            raise _TooLarge(f"file expands to more than {_MAX_NODES} values", self._at(event))
        if depth > _MAX_DEPTH:
            raise _TooLarge(f"values are nested more than {_MAX_DEPTH} deep", self._at(event))

    def _error(self, code: str, message: str, event: yaml.Event) -> None:
        self._report.error(code, message, self._at(event))

    def _at(self, event: yaml.Event) -> Span:
        return _span(event.start_mark, self._file)


def _span(mark: _Mark | None, file: str) -> Span:
    return Span(file, mark.line + 1, mark.column + 1) if mark else Span(file)


def _span_in(text: str, index: int, file: str) -> Span:
    return Span(file, text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index))
