"""Files that end in the middle of an item, as pages do that were cut at a size."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ...source.diagnostics import Report, Span
from ...source.tree import Source
from ...values.record import dataclass
from .nodes import items, mapping, parts, sequence, value

# what can be left away alone: a part of one of these, such as its last parameter, is needed by the rest
_WHOLES = {
    *("consumes", "exposes", "aggregates", "binds", "resources", "operations", "tools", "prompts", "skills"),
    *("functions", "flows"),
}
# where the grammar has mappings only; a list of constants may end in whatever its author wants
_COLLECTIONS = {*_WHOLES, "inputParameters", "outputParameters", "arguments", "steps", "mappings"}
_FREE = {"with", "body", "value", "const", "metadata", "schema", "keys"}

_NAMES = ("name", "namespace", "path", "type")
_FLAGS = ("true", "false")
_WORDS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("readOnly", "destructive", "idempotent", "openWorld", "required"), _FLAGS),
    "type": ("string", "number", "integer", "boolean", "object", "array", "http", "rest", "skill", "control"),
    "method": ("GET", "POST", "PUT", "PATCH", "DELETE"),
}
_SHORT = ("int", "bool")  # what some write for a type


@dataclass(frozen=True, slots=True)
class _Step:
    """A part on the way to the last value of a file; ``collection`` names the one that it is an item of."""

    node: Source
    key: str
    collection: str = ""


def without_broken_end(node: Source, report: Report) -> Source:
    """Leave away the last item of a file that breaks off in the middle of it (D110)."""
    way = list(_way(_Step(node, "")))
    if not node.is_cut and not _is_broken(way):
        return node
    depth = next((depth for depth in range(len(way) - 1, 0, -1) if way[depth].collection in _WHOLES), None)
    if depth is None:
        return node
    report.warn("D110", *_said(way[depth].node))
    left = _without_last(way[depth - 1].node)
    for step in reversed(way[: depth - 1]):
        left = _with_last(step.node, left)
    return left


def _said(item: Source) -> tuple[str, Span]:
    called = next((str(found) for key in _NAMES if (found := value(item, key))), None)
    what = repr(called) if called else "this item"
    return f"the file ends in the middle of {what}, so it is left out", item.positions.span


def _way(step: _Step) -> Iterator[_Step]:
    """Go to the last value of a file, as long as the grammar says what is there."""
    yield step
    node, key = step.node, step.key
    if isinstance(node.data, dict) and node.data and key not in _FREE:
        name = next(reversed(node.data))
        collection = key if key in _COLLECTIONS and not step.collection else ""
        yield from _way(_Step(parts(node)[name], name, collection))
    elif isinstance(node.data, list) and node.data and key in _COLLECTIONS:
        yield from _way(_Step(items(node)[-1], "", key))


def _is_broken(way: list[_Step]) -> bool:
    """Tell whether the last value is the beginning of one: a word among mappings, a part of a known word."""
    *above, last = way
    end = last.node.data
    if isinstance(end, dict | list) or not above:
        return False
    if last.collection and isinstance(above[-1].node.data, list):
        others = items(above[-1].node)[:-1]
        return bool(others) and isinstance(end, str | None) and all(_is_mapping(item) for item in others)
    return isinstance(end, str) and _is_part(last.key, end)


def _is_part(key: str, text: str) -> bool:
    if key == "call":
        return text.endswith(".")
    words = _WORDS.get(key, ())
    return text not in ("", *words, *_SHORT) and any(word.startswith(text) for word in words)


def _is_mapping(item: Source) -> bool:
    return isinstance(item.data, dict)


def _without_last(node: Source) -> Source:
    if isinstance(node.data, list):
        return sequence(items(node)[:-1], node.positions.span)
    return mapping(dict(list(parts(node).items())[:-1]), node.positions.span)


def _with_last(node: Source, last: Source) -> Source:
    if isinstance(node.data, list):
        return sequence([*items(node)[:-1], last], node.positions.span)
    found = parts(node)
    return mapping({**found, next(reversed(found)): last}, node.positions.span)
