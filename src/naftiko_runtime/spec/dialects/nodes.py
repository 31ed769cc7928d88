"""Moves parts of a file about, together with the places where they were written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from typing import TypeAlias

from ...source.diagnostics import Report, Span
from ...source.tree import Key, Positions, Source
from ...values import Json
from ...values.record import dataclass

Rule: TypeAlias = Callable[[Source, Report], Source]


@dataclass(frozen=True, slots=True)
class Kind:
    """An object of the grammar: the rules for itself, then those for what its keys hold."""

    rules: tuple[Rule, ...] = ()
    keys: Mapping[str, Rule] = field(default_factory=dict)

    def __call__(self, node: Source, report: Report) -> Source:
        """Bring an object to its canonical form; anything else stays, for the parser to report."""
        for rule in self.rules if isinstance(node.data, dict) else ():
            node = rule(node, report)
        data, places = node.data if isinstance(node.data, dict) else {}, node.positions.children
        changed: dict[str, Source] = {}
        for key in data:
            if key in self.keys:
                part = Source(data[key], places.get(key) or Positions(node.positions.span))
                if (found := self.keys[key](part, report)) is not part:
                    changed[key] = found
        return mapping(parts(node) | changed, node.positions.span) if changed else node


def parts(node: Source) -> dict[str, Source]:
    """Take a mapping apart; anything else has no parts."""
    data = node.data if isinstance(node.data, dict) else {}
    elsewhere = Positions(node.positions.span)
    return {key: Source(value, node.positions.children.get(key, elsewhere)) for key, value in data.items()}


def mapping(found: Mapping[str, Source], span: Span) -> Source:
    """Put a mapping together."""
    children: dict[Key, Positions] = {key: part.positions for key, part in found.items()}
    return Source({key: part.data for key, part in found.items()}, Positions(span, children))


def items(node: Source) -> tuple[Source, ...]:
    """Take a list apart; anything else has no items."""
    data = node.data if isinstance(node.data, list) else []
    elsewhere = Positions(node.positions.span)
    return tuple(
        Source(value, node.positions.children.get(index, elsewhere)) for index, value in enumerate(data)
    )


def sequence(found: Iterable[Source], span: Span) -> Source:
    """Put a list together."""
    listed = list(found)
    children: dict[Key, Positions] = {index: item.positions for index, item in enumerate(listed)}
    return Source([item.data for item in listed], Positions(span, children))


def stated(value: Json, span: Span) -> Source:
    """Make a value that nobody wrote; ``span`` is what it comes from."""
    return Source(value, Positions(span))


def value(node: Source, key: str) -> Json:
    """Return what a key holds; nothing when it is not there."""
    return node.data.get(key) if isinstance(node.data, dict) else None


def has(node: Source, key: str) -> bool:
    return isinstance(node.data, dict) and key in node.data


def put(node: Source, key: str, part: Source) -> Source:
    """Set a key, in its place when it is there already."""
    return mapping({**parts(node), key: part}, node.positions.span)


def without(node: Source, *keys: str) -> Source:
    """Leave keys away."""
    return mapping({key: part for key, part in parts(node).items() if key not in keys}, node.positions.span)


def rename(node: Source, old: str, new: str) -> Source:
    """Give a key another name; when that is taken both stay as they are."""
    if not has(node, old) or has(node, new):
        return node
    found = {new if key == old else key: part for key, part in parts(node).items()}
    return mapping(found, node.positions.span)


def renaming(old: str, new: str) -> Rule:
    """Make the rule that a key is called otherwise."""
    return lambda node, _: rename(node, old, new)
