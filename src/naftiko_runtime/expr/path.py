"""Selectors into JSON values, compiled once; the common shapes are ours, the rest is jsonpath-ng's.

The dialect is that of the files in use, which is near Jayway's. It differs from RFC 9535 and the library:

* ``$.`` is the root, ``$`` may be left out, and a dot may stand before a bracket: ``$.[0].a``.
* A bare name holds all that has no meaning of its own: blanks, hyphens, ``@``, commas, digits alone.
  Blanks at the ends of the text do not count; quotes keep them.
* A definite path, of names and indexes only, gives its value or None, which stands for a JSON null as well.
  Any other gives a list, in which a null stays a null; ``['a','b']`` is one of those.
* A path may end with ``.length()`` or ``.keys()``, which take what the path before them gives: after an
  indefinite one they are about the list of all that was found.
* In quotes the escapes of RFC 9535 are read, where the library takes any escaped character as it is.
* Brackets may mix names, indexes, slices and filters, as in RFC 9535; the library takes one kind at a time.

Left to the library: its functions and operators, sorting, regular expressions, and filters with ``||``, with
parentheses inside, or with a path on the right.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from typing import Protocol

from jsonpath_ng import JSONPath
from jsonpath_ng.exceptions import JSONPathError
from jsonpath_ng.ext.parser import parse

from ..values import Json
from ..values.record import dataclass
from .child import Child
from .functions import FUNCTIONS
from .notation import spell
from .reader import Unread, read_selectors
from .selectors import Selector

_FUNCTION = re.compile(rf"(.*[^.])\.({'|'.join(FUNCTIONS)})\(\)", re.DOTALL)


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
        return "$" + "".join(spell(key) for key in self.keys)


@dataclass(frozen=True, slots=True)
class Selection:
    """Wildcards, slices, unions, filters and descendants; always gives a list, perhaps an empty one."""

    selectors: tuple[Selector, ...]

    def select(self, value: Json) -> Json:
        nodes = [value]
        for selector in self.selectors:
            nodes = selector.pick(nodes)
        return nodes

    def __str__(self) -> str:
        return "$" + "".join(map(str, self.selectors))


@dataclass(frozen=True, slots=True)
class Query:
    """What only the library reads; always gives a list, as in JSONPath.

    The library raises on a value that sorting, a filter or the like cannot be applied to: nothing is found.
    """

    text: str
    compiled: JSONPath

    def select(self, value: Json) -> Json:
        try:
            return [match.value for match in self.compiled.find(value)]
        except (TypeError, NotImplementedError, AssertionError, RecursionError, re.error):
            return []

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Applied:
    """A function of what a path gives."""

    path: Path
    name: str
    function: Callable[[Json], Json]

    def select(self, value: Json) -> Json:
        return self.function(self.path.select(value))

    def __str__(self) -> str:
        return f"{self.path}.{self.name}()"


def compile_path(text: str) -> Path:
    """Compile a JSONPath; raises ValueError with the reason when nobody can read it."""
    path = text.strip()
    if path in ("", "$", "$."):
        return Root()
    if not path.startswith("$"):
        path = f"$.{path}" if not path.startswith("[") else f"${path}"
    call = _FUNCTION.fullmatch(path)
    try:
        return Applied(_compile(call[1]), call[2], FUNCTIONS[call[2]]) if call else _compile(path)
    except (JSONPathError, re.error) as error:
        raise ValueError(f"path {text.strip()!r} cannot be read: {str(error).splitlines()[0]}") from None


def _compile(text: str) -> Path:
    try:
        selectors = read_selectors(text[1:])
    except Unread:
        return Query(text, _parsed(text))
    keys = tuple(selector.key for selector in selectors if isinstance(selector, Child))
    if len(keys) < len(selectors):
        return Selection(selectors)
    return Steps(keys) if keys else Root()


def _parsed(text: str) -> JSONPath:
    """Parse by the library; what it thinks of its own operators is nothing an author could mend."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return parse(text)
