"""Exposed servers: rest, mcp, skill and control."""

from __future__ import annotations

from ...source.diagnostics import Report, did_you_mean
from ...source.tree import Source
from .authentication import authentication, called_auth
from .collections import named
from .nodes import Kind, items, put, renaming, sequence, stated, value
from .units import INPUT, INPUTS, LABEL, UNIT, UNIT_KEYS, UNIT_RULES, called_id, hints_of_shape

_RESOURCE = Kind(rules=(called_id, LABEL), keys={"inputParameters": INPUTS, "operations": named(UNIT)})
_TOOL = Kind(rules=(*UNIT_RULES, hints_of_shape), keys=UNIT_KEYS)
_PROMPT = Kind(rules=(LABEL,), keys={"arguments": named(INPUT)})
_SKILL = Kind(keys={"tools": named(Kind())})
_BASE = {"authentication": authentication, "inputParameters": INPUTS}
_SERVERS = {
    "rest": Kind(rules=(called_auth,), keys={**_BASE, "resources": named(_RESOURCE)}),
    "mcp": Kind(
        rules=(called_auth,),
        keys={**_BASE, "tools": named(_TOOL), "resources": named(UNIT), "prompts": named(_PROMPT)},
    ),
    "skill": Kind(rules=(called_auth,), keys={**_BASE, "skills": named(_SKILL)}),
    "control": Kind(rules=(called_auth,), keys=_BASE),
}
_OLD = "api"  # what 0.4 and before called rest
_FLOWS = Kind(rules=(LABEL, renaming("functions", "flows")), keys={"flows": named(UNIT)})


def server(node: Source, report: Report) -> Source:
    """Bring a server to its canonical form; ``api`` is what 0.4 and before called ``rest``."""
    if value(node, "type") == _OLD:
        node = put(node, "type", stated("rest", node.positions.of("type")))
    kind = value(node, "type")
    return _SERVERS[kind](node, report) if isinstance(kind, str) and kind in _SERVERS else node


def servers(node: Source, report: Report) -> Source:
    """Bring servers to their canonical form; those of a type that no version has are refused (S005)."""
    if not isinstance(node.data, list):
        return node
    kept = [item for item in items(node) if not _is_refused(item, report)]
    return sequence([server(item, report) for item in kept], node.positions.span)


def _is_refused(node: Source, report: Report) -> bool:
    kind = value(node, "type")
    if not isinstance(kind, str) or kind in (*_SERVERS, _OLD):
        return False
    message, known = f"servers of type {kind!r} are not known", ", ".join(_SERVERS)
    hint = did_you_mean(kind, _SERVERS) or f"known are {known}"
    report.refuse("S005", f"{message}; this one is not served", node.positions.of("type"), hint)
    return True


def aggregate(node: Source, report: Report) -> Source:
    """Bring an aggregate to its canonical form, in which ``functions`` are ``flows``."""
    return _FLOWS(node, report)
