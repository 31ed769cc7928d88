"""The sections of a file, at its root and below ``capability``, and what they import."""

from __future__ import annotations

import re

from ...source.diagnostics import Report
from ...source.tree import Source
from .collections import each
from .consumed import API
from .exposed import aggregate, servers
from .nodes import Kind, Rule, has, items, mapping, parts, put, rename, sequence, stated, value, without
from .units import LABEL

_FILE = re.compile(r"[./]")  # names of entries have neither

SECTIONS: dict[str, Rule] = {
    "consumes": each(API),
    "exposes": servers,
    "aggregates": each(aggregate),
    "binds": each(Kind()),
}


def _imports(node: Source, report: Report) -> Source:
    """Take the entries that stand in other files out of their sections, into ``imported``."""
    found: dict[str, Source] = {}
    for section in (section for section in SECTIONS if has(node, section)):
        listed = parts(node)[section]
        imported = [_import(item) for item in items(listed) if _is_import(item)]
        if imported:
            span = listed.positions.span
            kept = [item for item in items(listed) if not _is_import(item)]
            found[section] = sequence(imported, span)
            node = put(node, section, sequence(kept, span))
    return put(node, "imported", mapping(found, node.positions.span)) if found else node


def _gathered(node: Source, report: Report) -> Source:
    """Move sections that stand beside ``capability`` into it (D115); binds may stand at the root."""
    capability = value(node, "capability")
    if not isinstance(capability, dict) or not capability:  # empty: the file is there to be imported
        return node
    for section in ("consumes", "exposes", "aggregates"):
        beside = value(node, section)
        if isinstance(beside, list) and beside:
            node = _moved(node, section, report)
    return node


def _moved(node: Source, section: str, report: Report) -> Source:
    beside, capability = parts(node)[section], parts(node)["capability"]
    found = parts(capability).get(section, stated([], beside.positions.span))
    if not isinstance(found.data, list | None):
        return node
    message = f"{section!r} beside 'capability' is read as a part of it"
    report.warn("D115", message, beside.positions.span, "move it below 'capability'")
    together = sequence([*items(found), *items(beside)], found.positions.span)
    return put(without(node, section), "capability", put(capability, section, together))


def _import(item: Source) -> Source:
    item = rename(item, "location", "from")
    whole = str(value(item, "import") or "")
    return item if has(item, "from") or not _FILE.search(whole) else rename(item, "import", "from")


def _is_import(item: Source) -> bool:
    return (has(item, "import") or has(item, "from")) and not has(item, "type")


CAPABILITY = Kind(rules=(_imports,), keys=SECTIONS)
DOCUMENT = Kind(
    rules=(_imports, _gathered),
    keys={**SECTIONS, "info": Kind(rules=(LABEL,)), "capability": CAPABILITY},
)
