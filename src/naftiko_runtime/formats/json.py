"""JSON answers, whole or one value to a line."""

from __future__ import annotations

import codecs

from ..values import Json
from ..values.json import decode
from .charset import decode_text
from .door import Hints

_OTHER_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)


def decode_json(data: bytes, hints: Hints) -> Json:
    """Decode a JSON text, with or without a byte order mark; an empty answer is null."""
    text = _utf8(data, hints.charset)
    return decode(text) if text.strip() else None


def decode_ndjson(data: bytes, hints: Hints) -> Json:
    """Decode the JSON texts of all lines into a list; blank lines count for nothing."""
    lines = enumerate(_utf8(data, hints.charset).split(b"\n"), start=1)
    return [_line(number, line) for number, line in lines if line.strip()]


def _line(number: int, line: bytes) -> Json:
    try:
        return decode(line)
    except ValueError as error:
        raise ValueError(f"line {number}: {error}") from None


def _utf8(data: bytes, charset: str | None) -> bytes:
    """Give the text in UTF-8, which JSON is whatever its headers say (RFC 8259, 8.1); else they count."""
    if data.startswith(_OTHER_MARKS) or (charset is not None and not _is_utf8(data)):
        return decode_text(data, charset).encode()
    return data.removeprefix(codecs.BOM_UTF8)


def _is_utf8(data: bytes) -> bool:
    try:
        return "\0" not in data.decode()  # no JSON has one, ASCII in UTF-16 has many
    except UnicodeDecodeError:
        return False
