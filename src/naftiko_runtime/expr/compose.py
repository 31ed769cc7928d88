"""Lists and objects with expressions inside, built by structure."""

from __future__ import annotations

from collections.abc import Callable

from ..values import Json, Secret
from ..values.record import dataclass
from .scope import Const, Expr, Ref, Scope, Value
from .sink import as_text


@dataclass(frozen=True, slots=True)
class ObjectOf:
    """An object; what was not given is left out, a null that the author wrote stays."""

    fields: tuple[tuple[str, Expr], ...]

    def evaluate(self, scope: Scope) -> Value:
        return {
            name: value
            for name, field in self.fields
            if (value := _plain(field.evaluate(scope))) is not None or isinstance(field, Const)
        }

    def refs(self) -> tuple[Ref, ...]:
        return tuple(ref for _, value in self.fields for ref in value.refs())

    def __str__(self) -> str:
        return "{" + ", ".join(f"{name}: {value}" for name, value in self.fields) + "}"


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list; what was not given is left out, a null that the author wrote stays."""

    items: tuple[Expr, ...]

    def evaluate(self, scope: Scope) -> Value:
        return [
            value
            for item in self.items
            if (value := _plain(item.evaluate(scope))) is not None or isinstance(item, Const)
        ]

    def refs(self) -> tuple[Ref, ...]:
        return tuple(ref for item in self.items for ref in item.refs())

    def __str__(self) -> str:
        return "[" + ", ".join(str(item) for item in self.items) + "]"


@dataclass(frozen=True, slots=True)
class TextOf:
    """A value as text; nothing stays nothing."""

    value: Expr

    def evaluate(self, scope: Scope) -> Value:
        value = self.value.evaluate(scope)
        return value if value is None or isinstance(value, Secret) else as_text(value)

    def refs(self) -> tuple[Ref, ...]:
        return self.value.refs()

    def __str__(self) -> str:
        return str(self.value)


def compile_value(value: Json, compile_text: Callable[[str], Expr]) -> Expr:
    """Compile every text inside a value; a value without references stays a constant."""
    if isinstance(value, str):
        return compile_text(value)
    if isinstance(value, dict):
        fields = tuple((name, compile_value(item, compile_text)) for name, item in value.items())
        constants = {name: part.value for name, part in fields if isinstance(part, Const)}
        return Const(constants) if len(constants) == len(fields) else ObjectOf(fields)
    if isinstance(value, list):
        items = tuple(compile_value(item, compile_text) for item in value)
        constant = [part.value for part in items if isinstance(part, Const)]
        return Const(constant) if len(constant) == len(items) else ListOf(items)
    return Const(value)


def _plain(value: Value) -> Json:
    """Secrets stand alone, where they can be kept; inside a structure they would be shown."""
    if isinstance(value, Secret):
        raise TypeError("a secret cannot stand inside a list or object")
    return value
