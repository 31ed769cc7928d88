"""What units have in common: parameters, steps, outputs, and the drift of their shapes."""

from __future__ import annotations

from ...source.diagnostics import Report
from ...source.tree import Source
from ...values import Json
from ...values.json import encode_text
from ..flows import STEPS
from .collections import by_key, each, listed, named, named_only
from .nodes import (
    Kind,
    Rule,
    has,
    items,
    mapping,
    parts,
    put,
    rename,
    renaming,
    sequence,
    stated,
    value,
    without,
)

LABEL = renaming("display", "label")
_STEPS = (("call", "call"), ("index", "lookup"), ("file", "script"))
_OUTPUT_KEYS = {"properties", "items", "value", "const"}


def called_id(node: Source, report: Report) -> Source:
    """Read ``id`` as ``name`` (D105)."""
    if has(node, "id") and not has(node, "name"):
        report.warn("D105", "'id' is read as 'name'", node.positions.of("id"))
        return rename(node, "id", "name")
    return node


def called_by_operation(node: Source, report: Report) -> Source:
    """Read a call that is a mapping with nothing but the name of an operation as that name (D116)."""
    call = parts(node)["call"] if has(node, "call") else None
    if call is None or not isinstance(call.data, dict) or list(call.data) != ["operation"]:
        return node
    report.warn("D116", "'call' is read as the name of its 'operation'", node.positions.of("call"))
    return put(node, "call", parts(call)["operation"])


def hints_of_shape(node: Source, report: Report) -> Source:
    """Leave hints away that are not a mapping (D109)."""
    if value(node, "hints") is None or isinstance(value(node, "hints"), dict):
        return node
    report.warn("D109", "'hints' is left out, for it is not a mapping", node.positions.of("hints"))
    return without(node, "hints")


def outputs(node: Source, report: Report) -> Source:
    """Bring output parameters to a list; a text in the place of one is what it is mapped from (D109)."""
    if node.data is None:
        return node
    given = items(listed(node, report)) if isinstance(node.data, dict | list) else (node,)
    return sequence([_output(_mapped(item, report), report) for item in given], node.positions.span)


def _mapped(item: Source, report: Report) -> Source:
    if isinstance(item.data, dict):
        return item
    span = item.positions.span
    report.warn("D109", "an output that is not a mapping is read as its 'mapping'", span)
    path = item.data if isinstance(item.data, str) else encode_text(item.data)
    return mapping({"mapping": stated(path, span)}, span)


def single_items(node: Source, report: Report) -> Source:
    """Read the list that 0.4 and 0.5 wrote below ``items`` of a mapped array as its one element (D113)."""
    below = parts(node).get("items")
    elements = items(below) if below else ()
    if below is None or not elements or any(has(element, "name") for element in elements):
        return node
    if len(elements) > 1:
        message = "only the first of several items without a name is read"
        report.warn("D113", message, elements[1].positions.span)
    return put(node, "items", elements[0])


def _output(node: Source, report: Report) -> Source:
    return _OUTPUT(node, report)


def _items(node: Source, report: Report) -> Source:
    """Read ``items`` as one output, or as those of an object by their names."""
    if isinstance(node.data, dict) and not _is_by_name(node.data):
        return _output(node, report)
    return named(_output)(node, report)


def _is_by_name(data: dict[str, Json]) -> bool:
    fields = all(isinstance(part, dict | None) for part in data.values())
    return fields and bool(data) and not data.keys() <= _OUTPUT_KEYS


def _typed_step(node: Source, report: Report) -> Source:
    """Say which kind of step it is, when its author did not (D114)."""
    if has(node, "type"):
        return node
    kind = next((kind for key, kind in _STEPS if has(node, key)), None)
    if kind is None:
        return node
    report.warn("D114", f"a step without a type is read as {kind!r}", node.positions.span)
    return put(node, "type", stated(kind, node.positions.span))


def _step(node: Source, report: Report) -> Source:
    """Bring a step to its canonical form; of one whose type no version has only that is left."""
    kind = value(node, "type")
    if not isinstance(kind, str) or kind in STEPS:
        return _STEP(node, report)
    kept = {key: part for key, part in parts(node).items() if key in ("name", "type")}
    return mapping(kept, node.positions.span)


_OUTPUT = Kind(rules=(single_items,), keys={"properties": by_key(_output), "items": _items})
INPUT = Kind(rules=(LABEL,))
MAPPING = Kind(rules=(renaming("targetName", "target"),))
_STEP = Kind(rules=(called_by_operation, _typed_step), keys={"inputParameters": named(INPUT)})
INPUTS = named_only("a parameter", INPUT)
UNIT_RULES: tuple[Rule, ...] = (called_id, called_by_operation, LABEL)
UNIT_KEYS = {
    "inputParameters": INPUTS,
    "steps": named(_step),
    "mappings": each(MAPPING),
    "outputParameters": outputs,
}
UNIT = Kind(rules=UNIT_RULES, keys=UNIT_KEYS)
