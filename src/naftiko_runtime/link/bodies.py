"""The bodies of consumed operations: one value, an object of fields, or bytes that are streamed."""

from __future__ import annotations

from ..plan.call import JsonBody, Part
from ..values import Json

_RAW = frozenset({"raw", "binary", "octet-stream", "application/octet-stream"})


def is_raw(body: Json) -> bool:
    """Tell whether a body is whatever the caller sends: a raw type, and no template of its own."""
    if not isinstance(body, dict):
        return False
    kind = body.get("type")
    return isinstance(kind, str) and kind.lower() in _RAW and body.get("data") is None


def link_body(parts: list[Part]) -> JsonBody | None:
    """One body parameter is the body; several are the fields of one object."""
    if not parts:
        return None
    return JsonBody(whole=parts[0][1]) if len(parts) == 1 else JsonBody(fields=tuple(parts))
