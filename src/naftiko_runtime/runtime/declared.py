"""An answer that is passed on, as its file says it is: of a media type, and of so many bytes at most."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from ..plan.call import Headers, Inbound
from ..plan.errors import Oversized
from ..plan.reading import declared_length, header
from ..plan.surfaces import PassThrough

_UNKNOWN = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Declared:
    """Hands an answer on under other headers; raises Oversized when more comes than the limit."""

    inbound: Inbound
    headers: Headers
    limit_bytes: int | None

    @property
    def status(self) -> int:
        return self.inbound.status

    async def chunks(self) -> AsyncIterator[bytes]:
        received = 0
        async for chunk in self.inbound.chunks():
            received += len(chunk)
            if self.limit_bytes is not None and received > self.limit_bytes:
                raise Oversized(f"more than {self.limit_bytes}", self.limit_bytes)
            yield chunk


def as_declared(inbound: Inbound, passing: PassThrough) -> Inbound:
    """Make an answer what its file says; raises Oversized when its length tells already.

    What is said is said of good answers: errors have types and sizes of their own.
    """
    if inbound.status >= 300 or inbound.status == 204 or not (passing.media_type or passing.is_binary):
        return inbound
    length, limit = declared_length(inbound.headers), passing.limit_bytes
    if limit is not None and length is not None and length > limit:
        raise Oversized(str(length), limit)
    media_type = _media_type(header(inbound.headers, "content-type"), passing.media_type)
    kept = tuple(pair for pair in inbound.headers if pair[0] != "content-type")
    return Declared(inbound, (*kept, ("content-type", media_type)), limit)


def _media_type(given: str, declared: str | None) -> str:
    """Choose the declared one, but for several ranges, whose boundary only the upstream knows."""
    if declared is None or given.lower().startswith("multipart/byteranges"):
        return given or _UNKNOWN
    return declared
