"""JSON answers, whole or one value to a line."""

from __future__ import annotations

from ..values import Json
from ..values.json import decode
from .door import Hints

_MARK = b"\xef\xbb\xbf"


def decode_json(data: bytes, hints: Hints) -> Json:
    """Decode a JSON text, with or without a byte order mark; an empty answer is null."""
    text = data.removeprefix(_MARK)
    return decode(text) if text.strip() else None


def decode_ndjson(data: bytes, hints: Hints) -> Json:
    """Decode the JSON texts of all lines into a list; blank lines count for nothing."""
    lines = enumerate(data.removeprefix(_MARK).split(b"\n"), start=1)
    return [_line(number, line) for number, line in lines if line.strip()]


def _line(number: int, line: bytes) -> Json:
    try:
        return decode(line)
    except ValueError as error:
        raise ValueError(f"line {number}: {error}") from None
