"""Keywords of JSON Schema on inputs: written for machines from what people write."""

from __future__ import annotations

from collections.abc import Mapping

from ..plan.contract import is_schema
from ..source.diagnostics import Report
from ..spec.keywords import KeywordsSpec
from ..values import Json

_INSIDE = ("items", "additionalProperties")


def link_keywords(spec: KeywordsSpec, name: str, report: Report) -> dict[str, Json]:
    """Return the keywords of an input; when they make no schema none of them is used (L200)."""
    written = spec.keywords()
    found = _rewritten(written)
    if is_schema(found):
        return found
    wrong = next(
        (key for key in written if not is_schema(_rewritten({key: written[key]}))), next(iter(written))
    )
    message = f"keyword {wrong!r} of {name!r} is not JSON Schema, so none of its keywords is checked"
    report.warn("L200", message, spec.span(wrong))
    return {}


def _rewritten(schema: Mapping[str, Json]) -> dict[str, Json]:
    """Write parts as JSON Schema: by name, and what is required beside them."""
    made = {key: _part(value) if key in _INSIDE else value for key, value in schema.items()}
    parts = schema.get("properties")
    named = _named(parts) if isinstance(parts, list) else parts
    if not isinstance(named, Mapping):
        return made
    made["properties"] = {name: _part(part) for name, part in named.items()}
    required = [
        name for name, part in named.items() if isinstance(part, dict) and part.get("required") is True
    ]
    if required and "required" not in schema:
        made["required"] = list[Json](required)
    return made


def _part(value: Json) -> Json:
    if isinstance(value, list):  # the fields of an object, one by one
        return _rewritten({"type": "object", "properties": _named(value)})
    if not isinstance(value, dict):
        return value
    return _rewritten(
        {key: part for key, part in value.items() if key != "required" or not isinstance(part, bool)}
    )


def _named(parts: list[Json]) -> Json:
    if not all(isinstance(part, dict) and isinstance(part.get("name"), str) for part in parts):
        return parts
    return {
        str(part["name"]): {key: value for key, value in part.items() if key != "name"}
        for part in parts
        if isinstance(part, dict)
    }
