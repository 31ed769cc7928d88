"""Text answers."""

from __future__ import annotations

from ..values import Json
from .charset import decode_text
from .door import Hints


def decode_whole(data: bytes, hints: Hints) -> Json:
    """Give the whole text as one string."""
    return decode_text(data, hints.charset)
