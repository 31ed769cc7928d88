"""JSON text to values and back, with integers of any size kept exact."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping

import orjson

from . import Json

# orjson turns integers beyond 64 bits into floats; texts with that many digits in a row go through the
# standard library. Searching in a copy where all digits are the same is ten times as fast as a pattern.
_SAME_DIGITS = bytes(ord("0") if byte in b"0123456789" else ord(" ") for byte in range(256))
_MANY_DIGITS = b"0" * 19
# so many of them stand in every fourth place, which is a quarter of the work; dates have fewer
_SOME_DIGITS = b"0" * 4


def decode(data: bytes) -> Json:
    """Read UTF-8 JSON; raises ValueError with the place of the mistake."""
    if _has(_SOME_DIGITS, data[::4]) and _has(_MANY_DIGITS, data):
        return _decode_exactly(data)
    parsed: Json = orjson.loads(data)
    return parsed


def _has(digits: bytes, data: bytes) -> bool:
    # `in` would first ask whether the digits are a number, by an exception
    return data.translate(_SAME_DIGITS).find(digits) >= 0


def decode_as_written(text: str) -> Json:
    """Read JSON with its numbers as the texts that stand there; raises ValueError as ``decode`` does."""
    try:
        value: Json = json.loads(text, parse_int=str, parse_float=str, parse_constant=_refuse_constant)
        encode(value)
    except RecursionError:
        raise ValueError("JSON is nested too deep") from None
    except UnicodeEncodeError:
        raise ValueError("a text holds half a surrogate pair") from None
    return value


def encode(value: Json) -> bytes:
    """Write compact UTF-8 JSON; raises ValueError for text that UTF-8 cannot hold, and for nesting."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return _encode_exactly(value)


class Written(dict[str, Json]):
    """An object with its JSON, so that what was written once is not written again; nobody may change it."""

    __slots__ = ("json",)

    def __init__(self, value: Mapping[str, Json], json: bytes) -> None:
        super().__init__(value)
        self.json = json


def encode_around(value: Json) -> bytes:
    """Write JSON as ``encode`` does; what is written already in it is taken over."""
    try:
        return orjson.dumps(value, _taken_over, orjson.OPT_PASSTHROUGH_SUBCLASS)
    except TypeError:
        return encode(value)


def _taken_over(value: object) -> orjson.Fragment:
    if isinstance(value, Written):
        return orjson.Fragment(value.json)
    raise TypeError


def has_brackets(data: bytes, count: int) -> bool:
    """Tell whether JSON opens as many lists and objects at least.

    They are found by leaving them out, which looks for the next one as fast as memory is read; counting
    looks at every byte in turn.
    """
    left = data.replace(b"{", b"", count).replace(b"[", b"", count)
    return len(data) - len(left) >= count


def encode_text(value: Json) -> str:
    return encode(value).decode()


def encode_pretty(value: Json) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False).encode()


def _decode_exactly(data: bytes) -> Json:
    """Read by the standard library, and refuse what orjson refuses."""
    try:
        value: Json = json.loads(
            data.decode("utf-8"), parse_constant=_refuse_constant, parse_float=_finite_float
        )
        encode(value)  # half a surrogate pair may be escaped, but could not be sent on
    except RecursionError:
        raise ValueError("JSON is nested too deep") from None
    except UnicodeEncodeError:
        raise ValueError("a text holds half a surrogate pair") from None
    return value


def _encode_exactly(value: Json) -> bytes:
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    except RecursionError:
        raise ValueError("value is nested too deep for JSON") from None


def _refuse_constant(name: str) -> Json:
    raise ValueError(f"{name} is not JSON")


def _finite_float(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise ValueError("a number is too large")
    return value
