"""The text of a path, read into selectors; what is not read here is left to the library."""

from __future__ import annotations

import re

from ..values.record import dataclass
from .child import Child
from .filters import OPERATORS, Compared, Constant, Exists, Lacks, Test, Way
from .notation import FILTER_NAME, INTEGER, NAME, QUOTED, unquote
from .selectors import Descendants, Every, Selector, Slice, Union, Where

_DOTS = re.compile(r"\.{0,2}")
_NAME = re.compile(NAME)
_QUOTED = re.compile(QUOTED, re.DOTALL)
_EVERY = re.compile(r"\*")
_OPEN = re.compile(r"\[\s*")
_COMMA = re.compile(r"\s*,\s*")
_CLOSE = re.compile(r"\s*\]")
_INTEGER = re.compile(INTEGER)
_BOUND = rf"\s*({INTEGER})?\s*"
_SLICE = re.compile(rf"{_BOUND}:{_BOUND}(?::{_BOUND})?")
_FILTER = re.compile(r"\?\s*")
_PARENTHESIS = re.compile(r"\(\s*")
_END = re.compile(r"\s*\)")
_NOT = re.compile(r"!\s*")
_AND = re.compile(r"\s*&&\s*")
_THIS = re.compile("@")
_FIELD = re.compile(rf"\.({FILTER_NAME})")
_OPERATOR = re.compile(rf"\s*({'|'.join(OPERATORS)})\s*")
_NUMBER = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?([eE][-+]?[0-9]{1,2})?")
_WORD = re.compile(r"true|false|null")
_WORDS = {"true": True, "false": False, "null": None}


class Unread(ValueError):
    """The text is no path, or one of a kind that is not read here."""


def read_selectors(text: str) -> tuple[Selector, ...]:
    """Read what follows the ``$``; raises Unread."""
    reader = _Reader(text)
    selectors: list[Selector] = []
    while reader.at < len(text):
        selectors.append(reader.segment())
    return tuple(selectors)


@dataclass(slots=True)
class _Reader:
    text: str
    at: int = 0

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return found

    def need(self, pattern: re.Pattern[str]) -> re.Match[str]:
        found = self.take(pattern)
        if found is None:
            raise Unread
        return found

    def segment(self) -> Selector:
        dots = self.need(_DOTS)[0]
        selector = self.bracket() if self.take(_OPEN) else self.member() if dots else None
        if selector is None:
            raise Unread
        return Descendants(selector) if dots == ".." else selector

    def member(self) -> Selector:
        if self.take(_EVERY):
            return Every()
        if quoted := self.take(_QUOTED):
            return Child(unquote(quoted[0]))
        return Child(self.need(_NAME)[0])

    def bracket(self) -> Selector:
        selectors = [self.selector()]
        while self.take(_COMMA):
            selectors.append(self.selector())
        self.need(_CLOSE)
        return selectors[0] if len(selectors) == 1 else Union(tuple(selectors))

    def selector(self) -> Selector:
        if self.take(_EVERY):
            return Every()
        if bounds := self.take(_SLICE):
            return Slice(*(None if bound is None else int(bound) for bound in bounds.groups()))
        if self.take(_FILTER):
            return self.filter()
        return Child(self.key())

    def key(self) -> str | int:
        if quoted := self.take(_QUOTED):
            return unquote(quoted[0])
        return int(self.need(_INTEGER)[0])

    def filter(self) -> Selector:
        parenthesis = self.take(_PARENTHESIS)
        tests = [self.test()]
        while self.take(_AND):
            tests.append(self.test())
        if parenthesis:
            self.need(_END)
        return Where(tuple(tests))

    def test(self) -> Test:
        if self.take(_NOT):
            return Lacks(self.way())
        way = self.way()
        operator = self.take(_OPERATOR)
        return Compared(way, operator[1], self.constant()) if operator else Exists(way)

    def way(self) -> Way:
        """Read where a test looks; it must be one place."""
        self.need(_THIS)
        steps: list[Child] = []
        while True:
            if field := self.take(_FIELD):
                steps.append(Child(field[1]))
            elif self.take(_OPEN):
                steps.append(Child(self.key()))
                self.need(_CLOSE)
            else:
                return tuple(steps)

    def constant(self) -> Constant:
        if quoted := self.take(_QUOTED):
            return unquote(quoted[0])
        if number := self.take(_NUMBER):
            return float(number[0]) if number[1] or number[2] else int(number[0])
        return _WORDS[self.need(_WORD)[0]]
