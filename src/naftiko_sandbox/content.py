"""File content of any size that is computed instead of stored."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Final

PIECE_BYTES: Final = 64 * 1024

# a prime, so that content shifted by any round number of bytes is different content
_PERIOD_BYTES: Final = 1_000_003


class Content:
    """Endless bytes that depend on nothing but their offset; reading is slicing, so it is fast."""

    __slots__ = ("_pattern",)

    def __init__(self) -> None:
        period = hashlib.shake_128(b"naftiko sandbox").digest(_PERIOD_BYTES)
        self._pattern = period + period[:PIECE_BYTES]  # any piece lies in one stretch

    def read(self, start: int, stop: int) -> bytes:
        """Give the bytes from ``start`` up to ``stop``, which is not included."""
        return b"".join(self.pieces(start, stop))

    def pieces(self, start: int, stop: int) -> Iterator[bytes]:
        while start < stop:
            size = min(PIECE_BYTES, stop - start)
            place = start % _PERIOD_BYTES
            yield self._pattern[place : place + size]
            start += size
