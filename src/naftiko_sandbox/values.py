"""JSON values and their text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias, TypeGuard

import orjson

# read-only containers, so that tuples and immutable mappings can be answered as they are
Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"
JsonObject: TypeAlias = "Mapping[str, Json]"

_WHOLE: Final = re.compile(r"-?[0-9]{1,19}")


def decode(data: bytes) -> Json:
    """Read UTF-8 JSON; raises ValueError."""
    value: Json = orjson.loads(data)
    return value


def encode(value: Json) -> bytes:
    """Write compact JSON; 64-bit integers such as nanosecond times stay exact."""
    return orjson.dumps(value, default=_plain)


def is_integer(value: object) -> TypeGuard[int]:
    # JSON's true is not a number, though Python's is
    return isinstance(value, int) and not isinstance(value, bool)


def is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def read_whole(text: str) -> int | None:
    """Read a 64-bit integer; longer ones would be a way to keep the server busy."""
    return int(text) if _WHOLE.fullmatch(text) else None


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} is not JSON")
