"""Consumed APIs: their resources, operations and addresses."""

from __future__ import annotations

from ...source.diagnostics import Report
from ...source.tree import Source
from .authentication import authentication, called_auth, many_headers
from .collections import appended, listed, named, named_only
from .nodes import Kind, Rule, has, items, mapping, parts, put, sequence, stated, value, without
from .units import INPUTS, LABEL, called_id, outputs


def _small_format(node: Source, report: Report) -> Source:
    """Read the name of a format in small letters (D106)."""
    word = value(node, "outputRawFormat")
    if not isinstance(word, str) or word == word.lower():
        return node
    span = node.positions.of("outputRawFormat")
    report.warn("D106", f"format {word!r} is read as {word.lower()!r}", span)
    return put(node, "outputRawFormat", stated(word.lower(), span))


def _filled(key: str, message: str, otherwise: str = "") -> Rule:
    """Fill a key that is missing: from another one of the object, or with nothing (D108)."""

    def fill(node: Source, report: Report) -> Source:
        if value(node, key) is not None or (key == "baseUri" and not has(node, "type")):
            return node
        span = node.positions.of(key)
        report.warn("D108", message, span)
        return put(node, key, stated(value(node, otherwise) or "", span))

    return fill


def _without_path(node: Source, report: Report) -> Source:
    """Read the path of a resource as empty when its operations have paths (D108); others have no address."""
    operations = items(listed(parts(node)["operations"], report)) if has(node, "operations") else ()
    kept = [operation for operation in operations if has(operation, "path")]
    if has(node, "path") or (operations and not kept):
        return node
    report.warn("D108", "a resource has no 'path'; it is read as empty", node.positions.span)
    for operation in operations:
        if not has(operation, "path"):
            report.warn("D107", "an operation without a path is left out", operation.positions.span)
    if operations:
        node = put(node, "operations", sequence(kept, node.positions.of("operations")))
    return put(node, "path", stated("", node.positions.span))


def _header_lines(node: Source, report: Report) -> Source:
    """Read the ``headers`` of 0.3, lines of name and value, as fixed parameters."""
    lines = parts(node).get("headers")
    if lines is None or not isinstance(lines.data, list):
        return node
    if not all(isinstance(line, str) for line in lines.data):
        return node
    added = [_header(line) for line in items(lines)]
    return appended(without(node, "headers"), "inputParameters", added, report)


def _header(line: Source) -> Source:
    name, _, text = str(line.data).partition(":")
    span = line.positions.span
    fields = {"name": name.strip(), "in": "header", "value": text.strip()}
    return mapping({key: stated(part, span) for key, part in fields.items()}, span)


_OPERATION = Kind(
    rules=(called_id, LABEL, _small_format),
    keys={"inputParameters": INPUTS, "outputParameters": outputs},
)
_RESOURCE = Kind(
    rules=(
        called_id,
        LABEL,
        _without_path,
        _filled("name", "a resource has no 'name'; its path is taken", "path"),
    ),
    keys={"inputParameters": INPUTS, "operations": named_only("an operation", _OPERATION)},
)
API = Kind(
    rules=(
        called_auth,
        many_headers,
        _header_lines,
        _filled("baseUri", "an API has no 'baseUri'; it is read as empty"),
    ),
    keys={"inputParameters": INPUTS, "authentication": authentication, "resources": named(_RESOURCE)},
)
