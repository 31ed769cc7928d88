"""JSON texts with holes, read as the structure that they will be: holes become the texts of leaves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import field
from json import JSONDecodeError
from typing import TypeAlias

from ..expr.tags import Tag, tokens
from ..values import Json
from ..values.json import decode
from ..values.record import dataclass

Place: TypeAlias = tuple[str | int, ...]

_IN_TEXT = re.compile(r'\\.|"', re.DOTALL)


@dataclass(frozen=True, slots=True)
class JsonText:
    """The structure, and the places where a hole stands alone in quotes: its value will be a text."""

    value: Json
    texts: frozenset[Place]


def read_json_text(text: str) -> JsonText:
    """Read a text that is JSON but for its holes; raises ValueError saying what is wrong with it.

    A hole in quotes stands for text, one outside for any value. Both are marked by words that the text does
    not have, so that a JSON reader can find the structure.
    """
    marks = _Marks(_unused(text))
    marked = "".join(marks.write(token) for token in tokens(text))
    try:
        value = decode(marked.encode())
    except JSONDecodeError as error:
        raise ValueError(f"it is not JSON in its line {error.lineno}: {error.msg}") from None
    return JsonText(marks.unmark(value, ()), frozenset(marks.texts))


@dataclass(slots=True)
class _Marks:
    """Puts marks where holes are, and holes where marks are."""

    word: str
    is_quoted: bool = False
    holes: list[str] = field(default_factory=list)
    texts: set[Place] = field(default_factory=set)

    def write(self, token: str | Tag) -> str:
        if isinstance(token, str):
            for _ in filter(lambda found: found[0] == '"', _IN_TEXT.finditer(token)):
                self.is_quoted = not self.is_quoted
            return token
        if token.mark == "!":
            return ""
        if token.mark:
            raise ValueError(f"{token.text!r} stands in JSON, where only holes can")
        self.holes.append(token.text)
        mark = f"{self.word}{'q' if self.is_quoted else 'n'}{len(self.holes) - 1};"
        return mark if self.is_quoted else f'"{mark}"'

    def unmark(self, value: Json, place: Place) -> Json:
        if isinstance(value, str):
            return self._unmark_text(value, place)
        if isinstance(value, list):
            return [self.unmark(item, (*place, index)) for index, item in enumerate(value)]
        if isinstance(value, dict):
            if (name := next((name for name in value if self.word in name), None)) is not None:
                raise ValueError(f"a hole is the name of a member: {self._filled(name)!r}")
            return {name: self.unmark(item, (*place, name)) for name, item in value.items()}
        return value

    def _unmark_text(self, text: str, place: Place) -> str:
        if re.fullmatch(f"{self.word}q[0-9]+;", text):
            self.texts.add(place)
        return self._filled(text)

    def _filled(self, text: str) -> str:
        return re.sub(f"{self.word}[qn]([0-9]+);", lambda found: self.holes[int(found[1])], text)


def _unused(text: str) -> str:
    return next(word for word in _words() if word not in text)


def _words() -> Iterator[str]:
    word = "hole"
    while True:
        yield word
        word += "e"
