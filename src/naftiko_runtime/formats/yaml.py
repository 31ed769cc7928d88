"""YAML answers: the first document, by the YAML 1.2 core schema, with aliases and merge keys resolved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

import yaml

from ..values import Json
from ..values.record import dataclass
from ..values.scalar import TAGGED, plain
from .charset import decode_text
from .door import Budget, Hints

_Loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_TAG = "tag:yaml.org,2002:"
_ReadScalar: TypeAlias = Callable[[yaml.ScalarEvent], Json]
_TEXT_OF_A_VALUE = 128  # an alias of a long text counts by its length


def decode_yaml(data: bytes, hints: Hints) -> Json:
    """Decode one document; raises ValueError, also for aliases that expand to too much."""
    return read_yaml(decode_text(data, hints.charset))


def read_yaml(text: str) -> Json:
    """Read the first document of a text; an empty text is null."""
    return _read(text, _scalar)


def read_yaml_as_written(text: str) -> Json:
    """Read as ``read_yaml`` does, but numbers as the texts that stand there."""
    return _read(text, _as_written)


def _read(text: str, scalar: _ReadScalar) -> Json:
    try:
        return _Builder(yaml.parse(text, Loader=_Loader), scalar).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise ValueError(f"{place}{error.problem}") from None
    except yaml.YAMLError:
        raise ValueError("it holds a character that YAML does not allow") from None


@dataclass(frozen=True, slots=True)
class _Anchored:
    """What an alias stands for, how much it adds, and how deep that goes."""

    value: Json
    size: int
    height: int


class _Builder:
    """Builds from the event stream, so that aliases, depth and size are ours to limit."""

    def __init__(self, events: Iterator[yaml.Event], scalar: _ReadScalar) -> None:
        self._events, self._scalar = events, scalar
        self._anchors: dict[str, _Anchored | None] = {}
        self._budget, self._deepest = Budget(), 0

    def document(self) -> Json:
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                return self._node(next(self._events), 1)
        return None

    def _node(self, event: yaml.Event, depth: int) -> Json:
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event.anchor, depth)
        anchor = getattr(event, "anchor", None)
        return self._anchor(anchor, event, depth) if anchor else self._value(event, depth)

    def _anchor(self, anchor: str, event: yaml.Event, depth: int) -> Json:
        """Build a value and remember it, with its size and height, for the aliases to come."""
        values, deepest = self._budget.values, self._deepest
        self._anchors[anchor], self._deepest = None, depth
        value = self._value(event, depth)
        self._anchors[anchor] = _Anchored(value, self._budget.values - values, self._deepest - depth)
        self._deepest = max(self._deepest, deepest)
        return value

    def _alias(self, anchor: str | None, depth: int) -> Json:
        anchored = self._anchors.get(anchor or "")
        if anchored is None:
            raise ValueError("an alias has no value before it")
        self._grow(anchored.size, depth + anchored.height)
        return anchored.value

    def _value(self, event: yaml.Event, depth: int) -> Json:
        self._grow(1, depth)
        if isinstance(event, yaml.ScalarEvent):
            self._grow(len(event.value) // _TEXT_OF_A_VALUE, depth)
            return self._scalar(event)
        return self._mapping(depth) if isinstance(event, yaml.MappingStartEvent) else self._list(depth)

    def _list(self, depth: int) -> Json:
        items: list[Json] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._node(event, depth + 1))
        return items

    def _mapping(self, depth: int) -> Json:
        data: dict[str, Json] = {}
        merged: list[Json] = []
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            is_merge = isinstance(event, yaml.ScalarEvent) and event.value == "<<" and event.implicit[0]
            key = self._key(event, depth)
            value = self._node(next(self._events), depth + 1)
            if is_merge:
                merged += value if isinstance(value, list) else [value]
            else:
                data[key] = value
        return self._merge(data, merged) if merged else data

    def _key(self, event: yaml.Event, depth: int) -> str:
        """Return a key as it is written, whatever type it would have as a value."""
        if isinstance(event, yaml.AliasEvent):
            value = self._alias(event.anchor, depth)
        else:
            value = event.value if isinstance(event, yaml.ScalarEvent) else None
            self._node(event, depth + 1)
        if not isinstance(value, str):
            raise ValueError("a key is not a plain word")  # noqa: TRY004  what every format raises
        return value

    def _merge(self, data: dict[str, Json], merged: list[Json]) -> Json:
        """Add the fields of ``<<`` that are not there; of several mappings the first goes before."""
        for other in merged:
            if not isinstance(other, dict):
                raise ValueError("a merge key has no mapping")  # noqa: TRY004  what every format raises
            self._grow(len(other), 0)
            for key, value in other.items():
                data.setdefault(key, value)
        return data

    def _grow(self, by: int, depth: int) -> None:
        self._deepest = max(self._deepest, depth)
        self._budget.grow(by, depth)


def _scalar(event: yaml.ScalarEvent) -> Json:
    """Read a scalar; a tag that is not of the core schema leaves a text."""
    if not event.tag:
        return plain(event.value) if event.implicit[0] else event.value
    value = plain(event.value)
    return value if type(value) in TAGGED.get(event.tag.removeprefix(_TAG), ()) else event.value


def _as_written(event: yaml.ScalarEvent) -> Json:
    value = _scalar(event)
    return event.value if type(value) in (int, float) else value
