"""What the default transport makes of the answers of its library."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp

from ...plan.call import Headers
from .telling import FAILURES, check_status, told

_CHUNK_BYTES = 64 * 1024


@dataclass(slots=True)
class AiohttpInbound:
    """An answer whose body is still on the wire."""

    name: str
    content: aiohttp.StreamReader
    status: int
    headers: Headers

    @classmethod
    def of(
        cls, name: str, status: int, raw: tuple[tuple[bytes, bytes], ...], content: aiohttp.StreamReader
    ) -> AiohttpInbound:
        """Take an answer over; raises UndecodableAnswer for a status that ends nothing."""
        check_status(name, status)
        headers = [
            (key.decode("latin-1").lower(), value.decode("utf-8", "surrogateescape")) for key, value in raw
        ]
        return cls(name, content, status, tuple(headers))

    def chunks(self) -> AsyncIterator[bytes]:
        """Give the body in pieces of at most 64 KiB."""
        return _Chunks(self.name, self.content)


class _Chunks:
    """The pieces of a body; no generator, because the loop keeps a list of those."""

    __slots__ = ("_content", "_name")

    def __init__(self, name: str, content: aiohttp.StreamReader) -> None:
        self._name, self._content = name, content

    def __aiter__(self) -> _Chunks:
        return self

    async def __anext__(self) -> bytes:
        if self._content.at_eof():
            raise StopAsyncIteration
        try:
            chunk = await self._content.read(_CHUNK_BYTES)
        except FAILURES as error:
            raise told(error, self._name, "the answer broke off") from None
        if not chunk:
            raise StopAsyncIteration
        return chunk
