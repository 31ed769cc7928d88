"""Templates cut into text and tags, as Mustache writes them; what a tag does is for who compiles to say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeAlias

from ..values.record import dataclass

_MARK = r"[#^/>=!]|\$(?!this\.)"  # `$this.<namespace>.x` is a name of the first versions
_COMMENT = r"\{\{\s*!(?:(?!\}\}).)*\}\}"
_TRIPLE = rf"\{{\{{\{{(?!\s*(?:{_MARK}))([^{{}}]+)\}}\}}\}}"  # `{{{#x}}}` is a section in a pair of braces
_DOUBLE = rf"{_COMMENT}|{_TRIPLE}|\{{\{{([^{{}}]+)\}}\}}"
_TAG = re.compile(_DOUBLE, re.DOTALL)
_TAG_OR_SINGLE = re.compile(rf"{_DOUBLE}|\{{([^{{}}/]+)\}}", re.DOTALL)
_SINGLE = 3  # the group of `{x}`
_ONLY_SINGLE = re.compile(r"\{([^{}/]+)\}")
_END_OF_LINE = re.compile(r"[ \t]*(?:\r?\n|\Z)")
_SILENT = ("#", "^", "/", "!")
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
    at, is_fresh = 0, True  # fresh is what begins a line, or comes after a line that was taken
    for start, end, tag in _tags(text, single=single):
        if not (tag.mark or tag.word):
            continue
        before = text[at:start]
        line = before.rpartition("\n")[2]
        begins = (is_fresh or "\n" in before) and not line.strip(" \t")
        rest = _END_OF_LINE.match(text, end) if begins and tag.mark in _SILENT else None
        if rest:
            before, end = before.removesuffix(line), rest.end()
        if before:
            yield before
        yield tag
        at, is_fresh = end, rest is not None
    if at < len(text):
        yield text[at:]


def _tags(text: str, *, single: bool) -> Iterator[tuple[int, int, Tag]]:
    """Find tags with their places. Behind the last ``}}`` no ``{{`` is closed, so none is tried there:
    each would search to the end of the text."""
    end = text.rfind("}}") + 2 if "}}" in text else 0
    for found in (_TAG_OR_SINGLE if single else _TAG).finditer(text, 0, end):
        yield found.start(), found.end(), _tag(found)
    for found in _ONLY_SINGLE.finditer(text, end) if single else ():
        yield found.start(), found.end(), Tag("", found[1].strip(_AROUND), found[0])


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
