"""Tags put together into the parts of a template."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import field
from typing import TypeAlias

from ..values.record import dataclass
from .scope import BindValue, Expr
from .sections import Block, Hole, Inner, Inverted, Parts, Section
from .tags import Tag, Token

Lookup: TypeAlias = Callable[[str], Expr | None]

_MAX_DEPTH = 16
_REFUSED = {
    ">": "there are no other templates that it could include",
    "=": "the braces cannot be changed",
    "$": "in braces a '$' has no meaning, and a path is written without braces",
}


def build(tokens: Iterable[Token], lookup: Lookup, inside: Lookup) -> Parts:
    """Compile what a text was cut into; raises ValueError for tags that cannot stand where they do."""
    builder = _Builder(lookup, inside)
    for token in tokens:
        if isinstance(token, str):
            builder.add_text(token)
        else:
            builder.add_tag(token)
    return builder.finish()


@dataclass(slots=True)
class _Frame:
    """A section that is still open, or the template itself."""

    tag: Tag
    word: Hole | Inner
    parts: list[str | Block] = field(default_factory=list)


@dataclass(slots=True)
class _Builder:
    """Collects parts; ``lookup`` is asked outside of sections, ``inside`` in them."""

    lookup: Lookup
    inside: Lookup
    _parts: list[str | Block] = field(default_factory=list)
    _frames: list[_Frame] = field(default_factory=list)

    def add_text(self, text: str) -> None:
        parts = self._frames[-1].parts if self._frames else self._parts
        if parts and isinstance(parts[-1], str):
            parts[-1] += text
        else:
            parts.append(text)

    def add_tag(self, tag: Tag) -> None:
        match tag.mark:
            case "!":
                pass
            case "#" | "^":
                self._open(tag)
            case "/":
                self._close(tag)
            case "" | ".":
                self._fill(tag)
            case _:
                raise ValueError(f"{tag.text!r} cannot be filled: {_REFUSED[tag.mark]}")

    def finish(self) -> Parts:
        if self._frames:
            raise ValueError(f"section {self._frames[-1].tag.text!r} is not closed")
        return tuple(self._parts)

    def _open(self, tag: Tag) -> None:
        word = self._word(tag)
        if word is None:
            raise ValueError(f"section {tag.text!r} is about nothing that is known")
        if len(self._frames) == _MAX_DEPTH:
            raise ValueError(f"section {tag.text!r} is more than {_MAX_DEPTH} sections deep")
        self._frames.append(_Frame(tag, word))

    def _close(self, tag: Tag) -> None:
        if not self._frames:
            raise ValueError(f"{tag.text!r} closes a section that is not open")
        frame = self._frames.pop()
        if frame.tag.word != tag.word:
            raise ValueError(f"{tag.text!r} stands where {frame.tag.text!r} is to be closed")
        kind = Section if frame.tag.mark == "#" else Inverted
        self._add(kind(frame.word, tuple(frame.parts)))

    def _fill(self, tag: Tag) -> None:
        word = self._word(tag)
        if word is None:
            self.add_text(tag.text)
        else:
            self._add(word)

    def _add(self, block: Block) -> None:
        (self._frames[-1].parts if self._frames else self._parts).append(block)

    def _word(self, tag: Tag) -> Hole | Inner | None:
        """Find what a word means. No element stands in for a bound variable: elements come from callers."""
        if not tag.word:
            raise ValueError(f"{tag.text!r} has no name")
        if not self._frames:
            if tag.word == "." and tag.text.startswith("{{"):
                raise ValueError(f"{tag.text!r} is the element of a section, and stands in none")
            value = self.lookup(tag.word)
            return None if value is None else Hole(tag.word, value)
        value = self.inside(tag.word) if tag.word != "." else None
        return Hole(tag.word, value) if isinstance(value, BindValue) else Inner(tag.word, value)
