"""The tests of a filter ``[?(…)]``; they compare as RFC 9535 (2.3.5.2.2) says."""

from __future__ import annotations

import json
import operator
from collections.abc import Callable, Mapping
from typing import Protocol, TypeAlias

from ..values import Json
from ..values.record import dataclass
from .child import Child
from .notation import FILTER_NAME, quote, spell

Way: TypeAlias = tuple[Child, ...]
Constant: TypeAlias = bool | int | float | str | None
_Ordered: TypeAlias = str | float

OPERATORS: Mapping[str, Callable[[_Ordered, _Ordered], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}


class Test(Protocol):
    """One condition on an element or value."""

    def holds(self, node: Json) -> bool: ...


@dataclass(frozen=True, slots=True)
class Exists:
    """Something is there, be it null or false."""

    way: Way

    def holds(self, node: Json) -> bool:
        return bool(_follow(node, self.way))

    def __str__(self) -> str:
        return _spelled(self.way)


@dataclass(frozen=True, slots=True)
class Lacks:
    """Nothing is there, not even null."""

    way: Way

    def holds(self, node: Json) -> bool:
        return not _follow(node, self.way)

    def __str__(self) -> str:
        return f"!{_spelled(self.way)}"


@dataclass(frozen=True, slots=True)
class Compared:
    """What is there compares so with a constant; what is missing differs from everything, null included."""

    way: Way
    operator: str
    constant: Constant

    def holds(self, node: Json) -> bool:
        found = _follow(node, self.way)
        return _compare(self.operator, found[0], self.constant) if found else self.operator == "!="

    def __str__(self) -> str:
        constant = quote(self.constant) if isinstance(self.constant, str) else json.dumps(self.constant)
        return f"{_spelled(self.way)} {self.operator} {constant}"


def _compare(word: str, left: Json, right: Constant) -> bool:
    """Two numbers or two texts have an order; of all else ``<=`` means equal, and ``<`` never holds."""
    if isinstance(left, str) and isinstance(right, str):
        return OPERATORS[word](left, right)
    if isinstance(left, int | float) and isinstance(right, int | float) and not _has_boolean(left, right):
        return OPERATORS[word](left, right)
    is_same = left is right  # null, true and false are one object each
    return not is_same if word == "!=" else is_same and "=" in word


def _has_boolean(left: Json, right: Json) -> bool:
    return isinstance(left, bool) or isinstance(right, bool)


def _follow(node: Json, way: Way) -> list[Json]:
    """Return what is there, or nothing at all."""
    nodes = [node]
    for step in way:
        nodes = step.pick(nodes)
    return nodes


def _spelled(way: Way) -> str:
    return "@" + "".join(spell(step.key, FILTER_NAME) for step in way)
