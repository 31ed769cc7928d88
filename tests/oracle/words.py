"""What a word or a text with holes means for one call."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from oracle.capability import Capability, inputs, named
from oracle.raw import text
from oracle.sites import Site


class NotUnderstood(Exception):
    """A construct that this reading does not know; the reason is what is counted."""


class _Missing:
    def __repr__(self) -> str:
        return "missing"


MISSING = _Missing()
HOLE = re.compile(r"\{\{\{?\s*&?\s*([^{}]*?)\s*\}?\}\}")
PATH_HOLE = re.compile(r"\{\{\{?\s*([^{}]*?)\s*\}?\}\}|\{([^{}/]*?)\+?\}")
VARIABLE = re.compile(r"(?:[\w-]+[.:])?[A-Z0-9][A-Z0-9_]*")


def secret_of(variable: str) -> str:
    """Return the made-up value of a variable in the environment."""
    return f"s3/{variable}=&+é"


def path_variables(path: str) -> list[str]:
    return [double or single for double, single in PATH_HOLE.findall(path)]


@dataclass
class Words:
    """Reads words for one unit that is called with ``arguments``; ``asked`` collects what it reads.

    What the consumed side writes, ``tools.x`` too, names parameters of the call first.
    """

    capability: Capability
    site: Site
    known: Sequence[str]
    arguments: Mapping[str, Any]
    params: Mapping[str, Any] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    is_consumed: bool = False

    def given(self, value: Any) -> Any:
        """Read a value of ``with``, where a caller's name may stand without braces."""
        if isinstance(value, str):
            if (name := self._callers(value)) is not None:
                return self.argument(name)
            if value.startswith("env.") and VARIABLE.fullmatch(value):
                return self.variable(value)
            return self.template(value)
        return self._inside(value, self.given)

    def stated(self, value: Any) -> Any:
        """Read a value that a parameter or body states."""
        return self.template(value) if isinstance(value, str) else self._inside(value, self.stated)

    def with_braces(self, written: Any) -> Any:
        """Write a variable that is named without braces as others are."""
        is_bare = isinstance(written, str) and self.capability.bind(written) is not None
        return f"{{{{{written}}}}}" if is_bare else written

    def template(self, written: str) -> Any:
        """Fill the holes of a text; one that is nothing but a hole keeps the type of its value."""
        if re.search(r"\{\{\s*[#^/!>=]", written):
            raise NotUnderstood("a section in a text")
        if (whole := HOLE.fullmatch(written)) is not None:
            return self._hole(whole[1])
        values = [self._hole(found[1]) for found in HOLE.finditer(written)]
        if MISSING in values:
            return MISSING
        filled = iter(values)
        return HOLE.sub(lambda _: text(next(filled)), written)

    def variable(self, word: str) -> str:
        return secret_of(self.capability.bind(word) or word.replace(":", ".").rpartition(".")[2])

    def argument(self, name: str) -> Any:
        """Find an argument by a name in any spelling, or a part of one behind dots."""
        stated = {str(item["name"]): item["value"] for item in self._declared() if "value" in item}
        if (own := named(name, list(stated))) is not None:
            return self.stated(stated[own])
        found = named(name, self.known)
        if found is not None:
            self.asked.add(found)
            return self.arguments.get(found, MISSING)
        first, *keys = name.split(".")
        if not keys:
            raise LookupError(f"the contract has no argument {name!r}")
        value = self.argument(first)
        for key in keys:
            value = value.get(key, MISSING) if isinstance(value, dict) else MISSING
        return value

    def declared(self) -> set[str]:
        """List the arguments that the unit itself names: its path's variables, inputs, words of outputs."""
        said = HOLE.findall(text(self.site.unit.get("outputParameters")))
        inputs_of_it = [str(item["name"]) for item in self._declared()]
        names = [*path_variables(self.site.path), *inputs_of_it, *said]
        return {found for name in names if (found := named(name, self.known)) is not None}

    def demanded(self) -> set[str]:
        """List the arguments that the unit itself makes its callers give; tools do so unless told."""
        variables = [named(name, self.known) for name in path_variables(self.site.path)]
        flags = {str(item["name"]): item.get("required") for item in self._declared()}
        by_default = not self.site.is_rest
        asked = [name for name, flag in flags.items() if (by_default if flag is None else flag)]
        return {name for name in (*variables, *asked) if name is not None and name in self.known}

    def is_variable(self, word: str) -> bool:
        return word.startswith("env.") or self.capability.bind(word) is not None

    def callers(self, word: str) -> str | None:
        return self._callers(word)

    def _hole(self, word: str) -> Any:
        if (name := self._callers(word)) is not None:
            known = named(name, list(self.params)) if self.is_consumed else None
            return self.params[known] if known is not None else self.argument(name)
        own = [*self.known, *(str(item["name"]) for item in self._declared())]
        if word not in own and word not in self.params and self.is_variable(word):
            return self.variable(word)
        if word not in own and (alike := named(word, list(self.params))) is not None:
            return self.params[alike]
        if named(word, own) is None and VARIABLE.fullmatch(word):
            return self.variable(word)
        return self.argument(word)

    def _callers(self, word: str) -> str | None:
        """Return the name behind ``rest.``, ``tools.`` and the like."""
        namespace = re.escape(str(self.site.server.get("namespace")))
        found = re.fullmatch(rf"(?:\$this\.)?(?:rest|tools|mcp|{namespace})\.([^\s{{}}]+)", word)
        return found[1] if found else None

    def _declared(self) -> list[Any]:
        return [item for item in inputs(self.site.resource, self.site.unit) if "name" in item]

    def _inside(self, value: Any, each: Any) -> Any:
        if isinstance(value, dict):
            made = {key: each(item) for key, item in value.items()}
            return {key: item for key, item in made.items() if item is not MISSING}
        if isinstance(value, list):
            return [item for item in map(each, value) if item is not MISSING]
        return value
