"""The manual of diagnostics, entry by entry."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

_PACKAGE = Path(__file__).resolve().parent.parent
# an installed package carries the manual; in a checkout it stands among the others
_PLACES = tuple(root / "docs" / "diagnostics.md" for root in (_PACKAGE, _PACKAGE.parent.parent))
_PARTS = re.compile(r"^(?=\*\*[A-Z]\d{3}\*\* |## )", re.MULTILINE)
_ENTRY = re.compile(
    r"\*\*(?P<code>[A-Z]\d{3})\*\* \((?P<severity>[a-z]+)\) (?P<meaning>.+?)\n"
    r"`(?P<sample>\S+: [a-z]+\[(?P=code)\]: [^\n]+)`\n(?P<advice>.*)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """What the manual says of a code: what it means, how it is told, and what to do."""

    code: str
    severity: str
    meaning: str
    sample: str
    advice: str


def read_manual() -> Mapping[str, Entry]:
    """Read the entries, by their codes."""
    text = next(path for path in _PLACES if path.is_file()).read_text(encoding="utf-8")
    found = [_ENTRY.match(part) for part in _PARTS.split(text)]
    return MappingProxyType({entry["code"]: _entry(entry) for entry in found if entry})


def _entry(found: re.Match[str]) -> Entry:
    meaning, advice = (" ".join(found[part].split()) for part in ("meaning", "advice"))
    return Entry(found["code"], found["severity"], meaning, found["sample"], advice)
