"""Output parameters as projections: what an operation answers, cut from what it got."""

from __future__ import annotations

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


# rows that are filled, each with the object that it is cut from
_Rows: TypeAlias = list[tuple[dict[str, Json], dict[str, Json]]]


@dataclass(frozen=True, slots=True)
class Fields:
    """An object with the fields that the file names."""

    fields: tuple[tuple[str, Shape], ...]
    path: Path = Root()
    # most fields are those of an object under other names, which are found without a call
    _plan: tuple[tuple[str, str | None, Shape], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_plan", tuple((name, _key(shape), shape) for name, shape in self.fields))

    def project(self, value: Json, scope: Scope) -> dict[str, Json]:
        inner = self.path.select(value)
        if not isinstance(inner, dict):
            return {name: shape.project(inner, scope) for name, shape in self.fields}
        found: dict[str, Json] = {}
        # a comprehension would be a function made anew, and take twice as long
        get = inner.get
        for name, key, shape in self._plan:
            found[name] = get(key) if key is not None else shape.project(inner, scope)
        return found

    def project_all(self, values: list[Json], scope: Scope) -> list[Json]:
        """Project the elements of a list."""
        rows: _Rows = [({}, value) for value in values if isinstance(value, dict)]
        if len(rows) < len(values) or not isinstance(self.path, Root):
            return [self.project(value, scope) for value in values]
        self._fill(rows, scope)
        return [row for row, _ in rows]

    def _fill(self, rows: _Rows, scope: Scope) -> None:
        """Fill rows from their objects, field by field: row by row takes half as long again."""
        for name, key, shape in self._plan:
            if key is not None:
                for row, value in rows:
                    row[name] = value.get(key)
            elif isinstance(shape, Fields) and isinstance(shape.path, Root):
                shape._fill(_below(rows, name), scope)
            else:
                for row, value in rows:
                    row[name] = shape.project(value, scope)

    def schema(self) -> dict[str, Json]:
        return {"type": "object", "properties": {name: shape.schema() for name, shape in self.fields}}

    def __str__(self) -> str:
        return "{" + ", ".join(f"{name}: {shape}" for name, shape in self.fields) + "}"


def _below(rows: _Rows, name: str) -> _Rows:
    """Begin rows inside of others."""
    begun: _Rows = []
    for row, value in rows:
        inner: dict[str, Json] = {}
        row[name] = inner
        begun.append((inner, value))
    return begun


def _key(shape: Shape) -> str | None:
    """Find the only name in the path of a shape that is a value of an object, untouched."""
    keys = shape.path.keys if isinstance(shape, Selected) and isinstance(shape.path, Steps) else ()
    return keys[0] if len(keys) == 1 and isinstance(keys[0], str) else None


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
