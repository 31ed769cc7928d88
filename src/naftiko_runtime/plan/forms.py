"""What a form may ask for: the flat part of JSON Schema that MCP clients can show."""

from __future__ import annotations

from collections.abc import Mapping

from ..values import Json
from .contract import is_schema

_SCALARS = frozenset({"string", "number", "integer", "boolean"})
_FORMATS: tuple[Json, ...] = ("email", "uri", "date", "date-time")  # clients refuse a form with another


def problem_of_form(schema: Json) -> str | None:
    """Say why clients could not show a form of this schema; None for one that they can."""
    if not isinstance(schema, dict) or schema.get("type") != "object":
        return "its schema is not that of an object"
    fields = schema.get("properties")
    if not isinstance(fields, dict) or not fields:
        return "its schema has no properties"
    for name, field in fields.items():
        if (problem := _problem_of_field(field)) is not None:
            return f"{name!r} {problem}"
    return _problem_of_required(schema.get("required", []), fields) or (
        None if is_schema(schema) else "its schema is not JSON Schema"
    )


def _problem_of_required(names: Json, fields: Mapping[str, Json]) -> str | None:
    if not isinstance(names, list):
        return "its 'required' is not a list"
    return next(
        (f"{name!r} is required, and is none of its properties" for name in names if name not in fields), None
    )


def _problem_of_field(field: Json) -> str | None:
    if not isinstance(field, dict):
        return "has no schema"
    kind = field.get("type")
    if kind == "array":
        return _problem_of_choices(field)
    if not isinstance(kind, str) or kind not in _SCALARS:
        return "is neither a string, a number, an integer, a boolean nor a list of choices"
    if "oneOf" in field and not _are_titled(field["oneOf"]):
        return "has choices in 'oneOf' that are not all a 'const' with a 'title'"
    if "format" in field and field["format"] not in _FORMATS:
        return "has a 'format' that is none of email, uri, date and date-time"
    return _problem_of_values(field.get("enum"))


def _problem_of_choices(field: Mapping[str, Json]) -> str | None:
    """Look at a list from which several may be chosen (SEP-1330)."""
    items = field.get("items")
    if not isinstance(items, dict) or not ("enum" in items or "anyOf" in items):
        return "is a list whose 'items' do not say what can be chosen: write 'enum' or 'anyOf'"
    if "anyOf" in items and not _are_titled(items["anyOf"]):
        return "has choices in 'anyOf' that are not all a 'const' with a 'title'"
    if "enum" in items and items.get("type") != "string":
        return "is a list whose 'items' are not of type string"
    return _problem_of_values(items.get("enum"))


def _problem_of_values(values: Json) -> str | None:
    if values is None or (isinstance(values, list) and values and all(isinstance(it, str) for it in values)):
        return None
    return "has an 'enum' that is not a list of texts"


def _are_titled(choices: Json) -> bool:
    return (
        isinstance(choices, list)
        and bool(choices)
        and all(
            isinstance(one, dict) and isinstance(one.get("const"), str) and "title" in one for one in choices
        )
    )
