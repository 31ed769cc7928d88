"""Names of what is measured, and how each is written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

Figures: TypeAlias = Mapping[str, float]
"""What one measurement gave; a name after "@" says with how many callers."""

MANY = 32
RATE, P50, P99 = "req/s", "p50 ms", "p99 ms"
CPU, PEAK, START = "CPU s per 10,000", "peak MB", "start s"
_FORMS: Mapping[str, str] = {
    RATE: ",.0f",
    "MB/s": ",.0f",
    "calls": ",.0f",
    P50: ".2f",
    P99: ".2f",
    PEAK: ".0f",
    "growth MB": ".1f",
    "growth %": ".2f",
    "MB": ".0f",
}


def at(name: str, callers: int) -> str:
    """Name a figure of a load."""
    return f"{name} @{callers}"


def shown(name: str, value: float) -> str:
    """Write a figure."""
    kind = name.partition(" @")[0].partition(",")[0]
    return format(value, _FORMS.get(kind, ".2f"))
