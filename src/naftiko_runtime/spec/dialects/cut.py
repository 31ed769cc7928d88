"""Files that end in the middle of an item, as pages do that were cut at a size."""

from __future__ import annotations

from ...source.diagnostics import Report
from ...source.tree import Source
from .nodes import items, mapping, parts, sequence

# where the grammar has mappings only; a list of constants may end in whatever its author wants
_COLLECTIONS = {
    *("consumes", "exposes", "aggregates", "binds", "resources", "operations", "tools", "prompts", "skills"),
    *("inputParameters", "outputParameters", "arguments", "functions", "flows", "steps", "mappings"),
}


def without_broken_end(node: Source, report: Report, key: str = "") -> Source:
    """Leave the last item of a file away when it is a word among mappings (D110)."""
    if isinstance(node.data, dict) and node.data:
        found = parts(node)
        last = next(reversed(found))
        changed = without_broken_end(found[last], report, last)
        return mapping({**found, last: changed}, node.positions.span)
    if not isinstance(node.data, list) or not node.data or key not in _COLLECTIONS:
        return node
    *others, end = items(node)
    if others and all(isinstance(item.data, dict) for item in others) and isinstance(end.data, str | None):
        report.warn("D110", "the file ends in the middle of this item, so it is left out", end.positions.span)
        return sequence(others, node.positions.span)
    return sequence([*others, without_broken_end(end, report)], node.positions.span)
