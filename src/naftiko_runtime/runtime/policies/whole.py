"""Reads an answer before it is handed on, within a limit."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from ...plan.call import Headers, Inbound, Relayed
from ...plan.reading import declared_length


@dataclass(frozen=True, slots=True)
class Whole:
    """An answer that was read to its end, and can be read again."""

    status: int
    headers: Headers
    body: bytes = field(repr=False)

    async def chunks(self) -> AsyncIterator[bytes]:
        if self.body:
            yield self.body


@dataclass(frozen=True, slots=True)
class Begun(Relayed):
    """An answer too large to be held, of which the beginning was read."""

    inbound: Inbound
    start: bytes = field(repr=False)
    rest: AsyncIterator[bytes]

    async def chunks(self) -> AsyncIterator[bytes]:
        yield self.start
        async for chunk in self.rest:
            yield chunk


async def read_whole(inbound: Inbound, limit_bytes: int) -> Inbound:
    """Read an answer to its end if it is not too large; what was read is not lost in any case."""
    if (declared_length(inbound.headers) or 0) > limit_bytes:
        return inbound
    body, chunks = bytearray(), inbound.chunks()
    async for chunk in chunks:
        body += chunk
        if len(body) > limit_bytes:
            return Begun(inbound, bytes(body), chunks)
    return Whole(inbound.status, inbound.headers, bytes(body))
