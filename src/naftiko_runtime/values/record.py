"""Dataclasses with slots whose methods cost nothing until they are used.

The decorator of the standard library writes and compiles up to six methods for every class, which took a
sixth of a start; most classes of a process are never made. Here the constructor is compiled when it is first
called, and the other methods are the same for all. The rest, ``replace`` among it, is the library's.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, FrozenInstanceError, field, fields
from functools import partial
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Literal, TypeAlias, TypeVar, dataclass_transform

_T = TypeVar("_T")

_Fields: TypeAlias = tuple[Field[Any], ...]
_Made: TypeAlias = Any  # a dataclass, or an object of one, whatever it holds
_Method: TypeAlias = Callable[..., object]


@dataclass_transform(field_specifiers=(field,))
def dataclass(*, slots: Literal[True], frozen: bool = False) -> Callable[[type[_T]], type[_T]]:
    """Make a dataclass with slots, as ``dataclasses.dataclass`` does."""

    def make(cls: type[_T]) -> type[_T]:
        own = frozenset(vars(cls))
        cls.__doc__ = cls.__doc__ or cls.__name__  # else the library works the signature out to have one
        made: _Made = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True)(cls)
        methods = {"__init__": _init(made, frozen), "__repr__": _repr, **_comparing(fields(made), frozen)}
        for name, method in {**methods, **(_FROZEN if frozen else {})}.items():
            if name not in own:
                setattr(made, name, method)
        return made  # type: ignore[no-any-return]

    return make


def _init(cls: _Made, frozen: bool) -> _Method:
    """Stand for the constructor until it is called."""

    def init(self: object, *values: object, **named: object) -> None:
        cls.__init__ = _compiled(cls, frozen)
        cls.__init__(self, *values, **named)

    return init


def _compiled(cls: _Made, frozen: bool) -> _Method:
    known: dict[str, Any] = {"MISSING": MISSING}
    taken, lines = ["self"], []
    for each in fields(cls):
        name = each.name
        known |= {f"default_{name}": each.default, f"make_{name}": each.default_factory}
        if each.init:
            taken.append(_parameter(each))
        if (value := _value(each)) is None:
            continue
        known[f"set_{name}"] = getattr(cls, name).__set__
        lines.append(f"set_{name}(self, {value})" if frozen else f"self.{name} = {value}")
    if hasattr(cls, "__post_init__"):
        lines.append("self.__post_init__()")
    text = f"def __init__({', '.join(taken)}):\n " + "\n ".join(lines or ["pass"])
    exec(text, known)  # noqa: S102 - of names that stand in our own classes
    method: _Method = known["__init__"]
    method.__qualname__ = f"{cls.__qualname__}.__init__"
    return method


def _parameter(each: Field[Any]) -> str:
    if each.default is not MISSING:
        return f"{each.name}=default_{each.name}"
    return each.name if each.default_factory is MISSING else f"{each.name}=MISSING"


def _value(each: Field[Any]) -> str | None:
    """Say what a field begins with; None where ``__post_init__`` will say."""
    if each.default_factory is not MISSING:
        made = f"make_{each.name}()"
        return f"{made} if {each.name} is MISSING else {each.name}" if each.init else made
    if each.init:
        return each.name
    return None if each.default is MISSING else f"default_{each.name}"


def _comparing(all_fields: _Fields, frozen: bool) -> dict[str, _Method | None]:
    names = [each.name for each in all_fields if each.compare]
    key = attrgetter(*names) if len(names) > 1 else partial(_few, names)

    def equals(self: object, other: object) -> bool:
        return bool(key(self) == key(other)) if other.__class__ is self.__class__ else NotImplemented

    def hashed(self: object) -> int:
        return hash(key(self))

    return {"__eq__": equals, "__hash__": hashed if frozen else None}


def _few(names: list[str], self: object) -> tuple[object, ...]:
    return tuple(getattr(self, name) for name in names)


def _repr(self: _Made) -> str:
    shown = (f"{each.name}={getattr(self, each.name)!r}" for each in fields(self) if each.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _refuse_to_set(self: object, name: str, value: object) -> None:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(self: object, name: str) -> None:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _state(self: _Made) -> list[object]:
    return [getattr(self, each.name) for each in fields(self)]


def _take_state(self: _Made, state: list[object]) -> None:
    for each, value in zip(fields(self), state, strict=True):
        object.__setattr__(self, each.name, value)


_FROZEN: Mapping[str, _Method | None] = MappingProxyType(
    {
        "__setattr__": _refuse_to_set,
        "__delattr__": _refuse_to_delete,
        "__getstate__": _state,
        "__setstate__": _take_state,
    }
)
