"""Templates cut into text and tags, as Mustache writes them; what a tag does is for who compiles to say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

_MARK = r"[#^/>=!]|\$(?!this\.)"  # `$this.<namespace>.x` is a name of the first versions
_COMMENT = r"\{\{\s*!(?:(?!\}\}).)*\}\}"
_TRIPLE = rf"\{{\{{\{{(?!\s*(?:{_MARK}))([^{{}}]+)\}}\}}\}}"  # `{{{#x}}}` is a section in a pair of braces
_DOUBLE = rf"{_COMMENT}|{_TRIPLE}|\{{\{{([^{{}}]+)\}}\}}"
_TAG = re.compile(_DOUBLE, re.DOTALL)
_TAG_OR_SINGLE = re.compile(rf"{_DOUBLE}|\{{([^{{}}/]+)\}}", re.DOTALL)
_SINGLE = 3  # the group of `{x}`
_ALONE = re.compile(
    rf"^[ \t]*(\{{\{{\s*[#^/][^{{}}]*\}}\}}|{_COMMENT})[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE
)
_BLANK = " \t\r\n"
_AROUND = "&+" + _BLANK  # `{{&x}}` is text as it is, `{x+}` any number of segments: not part of the name


@dataclass(frozen=True, slots=True)
class Tag:
    """A mark such as ``#``, or none for a hole; a word; and the tag as it is written."""

    mark: str
    word: str
    text: str


Token: TypeAlias = str | Tag


def tokens(text: str, *, single: bool = False) -> Iterator[Token]:
    """Cut a text; ``single`` counts ``{x}`` too. A tag that writes nothing takes its line with it."""
    text = _ALONE.sub(r"\1", text)
    at = 0
    for found in (_TAG_OR_SINGLE if single else _TAG).finditer(text):
        tag = _tag(found)
        if not (tag.mark or tag.word):
            continue
        if found.start() > at:
            yield text[at : found.start()]
        yield tag
        at = found.end()
    if at < len(text):
        yield text[at:]


def _tag(found: re.Match[str]) -> Tag:
    """Read a tag; one with neither mark nor word is just text."""
    if found.lastindex is None:
        return Tag("!", "", found[0])
    content = found[found.lastindex].strip(_BLANK)
    if found.lastindex == _SINGLE or not content:
        return Tag("", content.strip(_AROUND), found[0])
    if re.match(_MARK, content):
        return Tag(content[0], content[1:].strip(_BLANK), found[0])
    word = content.strip(_AROUND)
    return Tag("." if word == "." else "", word, found[0])
