"""Finds out which version a file is written in, and upgrades it to the canonical grammar."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

from ..source.diagnostics import Report, did_you_mean
from ..source.tree import Source

Upgrade: TypeAlias = Callable[[Source, Report], Source]

# canonical is the list form of 1.0.0-alpha2; alpha3 of this root key changed nothing but its name
DIALECTS: Mapping[tuple[str, str], tuple[Upgrade, ...]] = MappingProxyType(
    {
        ("naftiko", "1.0.0-alpha2"): (),
        ("naftiko", "1.0.0-alpha3"): (),
    }
)
_ROOTS = ("naftiko", "ikanos")


def upgrade(source: Source, report: Report) -> Source | None:
    """Bring a file to the canonical grammar; None (with D001 to D003) when nobody can read it."""
    if not isinstance(source.data, dict):
        report.error("D001", "a capability file is a mapping", source.positions.span)
        return None
    root = next((key for key in _ROOTS if key in source.data), None)
    if root is None:
        hint = _spelling(source.data) or "a capability file begins with 'naftiko: 1.0.0-alpha2'"
        report.error("D002", "not a capability file: no 'naftiko' key", source.positions.span, hint)
        return None
    version = str(source.data[root])
    if (root, version) not in DIALECTS:
        known = ", ".join(f"{name} {number}" for name, number in DIALECTS)
        message = f"version '{root}: {version}' is not known"
        report.error("D003", message, source.positions.of(root), f"known are {known}")
        return None
    for step in DIALECTS[root, version]:
        source = step(source, report)
    return source


def _spelling(data: Mapping[str, object]) -> str | None:
    return next((did_you_mean(root, data) for root in _ROOTS if did_you_mean(root, data)), None)
