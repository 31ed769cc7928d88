"""What stands in braces: holes, and sections that are written once, many times, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, TypeAlias

from ..values import Secret, Text
from ..values.record import dataclass
from .scope import Expr, Ref, Scope, Value
from .sink import Sink, write

Elements: TypeAlias = tuple[Value, ...]


class Block(Protocol):
    """A part of a template; the elements are those of the sections around it, outermost first."""

    def write(self, scope: Scope, elements: Elements, sink: Sink) -> Iterator[Text]: ...

    def refs(self) -> tuple[Ref, ...]: ...


Parts: TypeAlias = tuple[str | Block, ...]


@dataclass(frozen=True, slots=True)
class Hole:
    """Where a value goes; ``text`` is the author's word for it."""

    text: str
    value: Expr

    def find(self, scope: Scope, elements: Elements) -> Value:
        return self.value.evaluate(scope)

    def write(self, scope: Scope, elements: Elements, sink: Sink) -> Iterator[Text]:
        yield from _filled(self.find(scope, elements), sink)

    def refs(self) -> tuple[Ref, ...]:
        return self.value.refs()

    def __str__(self) -> str:
        return f"{{{{{self.value}}}}}"


@dataclass(frozen=True, slots=True)
class Inner:
    """A field of the nearest element that has it, else what the word means outside; ``.`` is the element.

    The word as a whole comes before its parts, as in JMustache; a field that is null is there, and empty.
    """

    text: str
    outside: Expr | None = None

    def find(self, scope: Scope, elements: Elements) -> Value:
        if self.text == ".":
            return elements[-1] if elements else None
        for element in reversed(elements):
            for keys in ([self.text], self.text.split(".")):
                if _has(element, keys[0]):
                    return _descend(element, keys)
        return self.outside.evaluate(scope) if self.outside else None

    def write(self, scope: Scope, elements: Elements, sink: Sink) -> Iterator[Text]:
        yield from _filled(self.find(scope, elements), sink)

    def refs(self) -> tuple[Ref, ...]:
        return self.outside.refs() if self.outside else ()

    def __str__(self) -> str:
        return f"{{{{{self.text}}}}}"


@dataclass(frozen=True, slots=True)
class Section:
    """``{{#x}}…{{/x}}``: once for each element of a list, else once in the value.

    Nothing is written for what is absent or false, and for an empty list or text. Nought is a value.
    """

    word: Hole | Inner
    parts: Parts

    def write(self, scope: Scope, elements: Elements, sink: Sink) -> Iterator[Text]:
        for inside in _openings(self.word.find(scope, elements), elements):
            yield from _written(self.parts, scope, inside, sink)

    def refs(self) -> tuple[Ref, ...]:
        return (*self.word.refs(), *_refs(self.parts))

    def __str__(self) -> str:
        return f"{{{{#{self.word.text}}}}}{''.join(map(str, self.parts))}{{{{/{self.word.text}}}}}"


@dataclass(frozen=True, slots=True)
class Inverted:
    """``{{^x}}…{{/x}}``: once, where a section of that word would write nothing."""

    word: Hole | Inner
    parts: Parts

    def write(self, scope: Scope, elements: Elements, sink: Sink) -> Iterator[Text]:
        if not _openings(self.word.find(scope, elements), elements):
            yield from _written(self.parts, scope, elements, sink)

    def refs(self) -> tuple[Ref, ...]:
        return (*self.word.refs(), *_refs(self.parts))

    def __str__(self) -> str:
        return f"{{{{^{self.word.text}}}}}{''.join(map(str, self.parts))}{{{{/{self.word.text}}}}}"


def _filled(value: Value, sink: Sink) -> Iterator[Text]:
    """Write a value; in a section an absent one is empty, where elsewhere the whole text is left out."""
    if value is not None:
        yield write(value, sink)


def _written(parts: Parts, scope: Scope, elements: Elements, sink: Sink) -> Iterator[Text]:
    for part in parts:
        if isinstance(part, str):
            yield part
        else:
            yield from part.write(scope, elements, sink)


def _refs(parts: Parts) -> tuple[Ref, ...]:
    return tuple(ref for part in parts if not isinstance(part, str) for ref in part.refs())


def _openings(value: Value, elements: Elements) -> list[Elements]:
    """List what the elements are each time that a section is written; ``true`` is a condition, no element."""
    if value is None or value is False or value in ("", Secret("")):
        return []
    if value is True:
        return [elements]
    items = value if isinstance(value, list) else [value]
    return [(*elements, item) for item in items]


def _has(element: Value, key: str) -> bool:
    if isinstance(element, list):
        return key.isdecimal() and int(key) < len(element)
    return isinstance(element, dict) and key in element


def _descend(value: Value, keys: list[str]) -> Value:
    for key in keys:
        if isinstance(value, dict):
            value = value.get(key)
        elif isinstance(value, list) and _has(value, key):
            value = value[int(key)]
        else:
            return None
    return value
