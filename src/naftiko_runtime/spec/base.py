"""The base of every authored type, and how it remembers where it was written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from types import NoneType
from typing import TYPE_CHECKING, Any, TypeAlias

from pydantic import BaseModel, ConfigDict, PrivateAttr

from ..source.diagnostics import Report, Span, did_you_mean
from ..source.tree import Key, Positions
from ..values import Json

if TYPE_CHECKING:
    Free: TypeAlias = Json
else:
    Free = Any  # the loader made it Json already; pydantic need not look at it again

LEAVES = (str, int, float, NoneType)  # asked for first: most are, and asking for a model takes long
_NOWHERE = Positions(Span("<memory>"))


class SpecModel(BaseModel):
    """An authored mapping: frozen, keeps unknown keys, knows its place in the file."""

    model_config = ConfigDict(frozen=True, extra="allow", coerce_numbers_to_str=True, defer_build=True)
    _at: Positions = PrivateAttr(default_factory=lambda: _NOWHERE)  # pydantic would copy a default

    def span(self, *keys: Key) -> Span:
        """Return where this mapping, or what ``keys`` lead to below it, was written."""
        kept = self.__pydantic_private__  # where pydantic looks last for self._at
        return (kept["_at"] if kept else _NOWHERE).of(*keys)

    def place(self, positions: Positions) -> None:
        self._at = positions

    def look(self, report: Report) -> None:
        """Warn of words in this mapping that are on no list; most mappings have no such words."""


def attach(value: object, at: Positions, report: Report) -> None:
    """Give every model below ``value`` its place; warn about keys that nobody reads, and unknown words."""
    if isinstance(value, LEAVES):
        return
    if isinstance(value, dict):
        _attach_items(value.items(), at, report)
    elif isinstance(value, tuple):
        _attach_items(enumerate(value), at, report)
    elif isinstance(value, SpecModel):
        value.place(at)
        _attach_fields(value, at, report)
        value.look(report)


def _attach_fields(model: SpecModel, at: Positions, report: Report) -> None:
    names = _names(type(model))
    for key, below in at.children.items():
        if key in names:
            attach(getattr(model, names[str(key)]), below, report)
        else:
            hint = did_you_mean(str(key), names)
            report.warn("S002", f"unknown key {key!r} is ignored", below.span, hint)


@cache
def _names(kind: type[SpecModel]) -> Mapping[str, str]:
    """Give the names of fields by the keys that authors write."""
    return {info.alias or name: name for name, info in kind.model_fields.items()}


def _attach_items(items: Iterable[tuple[Key, object]], at: Positions, report: Report) -> None:
    for key, item in items:
        attach(item, at.children.get(key, at), report)
