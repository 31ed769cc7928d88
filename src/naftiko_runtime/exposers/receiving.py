"""The body of a request as it arrives."""

from __future__ import annotations

from ..plan.errors import TooLarge
from .boundary import Receive


class Hangup(Exception):
    """The caller left before the request was complete."""


async def next_piece(receive: Receive) -> tuple[bytes, bool]:
    """Give what came, and whether there is more; raises Hangup."""
    message = await receive()
    if message["type"] == "http.disconnect":
        raise Hangup
    return message.get("body", b""), message.get("more_body", False)


async def read_body(receive: Receive, announced: bytes, limit_bytes: int) -> bytes:
    """Read a body whole; raises TooLarge as soon as it is known to be, and Hangup.

    ``announced`` is the length that its headers say, where they do.
    """
    size = int(announced) if announced.isdigit() else 0
    pieces: list[bytes] = []
    received, more = 0, True
    while more and size <= limit_bytes:
        piece, more = await next_piece(receive)
        pieces.append(piece)
        size = received = received + len(piece)
    if size > limit_bytes:
        raise TooLarge(f"the body is larger than {limit_bytes} bytes")
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)
