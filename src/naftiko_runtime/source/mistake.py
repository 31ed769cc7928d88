"""Says in an author's words why a text is not YAML, and points at what has to change."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from ..values.record import dataclass

_WINDOW = 2_000  # of a line; some files are one long line
_SHOWN = 60
_VALUE = re.compile(r"(?P<key>[^\s:#'\"{\[][^:#]{0,80}):[ \t]+(?P<value>\S.*)")
_KEY = re.compile(r"[ \t]*(?:- )*[^\s:#'\"][^:#]{0,80}:(?:[ \t]|$)")
_DASH = re.compile(r"[ \t]*(-[A-Za-z{][^:]{0,80}:[ \t].*)")
_LOST_LINES = 5
_OPEN = "the quote that is opened here is never closed"
_INSIDE = "double a quote inside of quotes, or use the other kind around it"


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong; line and column count from 0, as in the parser's marks."""

    message: str
    line: int
    column: int
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class Stop:
    """Where a parser stopped and what it says; line and column count from 0."""

    context: str
    problem: str
    began: tuple[int, int]
    stopped: tuple[int, int]

    @property
    def culprit(self) -> int:
        """The line of the token that was being read; of a whole block only its last line is known."""
        is_token = any(word in self.context for word in ("scanning", "flow", "quoted"))
        return (self.began if is_token else self.stopped)[0]


@dataclass(frozen=True, slots=True)
class _Found:
    """Where it stopped, with the lines that it was reading."""

    lines: Sequence[str]
    stop: Stop

    @property
    def stopped(self) -> tuple[int, int]:
        return self.stop.stopped

    @property
    def began(self) -> tuple[int, int]:
        return self.stop.began

    def line(self, number: int) -> str:
        return self.lines[number][:_WINDOW] if 0 <= number < len(self.lines) else ""

    @property
    def text(self) -> str:
        return self.line(self.stopped[0])

    @property
    def rest(self) -> str:
        """The text of the line from where the parser stopped."""
        return self.text[self.stopped[1] :].rstrip()


_Explain: TypeAlias = Callable[[_Found], Mistake | None]


def explain(text: str, stop: Stop) -> Mistake:
    """Find the culprit of a YAML error; what nobody here knows is said in the parser's words."""
    found = _Found(text.splitlines(), stop)
    known = (rule(found) for part, rules in _RULES.items() if part in stop.problem for rule in rules)
    said = " ".join(part for part in (stop.context, stop.problem) if part)
    first = _lost_indentation(found) or _earlier_quote(found) or _dash(found)
    return first or next(filter(None, known), None) or Mistake(said, *stop.stopped)


def _lost_indentation(found: _Found) -> Mistake | None:
    """Recognise a page that lost the blanks its lines began with."""
    written = [line for line in found.lines if line.strip() and not line.startswith("#")]
    flat = not any(line.startswith(" ") for line in written)
    if len(written) < _LOST_LINES or not flat or "capability:" not in written:
        return None
    message = "no line of this text is indented, so nothing tells what belongs to what"
    return Mistake(message, *found.stopped, "get the file as it was written")


def _earlier_quote(found: _Found) -> Mistake | None:
    """Recognise a quote that was to open a value and closed one that began lines ago."""
    before = found.text[: found.stopped[1]].rstrip()
    sign = before[-1:]
    if sign not in ("'", '"') or before.count(sign) % 2 == 0:
        return None
    odd = (line for line in range(found.stopped[0] - 1, -1, -1) if found.line(line).count(sign) % 2)
    line = next(odd, 0)
    opened, _, _ = found.line(line).rpartition(sign)
    if not opened.endswith((" ", "[", "{")):
        return None  # an apostrophe inside of a word
    return Mistake(_OPEN, line, len(opened), "close it")


def _dash(found: _Found) -> Mistake | None:
    """``-name: x``, which was to be an element of a list."""
    for line in (found.stopped[0], found.stopped[0] - 1):
        if (word := _DASH.match(found.line(line))) is not None:
            message = f"{_cut(word[1])!r} begins with a dash that no blank follows"
            return Mistake(message, line, word.start(1), f"write {_cut('- ' + word[1][1:])!r}")
    return None


def _colon(found: _Found) -> Mistake | None:
    """``name: a: b``, or a line that is deeper than one which has a value already."""
    line, column = found.stopped
    value = _VALUE.search(found.text)
    if value is not None and value.start("value") <= column:
        hint = f"write it in quotes: {_quoted(value['value'])}"
        return Mistake(f"value {_cut(value['value'])!r} has ': ' in it and no quotes", line, column, hint)
    before = found.line(line - 1)
    if _KEY.match(before):
        message = f"this line is deeper than {_cut(before.strip())!r}, which has a value already"
        return Mistake(message, line, _indent(found.text), "indent both lines alike, or remove one")
    return _no_colon(line - 1, before) if before.strip() else None


def _simple_key(found: _Found) -> Mistake | None:
    return _no_colon(found.began[0], found.line(found.began[0]))


def _no_colon(line: int, text: str) -> Mistake:
    word = text.strip().removeprefix("- ")
    hint = "write 'key: value', with a blank after the colon"
    return Mistake(f"{_cut(word)!r} is no key with a value", line, _indent(text), hint)


def _tab(found: _Found) -> Mistake | None:
    """A tab in the indentation, which the parser says in several ways."""
    line, column = found.stopped
    if not found.rest.startswith("\t") and "tab character" not in found.stop.problem:
        return None
    return Mistake("a tab stands where YAML takes blanks only", line, column, "indent with blanks")


def _start(found: _Found) -> Mistake | None:
    """A character that no plain value begins with."""
    word, (line, column) = found.rest, found.stopped
    if found.text[max(0, column - 1) :].startswith("{%"):
        message = "'{%' belongs to a template, which was not filled in"
        return Mistake(message, line, max(0, column - 1), "fill the template in first")
    return _unquoted(word, line, column) if word else None


def _sign(found: _Found) -> Mistake | None:
    """``*x*`` and ``&``, which are no names of an alias or anchor."""
    line, column = found.began
    return _unquoted(found.line(line)[column:].rstrip(), line, column)


def _unquoted(word: str, line: int, column: int) -> Mistake:
    message = f"a value without quotes cannot begin with {word[:1]!r}"
    return Mistake(message, line, column, f"write it in quotes: {_quoted(word)}")


def _after(found: _Found) -> Mistake | None:
    """Text behind a quote, bracket or alias that has ended: ``'it's'``, ``{{x}}/y``."""
    line, column = found.stopped
    value = _VALUE.search(found.text)
    if value is None or value.start("value") >= column or not found.rest:
        return None
    if value["value"][0] in "'\"":
        message = f"{_cut(found.rest)!r} stands behind the quote that ends the value"
        return Mistake(message, line, column, _INSIDE)
    message = f"value {_cut(value['value'])!r} begins with {value['value'][0]!r}, and there is text behind it"
    return Mistake(message, line, value.start("value"), f"write it in quotes: {_quoted(value['value'])}")


def _indentation(found: _Found) -> Mistake | None:
    line, column = found.stopped
    if not found.rest:
        return None
    message = f"{_cut(found.rest)!r} is indented otherwise than the lines that it would belong to"
    return Mistake(message, line, column, "indent it like its neighbours")


def _open_quote(found: _Found) -> Mistake | None:
    if "quoted" not in found.stop.context:
        return None
    return Mistake(_OPEN, *found.began, "close it")


def _open_bracket(found: _Found) -> Mistake | None:
    """A list or mapping in brackets that ends somewhere else, or not at all."""
    line, column = found.began
    if "flow" not in found.stop.context:
        return None
    bracket = found.line(line)[column : column + 1]
    if not bracket:
        return Mistake("the text ends inside of brackets", line, column, "close them")
    if bracket not in "{[":
        return Mistake(f"{bracket!r} stands where a value is expected", line, column)
    hint = "close it, or put the value into quotes if it is a text"
    return Mistake(f"the {bracket!r} that is opened here is not closed", line, column, hint)


def _escape(found: _Found) -> Mistake | None:
    line, column = found.stopped
    word = found.line(line)[column : column + 2]
    return Mistake(f"'{word}' means nothing in double quotes", line, column, "use single quotes")


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def _quoted(text: str) -> str:
    return "'" + _cut(text.rstrip()).replace("'", "''") + "'"


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())


_RULES: Mapping[str, tuple[_Explain, ...]] = {
    "mapping values are not allowed": (_colon,),
    "could not find expected ':'": (_simple_key,),
    "tab character": (_tab,),
    "cannot start any token": (_tab, _start),
    "expected alphabetic or numeric": (_sign,),
    "expected key": (_after, _indentation),
    "expected '-' indicator": (_indentation,),
    "unexpected end of stream": (_open_quote,),
    "expected ',' or": (_open_bracket,),
    "expected node content": (_open_bracket,),
    "unknown escape character": (_escape,),
}
