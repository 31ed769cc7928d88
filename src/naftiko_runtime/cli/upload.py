"""A raw body from a file or standard input, as it is sent on."""

from __future__ import annotations

import mimetypes
import os
from collections.abc import AsyncIterator
from pathlib import Path

from ..plan.call import Headers
from ..values.record import dataclass

_PIECE_BYTES = 64 * 1024
_ANY_BYTES = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Upload:
    """A body, and the headers that say what it is; no path means standard input."""

    path: Path | None
    headers: Headers

    @classmethod
    def of(cls, place: str) -> Upload:
        """Look at a file, or at ``-``; raises OSError for one that cannot be read."""
        if place == "-":
            return cls(None, (("Content-Type", _ANY_BYTES),))
        path, kind = Path(place), mimetypes.guess_type(place)[0] or _ANY_BYTES
        headers: Headers = (("Content-Type", kind),)
        if not path.is_fifo():  # which has no length, and cannot be opened twice
            path.open("rb").close()
            headers += (("Content-Length", str(path.stat().st_size)),)
        return cls(path, headers)

    async def pieces(self) -> AsyncIterator[bytes]:
        """Read on as the upstream takes it; nothing else runs here that could be kept waiting."""
        with os.fdopen(0, "rb", closefd=False) if self.path is None else self.path.open("rb") as source:
            while piece := source.read1(_PIECE_BYTES):
                yield piece
