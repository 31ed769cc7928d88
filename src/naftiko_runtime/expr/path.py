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
        return "$" + "".join(f".{key}" if isinstance(key, str) else f"[{key}]" for key in self.keys)


@dataclass(frozen=True, slots=True)
class Query:
    """Wildcards, filters and the like; always gives a list, as in JSONPath."""

    text: str
    compiled: JSONPath

    def select(self, value: Json) -> Json:
        return [match.value for match in self.compiled.find(value)]

    def __str__(self) -> str:
        return self.text


# real files name fields with blanks, hyphens and @, so a name is all that has no meaning of its own
_NAME = r"[^.\[\]*?()'\"$]+"
_STEP = re.compile(rf"\.?\[(-?\d+)\]|\.?\[\s*'([^'\\]*)'\s*\]|\.?\[\s*\"([^\"\\]*)\"\s*\]|\.({_NAME})")


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
    except (JSONPathError, AttributeError) as error:
        raise ValueError(f"path {text!r} cannot be read: {str(error).splitlines()[0]}") from None


def _native(text: str) -> tuple[str | int, ...] | None:
    keys: list[str | int] = []
    at = 0
    while at < len(text):
        found = _STEP.match(text, at)
        if found is None:
            return None
        keys.append(
            int(found[1]) if found[1] is not None else next(g for g in found.groups()[1:] if g is not None)
        )
        at = found.end()
    return tuple(keys)
