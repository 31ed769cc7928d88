"""JSON answers."""

from __future__ import annotations

from ..values import Json
from ..values.json import decode


def decode_json(data: bytes) -> Json:
    """Decode a JSON text, with or without a byte order mark; an empty answer is null."""
    text = data.removeprefix(b"\xef\xbb\xbf")
    return decode(text) if text.strip() else None
