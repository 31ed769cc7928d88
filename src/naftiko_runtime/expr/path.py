"""Selectors into JSON values, compiled once; the common shapes are ours, the rest is jsonpath-ng's."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Protocol

from jsonpath_ng import JSONPath
from jsonpath_ng.exceptions import JSONPathError
from jsonpath_ng.ext.parser import parse

from ..values import Json


class Path(Protocol):
    """A compiled selector; what is not there gives None."""

    def select(self, value: Json) -> Json: ...


@dataclass(frozen=True, slots=True)
class Root:
    """The value itself: ``$`` and ``$.``."""

    def select(self, value: Json) -> Json:
        return value

    def __str__(self) -> str:
        return "$"


@dataclass(frozen=True, slots=True)
class Steps:
    """Fields and indexes, one after the other."""

    keys: tuple[str | int, ...]

    def select(self, value: Json) -> Json:
        for key in self.keys:
            if isinstance(key, str):
                if not isinstance(value, dict):
                    return None
                value = value.get(key)
            else:
                if not isinstance(value, list) or not -len(value) <= key < len(value):
                    return None
                value = value[key]
        return value

    def __str__(self) -> str:
        return "$" + "".join(_spell(key) for key in self.keys)


@dataclass(frozen=True, slots=True)
class Query:
    """Wildcards, filters and the like; always gives a list, as in JSONPath.

    The library raises on a value that sorting, a filter or the like cannot be applied to: nothing is found.
    """

    text: str
    compiled: JSONPath

    def select(self, value: Json) -> Json:
        try:
            return [match.value for match in self.compiled.find(value)]
        except (TypeError, NotImplementedError, AssertionError, re.error):
            return []

    def __str__(self) -> str:
        return self.text


# real files name fields with blanks, hyphens and @, so a name is all that has no meaning of its own
_NAME = r"[^.\[\]*?()'\"$]+"
_QUOTED = r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\""
_STEP = re.compile(rf"\.?\[\s*(?:(-?[0-9]{{1,18}})|{_QUOTED})\s*\]|\.(?:({_NAME})|{_QUOTED})", re.DOTALL)
_BARE_NAME = 4  # the group of a name that is written without quotes
_ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{4}|.)|\"", re.DOTALL)


def compile_path(text: str) -> Path:
    """Compile a JSONPath; raises ValueError with the reason when nobody can read it."""
    text = text.strip()
    if text in ("", "$", "$."):
        return Root()
    if not text.startswith("$"):
        text = f"$.{text}" if not text.startswith("[") else f"${text}"
    steps = _native(text[1:])
    if steps is not None:
        return Steps(steps)
    try:
        return Query(text, parse(text))
    except (JSONPathError, re.error) as error:
        raise ValueError(f"path {text!r} cannot be read: {str(error).splitlines()[0]}") from None


def _native(text: str) -> tuple[str | int, ...] | None:
    keys: list[str | int] = []
    at = 0
    while at < len(text):
        found = _STEP.match(text, at)
        if found is None:
            return None
        keys.append(_key(found))
        at = found.end()
    return tuple(keys)


def _key(found: re.Match[str]) -> str | int:
    word = found[found.lastindex or 0]
    if found.lastindex == 1:
        return int(word)
    return word if found.lastindex == _BARE_NAME else _unquote(word)


def _unquote(body: str) -> str:
    """Read what stands between quotes; escapes are those of RFC 9535 (2.3.1), any other is the character."""
    word: str = json.loads(f'"{_ESCAPE.sub(_json_escape, body)}"', strict=False)
    return word


def _json_escape(found: re.Match[str]) -> str:
    if found[0] == '"':
        return '\\"'
    known = len(found[0]) > len("\\n") or found[0][1] in '"\\/bfnrt'
    return found[0] if known else found[0][1]


def _spell(key: str | int) -> str:
    """Write a step as authors do; a name that would be read as something else is quoted."""
    if isinstance(key, int):
        return f"[{key}]"
    is_bare = re.fullmatch(_NAME, key) and key == key.strip() and key.isprintable()
    return f".{key}" if is_bare else f"['{''.join(map(_spell_character, key))}']"


def _spell_character(character: str) -> str:
    if character in "'\\":
        return f"\\{character}"
    return character if character.isprintable() else json.dumps(character)[1:-1]
