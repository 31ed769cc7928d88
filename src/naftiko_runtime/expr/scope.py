"""The names an expression may use, known before any request, and the values they have in one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from functools import lru_cache
from typing import Protocol, TypeAlias

from ..values import Json, Secret
from ..values.record import dataclass
from .path import Path, Root

Value: TypeAlias = Json | Secret


@dataclass(slots=True)
class Scope:
    """The values of one call. ``None`` means not given; steps add their results as they finish.

    ``answers`` are what steps were answered, before it was cut to what their operation declares as outputs.
    """

    arguments: Mapping[str, Json] = field(default_factory=dict)
    binds: Mapping[str, Secret] = field(default_factory=dict)
    steps: dict[str, Json] = field(default_factory=dict)
    answers: dict[str, Json] = field(default_factory=dict)


class Expr(Protocol):
    """A compiled expression; pure."""

    def evaluate(self, scope: Scope) -> Value: ...

    def refs(self) -> tuple[Ref, ...]:
        """List the names that this expression reads."""
        ...


@dataclass(frozen=True, slots=True)
class Const:
    """What the file says, whatever the caller says."""

    value: Json

    def evaluate(self, scope: Scope) -> Value:
        return self.value

    def refs(self) -> tuple[Ref, ...]:
        return ()

    def __str__(self) -> str:
        return repr(self.value)


@dataclass(frozen=True, slots=True)
class Argument:
    """What the caller gave under a name, or a part of it."""

    name: str
    keys: tuple[str, ...] = ()

    def evaluate(self, scope: Scope) -> Value:
        value = scope.arguments.get(self.name)
        return _descend(value, self.keys) if self.keys else value

    def refs(self) -> tuple[Ref, ...]:
        return (self,)

    def __str__(self) -> str:
        return ".".join((self.name, *self.keys))


@dataclass(frozen=True, slots=True)
class Words:
    """A way into a value as Mustache writes it: fields by their names, elements by their numbers."""

    keys: tuple[str, ...]

    def select(self, value: Json) -> Json:
        return _descend(value, self.keys)

    def __str__(self) -> str:
        return "$" + "".join(f".{key}" for key in self.keys)


@dataclass(frozen=True, slots=True)
class StepResult:
    """What an earlier step found, or a part of it; ``is_raw`` reads its whole answer."""

    name: str
    path: Path = Root()
    is_raw: bool = False

    def evaluate(self, scope: Scope) -> Value:
        return self.path.select((scope.answers if self.is_raw else scope.steps).get(self.name))

    def refs(self) -> tuple[Ref, ...]:
        return (self,)

    def __str__(self) -> str:
        return f"step {self.name}{str(self.path).removeprefix('$')}"


@dataclass(frozen=True, slots=True)
class BindValue:
    """A bound variable; always secret, because nobody can tell which ones are."""

    key: str

    def evaluate(self, scope: Scope) -> Value:
        return scope.binds[self.key]

    def refs(self) -> tuple[Ref, ...]:
        return (self,)

    def __str__(self) -> str:
        return f"bind {self.key}"


Ref: TypeAlias = Argument | StepResult | BindValue


@lru_cache(maxsize=4096)  # of an operation with a thousand names each is compared with all others
def fold(name: str) -> str:
    """Bring spellings of one name together: case, hyphen and underscore do not count (D11)."""
    return name.replace("-", "").replace("_", "").lower()


def match_name(name: str, known: Iterable[str]) -> str | None:
    """Find a name exactly, else the only one that differs in case, hyphens and underscores."""
    names = tuple(known)
    if name in names:
        return name
    folded = fold(name)
    alike = [other for other in names if fold(other) == folded]
    return alike[0] if len(alike) == 1 else None


def _descend(value: Json, keys: tuple[str, ...]) -> Json:
    for key in keys:
        if isinstance(value, dict):
            value = value.get(key)
        elif isinstance(value, list) and key.isdecimal() and int(key) < len(value):
            value = value[int(key)]
        else:
            return None
    return value
