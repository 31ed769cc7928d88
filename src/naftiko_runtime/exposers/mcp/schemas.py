"""Schemas as the clients of all large hosts take them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ...expr.path import Root
from ...expr.scope import Const
from ...expr.shape import Computed, Fields, Shape
from ...values import Json

_INSIDE = ("properties", "$defs", "patternProperties")
_ONE = ("items", "additionalProperties", "not")
_MANY = ("anyOf", "oneOf", "allOf", "prefixItems")
_SHORT = 2048
# what says nothing of a value; some hosts want to hear something
_SILENT = frozenset(("title", "description", "default", "examples", "format", "x-mcp-header"))
_SCALARS: tuple[Json, ...] = ({"type": "string"}, {"type": "number"}, {"type": "boolean"})
_ANY: tuple[Json, ...] = (
    *_SCALARS,
    {"type": "object"},
    {"type": "array", "items": {"anyOf": [*_SCALARS, {"type": "object"}]}},
)


def input_schema(schema: Mapping[str, Json], renamed: Mapping[str, str]) -> dict[str, Json]:
    """Write the schema of arguments for hosts: legal names, lists with items, something on every value."""
    own = {name: shown for shown, name in renamed.items()}
    made = _portable(schema)
    properties, required = made.get("properties"), made.get("required")
    if isinstance(properties, dict):
        made["properties"] = {own.get(name, name): part for name, part in properties.items()}
    if isinstance(required, list):
        made["required"] = [own.get(name, name) if isinstance(name, str) else name for name in required]
    return made


def output_schema(shape: Shape) -> dict[str, Json] | None:
    """Promise what the file itself puts together: an object of named fields, and nothing of what is in them.

    A client throws an answer away that is not as promised, and upstreams answer what they like.
    """
    if not isinstance(shape, Fields) or shape.path != Root():
        return None
    return {"type": "object", "properties": {name: _leaf(part) for name, part in shape.fields}}


def _leaf(shape: Shape) -> Json:
    if isinstance(shape, Computed) and isinstance(shape.value, Const):
        for kind, name in ((bool, "boolean"), (int | float, "number"), (str, "string")):
            if isinstance(shape.value.value, kind):
                return {"type": name}
    return {"anyOf": [*_ANY, {"type": "null"}]}


def short(description: str) -> str | None:
    """Cut what hosts would cut themselves, at the end of a word."""
    data = description.encode()
    if len(data) <= _SHORT:
        return description or None
    return data[: _SHORT - 4].decode(errors="ignore").rsplit(maxsplit=1)[0] + " …"


def _portable(schema: Mapping[str, Json]) -> dict[str, Json]:
    made = {key: _part(key, value) for key, value in schema.items()}
    if isinstance(text := made.get("description"), str):
        made["description"] = short(text)
    if made.get("type") == "array" and made.get("items") in (None, {}, True):
        made["items"] = {"anyOf": [*_ANY]}
    if not _says_something(made):
        made["anyOf"] = [*_ANY]
    return made


def _part(key: str, value: Json) -> Json:
    if key in _INSIDE and isinstance(value, dict):
        return {name: _below(part) for name, part in value.items()}
    if key in _ONE and isinstance(value, dict):
        return _below(value) if value else value
    if key in _MANY and isinstance(value, list):
        return [_below(part) for part in value]
    return value


def _below(value: Json) -> Json:
    if value is True:
        return {"anyOf": [*_ANY]}
    return _portable(value) if isinstance(value, dict) else value


def _says_something(keys: Iterable[str]) -> bool:
    return any(key not in _SILENT for key in keys)
