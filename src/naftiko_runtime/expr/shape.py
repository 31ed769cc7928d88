"""Output parameters as projections: what an operation answers, cut from what it got."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from typing import Protocol, TypeAlias

from ..values import Json, Secret
from ..values.record import dataclass
from .path import Path, Root, Steps
from .scope import Expr, Scope


class Shape(Protocol):
    """A compiled output; ``project`` is pure, ``schema`` describes what it gives."""

    def project(self, value: Json, scope: Scope) -> Json: ...

    def schema(self) -> dict[str, Json]: ...


@dataclass(frozen=True, slots=True)
class Selected:
    """The value at a path, untouched."""

    path: Path
    kind: str | None = None

    def project(self, value: Json, scope: Scope) -> Json:
        return self.path.select(value)

    def schema(self) -> dict[str, Json]:
        return {"type": self.kind} if self.kind else {}

    def __str__(self) -> str:
        return str(self.path)


@dataclass(frozen=True, slots=True)
class Computed:
    """A value that the file states, perhaps with the caller's words in it."""

    value: Expr
    kind: str | None = None

    def project(self, value: Json, scope: Scope) -> Json:
        result = self.value.evaluate(scope)
        return None if isinstance(result, Secret) else result

    def schema(self) -> dict[str, Json]:
        return {"type": self.kind} if self.kind else {}

    def __str__(self) -> str:
        return str(self.value)


_Objects: TypeAlias = list[dict[str, Json]]
_Write: TypeAlias = Callable[[list[Json], Scope], _Objects]
_INSIDE = 16  # objects within objects that one expression writes


@dataclass(frozen=True, slots=True)
class Fields:
    """An object with the fields that the file names."""

    fields: tuple[tuple[str, Shape], ...]
    path: Path = Root()
    _write: _Write | None = field(init=False, default=None, repr=False, compare=False)

    def project(self, value: Json, scope: Scope) -> dict[str, Json]:
        return self._written([self.path.select(value)], scope)[0]

    def project_all(self, values: list[Json], scope: Scope) -> list[Json]:
        """Project the elements of a list."""
        is_root = isinstance(self.path, Root)
        return [*self._written(values if is_root else [self.path.select(value) for value in values], scope)]

    def _written(self, rows: list[Json], scope: Scope) -> _Objects:
        try:
            return self._writer()(rows, scope)
        except AttributeError:  # not all of them are objects, which alone can be asked for a name
            return [{name: shape.project(row, scope) for name, shape in self.fields} for row in rows]

    def _writer(self) -> _Write:
        """Give the expression that writes objects from objects, which is compiled when it is first needed."""
        if self._write is not None:
            return self._write
        known: dict[str, object] = {}
        text = f"lambda rows, scope: [{_display(self, known, _INSIDE)} for row in rows]"
        write: _Write = eval(text, known)  # noqa: S307 - of literals and names of ours
        object.__setattr__(self, "_write", write)
        return write

    def schema(self) -> dict[str, Json]:
        return {"type": "object", "properties": {name: shape.schema() for name, shape in self.fields}}

    def __str__(self) -> str:
        return "{" + ", ".join(f"{name}: {shape}" for name, shape in self.fields) + "}"


def _display(fields: Fields, known: dict[str, object], inside: int) -> str:
    """Write an object as an expression of ``row``, whose names go into ``known``.

    A loop over the fields would take twice as long, as most are a name of the row under another name.
    """
    return "{" + ", ".join(f"{name!r}: {_cell(shape, known, inside)}" for name, shape in fields.fields) + "}"


def _cell(shape: Shape, known: dict[str, object], inside: int) -> str:
    keys = shape.path.keys if isinstance(shape, Selected) and isinstance(shape.path, Steps) else ()
    if len(keys) == 1 and isinstance(keys[0], str):
        return f"row.get({keys[0]!r})"
    if isinstance(shape, Fields) and isinstance(shape.path, Root) and inside > 0:
        return _display(shape, known, inside - 1)
    name = f"project_{len(known)}"
    known[name] = shape.project
    return f"{name}(row, scope)"


@dataclass(frozen=True, slots=True)
class OnlyField:
    """The value of an object's only field, as an XML document wraps a list."""

    def select(self, value: Json) -> Json:
        return next(iter(value.values())) if isinstance(value, dict) and len(value) == 1 else None

    def __str__(self) -> str:
        return "$.*"


@dataclass(frozen=True, slots=True)
class Rows:
    """A list whose elements are projected one by one.

    ``is_repeated`` is for formats in which a list is a name that comes again, such as XML: there one element
    alone cannot be told from a value, and none from an empty text.
    """

    path: Path
    item: Shape
    is_repeated: bool = False

    def project(self, value: Json, scope: Scope) -> Json:
        inner = self.path.select(value)
        if self.is_repeated and not isinstance(inner, list):
            inner = [] if inner in (None, "") else [inner]
        if not isinstance(inner, list):
            return None
        if isinstance(self.item, Fields):
            return self.item.project_all(inner, scope)
        return [self.item.project(element, scope) for element in inner]

    def schema(self) -> dict[str, Json]:
        return {"type": "array", "items": self.item.schema()}

    def __str__(self) -> str:
        return f"{self.path}[] {self.item}"


@dataclass(frozen=True, slots=True)
class At:
    """The value of an expression, projected; where there is none the result is nothing."""

    source: Expr
    shape: Shape

    def project(self, value: Json, scope: Scope) -> Json:
        found = self.source.evaluate(scope)
        return None if found is None or isinstance(found, Secret) else self.shape.project(found, scope)

    def schema(self) -> dict[str, Json]:
        return self.shape.schema()

    def __str__(self) -> str:
        shown = str(self.shape)
        return str(self.source) if shown == "$" else f"{self.source} {shown.removeprefix('$')}"


@dataclass(frozen=True, slots=True)
class Augmented:
    """The named fields of an answer; of a list each element, with the fields added (spec 3.4)."""

    fields: Fields

    def project(self, value: Json, scope: Scope) -> Json:
        if not isinstance(value, list):
            return self.fields.project(value, scope)
        return [self._added(element, scope) for element in value]

    def _added(self, element: Json, scope: Scope) -> Json:
        added = self.fields.project(element, scope)
        return {**element, **added} if isinstance(element, dict) else element

    def schema(self) -> dict[str, Json]:
        return {}

    def __str__(self) -> str:
        return str(self.fields)
