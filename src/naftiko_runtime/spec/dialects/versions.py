"""The published versions, and what a file of each needs before the common rules apply."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeAlias

from ...source.diagnostics import did_you_mean
from .ancient import forwarding, orchestrated, references
from .nodes import Rule

Version: TypeAlias = tuple[str, str]

_PRE = {"alpha": 0, "beta": 1, "rc": 2, None: 3}
_NUMBER = re.compile(r"v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-(alpha|beta|rc)\.?(\d*))?(?:-snapshot)?")

# Lists or mappings, old words or new: the common rules read both in every version, as the reference does.
DIALECTS: Mapping[Version, tuple[Rule, ...]] = {
    ("naftiko", "0.2"): (forwarding,),
    ("naftiko", "0.3"): (orchestrated,),
    ("naftiko", "0.4"): (references,),
    ("naftiko", "0.5"): (references,),
    ("naftiko", "1.0.0-alpha1"): (),
    ("naftiko", "1.0.0-alpha2"): (),
    ("naftiko", "1.0.0-alpha3"): (),
    ("ikanos", "1.0.0-alpha3"): (),
    ("ikanos", "1.0.0-alpha4"): (),
    ("ikanos", "1.0.0-beta1"): (),
    ("ikanos", "1.0.0-beta2"): (),
    ("ikanos", "1.0.0-beta3"): (),
    ("ikanos", "1.0.0-beta4"): (),
    ("ikanos", "1.0.0-beta5"): (),
}


def nearest(root: str, version: str) -> Version | None:
    """Find the newest known version for one that is not known but newer than the oldest."""
    known = [pair for pair in DIALECTS if pair[0] == root]
    found = _order(version)
    return known[-1] if found is not None and found > _order_of(known[0]) else None


def misspelt(root: str, version: str) -> str | None:
    """Return a hint for what is no number at all but looks like a known one."""
    if _order(version) is not None:
        return None
    return did_you_mean(
        f"{root}: {version}", [f"{name}: {number}" for name, number in DIALECTS if number[3:]]
    )


def _order(version: str) -> tuple[int, ...] | None:
    parsed = _NUMBER.fullmatch(version.strip().lower())
    if parsed is None:
        return None
    numbers = tuple(int(parsed[group] or 0) for group in (1, 2, 3))
    return (*numbers, _PRE[parsed[4]], int(parsed[5] or 0))


def _order_of(pair: Version) -> tuple[int, ...]:
    return _order(pair[1]) or ()
