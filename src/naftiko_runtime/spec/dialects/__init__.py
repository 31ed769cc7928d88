"""Finds out which version a file is written in, and upgrades it to the canonical grammar."""

from __future__ import annotations

from collections.abc import Iterable

from ...source.diagnostics import Report, did_you_mean
from ...source.tree import Source
from ...values import Json
from ...values.json import encode_text
from .ancient import references
from .cut import without_broken_end
from .nodes import has, mapping, put, rename, stated
from .sections import DOCUMENT, SECTIONS
from .versions import DIALECTS, Version, misspelt, nearest

VERSIONS = tuple(DIALECTS)
_ROOTS = ("naftiko", "ikanos")
_OTHERS = {
    "openapi": "an OpenAPI description",
    "swagger": "an OpenAPI description",
    "asyncapi": "an AsyncAPI description",
    "arazzo": "an Arazzo description",
    "apiVersion": "a manifest of Kubernetes",
    "capability": "a capability file without its version",
    "consumes": "a capability file without its version",
    "exposes": "a capability file without its version",
    "jobs": "a workflow of GitHub Actions",
    "workflow": "a description of a workflow",
    "workflows": "a description of workflows",
    "services": "a Compose file",
    "aid": "an APIs.json index",
}


def upgrade(source: Source, report: Report) -> Source | None:
    """Bring a file to the canonical grammar; None (with D001 to D003) when nobody can read it."""
    if not isinstance(source.data, dict):
        report.error("D001", "a capability file is a mapping", source.positions.span)
        return None
    root = next((key for key in _ROOTS if key in source.data), None)
    if root is None:
        near = _misspelt(source.data)
        hint = did_you_mean(near, _ROOTS[:1]) or _instead(source.data)
        message = f"not a capability file: no 'naftiko' key{f', but {near!r}' if near else ''}"
        report.error("D002", message, source.positions.of(near), hint)
        return None
    version = _text(source.data[root])
    dialect = _dialect((root, version), source, report)
    return _canonical(source, (root, version), dialect, report) if dialect else None


def _text(version: Json) -> str:
    return version if isinstance(version, str) else encode_text(version)


def _dialect(written: Version, source: Source, report: Report) -> Version | None:
    """Find the dialect of the stated version; for a newer one the newest that is known (D101)."""
    if written in DIALECTS:
        return written
    root, version = written
    span, dialect = source.positions.of(root), nearest(root, version)
    message = f"version '{root}: {version}' is not known"
    if dialect is None:
        known = ", ".join(f"{name} {number}" for name, number in VERSIONS)
        report.error("D003", message, span, misspelt(root, version) or f"known are {known}")
        return None
    hint = f"write '{root}: {dialect[1]}' if the file has nothing of a newer one"
    report.warn("D101", f"{message}; it is read as {dialect[1]}", span, hint)
    return dialect


def _canonical(source: Source, written: Version, dialect: Version, report: Report) -> Source:
    root, version = written
    node = without_broken_end(source, report)
    node = put(rename(node, root, "naftiko"), "naftiko", stated(version, source.positions.of(root)))
    for rule in DIALECTS[dialect] or (references,):
        node = rule(node, report)
    return DOCUMENT(_standalone(node), report)


def _standalone(node: Source) -> Source:
    """Give a file that is there for others to import a capability without content."""
    if has(node, "capability") or not any(has(node, section) for section in SECTIONS):
        return node
    return put(node, "capability", mapping({}, node.positions.span))


def _instead(keys: Iterable[str]) -> str:
    """Say what a file is that has the keys of another kind; else how a capability file begins."""
    found = next((what for key, what in _OTHERS.items() if key in keys), None)
    begins = "a capability file begins with 'naftiko: 1.0.0-alpha2'"
    return f"it looks like {found}; {begins}" if found else begins


def _misspelt(keys: Iterable[str]) -> str:
    return next((key for key in keys if did_you_mean(key, _ROOTS[:1])), "")
