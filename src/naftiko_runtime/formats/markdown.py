"""Markdown answers: front matter, tables, and the plain text under each heading."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import field
from typing import TYPE_CHECKING

from ..values import Json
from ..values.record import dataclass
from .charset import decode_text
from .door import Hints
from .yaml import read_yaml

try:
    from markdown_it import MarkdownIt

    IS_INSTALLED = True
except ModuleNotFoundError:
    IS_INSTALLED = False

if TYPE_CHECKING:
    from markdown_it.token import Token

_MAX_CHARACTERS = 4 << 20  # the parser reads about a million in a second
_FRONT = re.compile(r"---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t]*$", re.DOTALL | re.MULTILINE)
_BREAKS = {"softbreak": "\n", "hardbreak": "\n"}


def decode_markdown(data: bytes, hints: Hints) -> Json:
    """Give ``{frontMatter, tables, sections}``; ``outputSchema`` is how the headings begin that count."""
    text = decode_text(data, hints.charset)
    if len(text) > _MAX_CHARACTERS:
        raise ValueError(f"it has more than {_MAX_CHARACTERS} characters")
    front, body = _front_matter(text)
    tokens = MarkdownIt("commonmark").enable("table").parse(body)
    sections = [part for part in _sections(tokens) if part.is_under(hints.schema)]
    return {
        "frontMatter": front,
        "tables": [table for part in sections for table in part.tables],
        "sections": [part.shown() for part in sections if part.level],
    }


def _front_matter(text: str) -> tuple[Json, str]:
    """Split off the mapping that a text may begin with; between two lines may also stand a sentence."""
    found = _FRONT.match(text)
    if found is None:
        return {}, text
    try:
        front = read_yaml(found[1])
    except ValueError:
        return {}, text
    return (front, text[found.end() :]) if isinstance(front, dict) else ({}, text)


@dataclass(slots=True)
class _Section:
    """What stands under a heading, up to the next one; level 0 is what stands before the first."""

    heading: str = ""
    level: int = 0
    blocks: list[str] = field(default_factory=list)
    tables: list[Json] = field(default_factory=list)

    def is_under(self, schema: str | None) -> bool:
        return not schema or (self.level > 0 and self.heading.startswith(schema.lstrip("# ")))

    def shown(self) -> Json:
        return {"heading": self.heading, "level": self.level, "content": "\n".join(self.blocks)}


def _sections(tokens: list[Token]) -> list[_Section]:
    sections = [_Section()]
    walk = iter(tokens)
    for token in walk:
        if token.type == "heading_open":
            sections.append(_Section(_plain(next(walk)), int(token.tag[1:])))
        elif token.type == "table_open":
            sections[-1].tables.append(_table(walk))
        elif token.type == "inline":
            sections[-1].blocks.append(_plain(token))
        elif token.type in ("fence", "code_block"):
            sections[-1].blocks.append(token.content.rstrip("\n"))
    return sections


def _table(walk: Iterator[Token]) -> Json:
    """Read the rows up to the table's end; the parser gives each row as many cells as the first has."""
    rows: list[list[str]] = []
    while (token := next(walk)).type != "table_close":
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            rows[-1].append(_plain(token))
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def _plain(token: Token) -> str:
    """Take the words of a line without its marks."""
    return "".join(_BREAKS.get(child.type, child.content) for child in token.children or ()).strip()
