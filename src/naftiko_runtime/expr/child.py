"""One step down into a value."""

from __future__ import annotations

from ..values import Json
from ..values.record import dataclass
from .notation import spell


@dataclass(frozen=True, slots=True)
class Child:
    """The field of that name, or the element at that index."""

    key: str | int

    def pick(self, nodes: list[Json]) -> list[Json]:
        if isinstance(self.key, str):
            return [node[self.key] for node in nodes if isinstance(node, dict) and self.key in node]
        at = self.key
        return [node[at] for node in nodes if isinstance(node, list) and -len(node) <= at < len(node)]

    def __str__(self) -> str:
        return spell(self.key)
