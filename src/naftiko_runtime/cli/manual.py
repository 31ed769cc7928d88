"""The manual of diagnostics, entry by entry."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from ..values.record import dataclass

_PACKAGE = Path(__file__).resolve().parent.parent
# an installed package carries the manual; in a checkout it stands among the others
_PLACES = tuple(root / "docs" / "diagnostics.md" for root in (_PACKAGE, _PACKAGE.parent.parent))
_PARTS = re.compile(r"^(?=\*\*[A-Z]\d{3}\*\* |## )", re.MULTILINE)
_GROUP = re.compile(r"## (?P<title>.+)")
_ENTRY = re.compile(
    r"\*\*(?P<code>[A-Z]\d{3})\*\* \((?P<severity>[a-z]+)\) (?P<meaning>.+?)\n"
    r"`(?P<sample>\S+: [a-z]+\[(?P=code)\]: [^\n]+)`\n(?P<advice>.*?)(?P<blocks>^```.*)?\Z",
    re.DOTALL | re.MULTILINE,
)
_BLOCK = re.compile(r"^```(?P<language>\w+) (?P<name>\S+)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """A part of an example: ``bad`` or ``good``, yaml or a command, or a file by its name for both."""

    name: str
    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Entry:
    """What the manual says of a code: what it means, how it is told, what to do, and examples."""

    group: str
    code: str
    severity: str
    meaning: str
    sample: str
    advice: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Manual:
    """All entries by their codes, and the file that examples change."""

    base: str
    entries: Mapping[str, Entry]


def read_manual() -> Manual:
    """Read the page that came with this package."""
    text = next(path for path in _PLACES if path.is_file()).read_text(encoding="utf-8")
    opening, *parts = _PARTS.split(text)
    (base,) = _blocks(opening)
    return Manual(base.text, MappingProxyType({entry.code: entry for entry in _entries(parts)}))


def _entries(parts: list[str]) -> Iterator[Entry]:
    group = ""
    for part in parts:
        if title := _GROUP.match(part):
            group = title["title"]
        for found in _ENTRY.finditer(part):
            meaning, advice = (" ".join(found[name].split()) for name in ("meaning", "advice"))
            blocks = _blocks(found["blocks"] or "")
            yield Entry(group, found["code"], found["severity"], meaning, found["sample"], advice, blocks)


def _blocks(text: str) -> tuple[Block, ...]:
    return tuple(Block(found["name"], found["language"], found["text"]) for found in _BLOCK.finditer(text))
