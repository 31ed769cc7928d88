"""The parts of an indefinite path: each takes all nodes that were found so far to the next ones, in order.

Results are those of RFC 9535: duplicates stay, objects keep the order of the document, and a value to which
a selector does not apply holds nothing. The work is linear in the nodes that are looked at, and nothing
recurses, however deep the value is.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from ..values import Json
from ..values.record import dataclass
from .child import Child
from .filters import Test
from .notation import quote


class Selector(Protocol):
    """One step of an indefinite path."""

    def pick(self, nodes: list[Json]) -> list[Json]: ...


@dataclass(frozen=True, slots=True)
class Every:
    """All elements of a list, all values of an object."""

    def pick(self, nodes: list[Json]) -> list[Json]:
        return [child for node in nodes for child in _children(node)]

    def __str__(self) -> str:
        return "[*]"


@dataclass(frozen=True, slots=True)
class Slice:
    """A stretch of a list; negative bounds count from its end, and a step of nought selects nothing."""

    start: int | None = None
    stop: int | None = None
    step: int | None = None

    def pick(self, nodes: list[Json]) -> list[Json]:
        if self.step == 0:
            return []
        stretch = slice(self.start, self.stop, self.step)
        return [child for node in nodes if isinstance(node, list) for child in node[stretch]]

    def __str__(self) -> str:
        bounds = [self.start, self.stop] if self.step is None else [self.start, self.stop, self.step]
        return f"[{':'.join('' if bound is None else str(bound) for bound in bounds)}]"


@dataclass(frozen=True, slots=True)
class Union:
    """What several selectors find, one after the other in each node."""

    selectors: tuple[Selector, ...]

    def pick(self, nodes: list[Json]) -> list[Json]:
        return [child for node in nodes for selector in self.selectors for child in selector.pick([node])]

    def __str__(self) -> str:
        return f"[{','.join(map(_within_brackets, self.selectors))}]"


@dataclass(frozen=True, slots=True)
class Where:
    """The elements or values that pass all tests."""

    tests: tuple[Test, ...]

    def pick(self, nodes: list[Json]) -> list[Json]:
        children = (child for node in nodes for child in _children(node))
        return [child for child in children if all(test.holds(child) for test in self.tests)]

    def __str__(self) -> str:
        return f"[?({' && '.join(map(str, self.tests))})]"


@dataclass(frozen=True, slots=True)
class Descendants:
    """What a selector finds in a node and in all that is below it, parents before their children."""

    selector: Selector

    def pick(self, nodes: list[Json]) -> list[Json]:
        return self.selector.pick(_containers(nodes))

    def __str__(self) -> str:
        return f"..{str(self.selector).removeprefix('.')}"


def _children(node: Json) -> Iterable[Json]:
    if isinstance(node, dict):
        return node.values()
    return node if isinstance(node, list) else ()


def _containers(nodes: list[Json]) -> list[Json]:
    found: list[Json] = []
    waiting = nodes[::-1]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            found.append(node)
            waiting.extend(reversed(node.values()))
        elif isinstance(node, list):
            found.append(node)
            waiting.extend(reversed(node))
    return found


def _within_brackets(selector: Selector) -> str:
    if isinstance(selector, Child) and isinstance(selector.key, str):
        return quote(selector.key)
    return str(selector)[1:-1]
