"""Finds out which version a file is written in, and upgrades it to the canonical grammar."""

from __future__ import annotations

from collections.abc import Iterable

from ..source.diagnostics import Report, did_you_mean
from ..source.tree import Source
from ..values.json import encode_text

# canonical is the list form of 1.0.0-alpha2; alpha3 of this root key changed nothing but its name
VERSIONS = (("naftiko", "1.0.0-alpha2"), ("naftiko", "1.0.0-alpha3"))
_ROOTS = ("naftiko", "ikanos")


def upgrade(source: Source, report: Report) -> Source | None:
    """Bring a file to the canonical grammar; None (with D001 to D003) when nobody can read it."""
    if not isinstance(source.data, dict):
        report.error("D001", "a capability file is a mapping", source.positions.span)
        return None
    root = next((key for key in _ROOTS if key in source.data), None)
    if root is None:
        near = _misspelt(source.data)
        hint = did_you_mean(near, _ROOTS[:1]) or "a capability file begins with 'naftiko: 1.0.0-alpha2'"
        message = "not a capability file: no 'naftiko' key"
        report.error("D002", message, source.positions.of(near), hint)
        return None
    stated = source.data[root]
    version = stated if isinstance(stated, str) else encode_text(stated)
    if (root, version) not in VERSIONS:
        known = ", ".join(f"{name} {number}" for name, number in VERSIONS)
        message = f"version '{root}: {version}' is not known"
        report.error("D003", message, source.positions.of(root), f"known are {known}")
        return None
    return source


def _misspelt(keys: Iterable[str]) -> str:
    return next((key for key in keys if did_you_mean(key, _ROOTS[:1])), "")
