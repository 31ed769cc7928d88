"""JSON text to values and back, with integers of any size kept exact."""

from __future__ import annotations

import json
import re

import orjson

from . import Json

# orjson turns integers beyond 64 bits into floats; such texts go through the standard library
_MAYBE_HUGE = re.compile(rb"\d{19}")


def decode(data: bytes) -> Json:
    """Read UTF-8 JSON; raises ValueError with the place of the mistake."""
    if _MAYBE_HUGE.search(data):
        value: Json = json.loads(data.decode("utf-8"), parse_constant=_refuse_constant)
        return value
    parsed: Json = orjson.loads(data)
    return parsed


def encode(value: Json) -> bytes:
    """Write compact UTF-8 JSON; raises ValueError for text that UTF-8 cannot hold."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def encode_text(value: Json) -> str:
    return encode(value).decode()


def encode_pretty(value: Json) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2)


def _refuse_constant(name: str) -> Json:
    raise ValueError(f"{name} is not JSON")
