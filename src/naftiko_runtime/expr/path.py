"""Selectors into JSON values, compiled once; the common shapes are ours, the rest is jsonpath-ng's."""

from __future__ import annotations

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
_QUOTED = r"'([^'\\]*)'|\"([^\"\\]*)\""
_STEP = re.compile(rf"\.?\[\s*(?:(-?[0-9]+)|{_QUOTED})\s*\]|\.(?:({_NAME})|{_QUOTED})")


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
    return int(word) if found.lastindex == 1 else word


def _spell(key: str | int) -> str:
    """Write a step as authors do; a name with a meaning of its own is quoted."""
    if isinstance(key, int):
        return f"[{key}]"
    return f".{key}" if re.fullmatch(_NAME, key) else f"[{key!r}]"
