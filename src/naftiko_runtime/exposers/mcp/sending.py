"""Sends an answer that is written already, in one piece."""

from __future__ import annotations

from collections.abc import Iterable

from ..boundary import Send, send_both

JSON = b"application/json"


async def send_written(
    send: Send,
    status: int,
    body: bytes,
    media_type: bytes | None = JSON,
    extra: Iterable[tuple[bytes, bytes]] = (),
) -> None:
    """Send bytes with their length; what says nothing may have no media type."""
    headers = [(b"content-length", b"%d" % len(body)), *extra]
    if media_type is not None:
        headers.append((b"content-type", media_type))
    await send_both(send, status, headers, body)
