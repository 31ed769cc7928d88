"""The client of one consumed API: signs requests, reveals their secrets, reads answers within limits."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from ..expr.sink import Unsendable
from ..plan.call import Credential, Inbound, Outbound
from ..plan.errors import UndecodableAnswer, UpstreamError
from ..values import Secret, Text
from .transports import Transport


@dataclass(frozen=True, slots=True)
class Client:
    """Sends what a plan rendered to where the bindings say; the memo keeps tokens between calls."""

    name: str
    base_uri: str
    transport: Transport
    credential: Credential | None
    binds: Mapping[str, Secret] = field(repr=False)
    user_agent: str = "naftiko-runtime"
    memo: dict[str, Secret] = field(default_factory=dict, repr=False)

    @asynccontextmanager
    async def send(self, outbound: Outbound) -> AsyncIterator[Inbound]:
        """Send a request, signed; the answer's body must be read before the context ends."""
        async with AsyncExitStack() as stack:
            yield await self._exchange(outbound, stack)

    async def _exchange(self, outbound: Outbound, stack: AsyncExitStack) -> Inbound:
        if self.credential is None:
            return await stack.enter_async_context(self._transmit(outbound))
        signing = self.credential.sign(outbound, self.binds, self.memo)
        try:
            request = next(signing)
            while True:
                inbound = await stack.enter_async_context(self._transmit(request))
                try:
                    request = signing.send(inbound)
                except StopIteration:
                    return inbound
                await stack.aclose()
        except Unsendable as error:
            raise UpstreamError(f"the credential for {self.name} {error}") from None

    @asynccontextmanager
    async def _transmit(self, request: Outbound) -> AsyncIterator[Inbound]:
        headers = [("User-Agent", self.user_agent)]
        headers += [(name, _reveal(value)) for name, value in request.headers]
        body = request.body.reveal().encode() if isinstance(request.body, Secret) else request.body
        url = self.base_uri + _reveal(request.target)
        async with self.transport.send(request.method, url, headers, body) as inbound:
            yield inbound


def _reveal(text: Text) -> str:
    return text.reveal() if isinstance(text, Secret) else text


async def read(inbound: Inbound, limit_bytes: int) -> bytes:
    """Read a whole body, decompressed; raises UndecodableAnswer beyond the limit."""
    inflate = _decompressor(inbound)
    body = bytearray()
    async for chunk in inbound.chunks():
        body += inflate.decompress(chunk, limit_bytes + 1 - len(body)) if inflate else chunk
        if len(body) > limit_bytes:
            raise UndecodableAnswer(f"the answer is larger than {limit_bytes} bytes")
    if inflate is not None and body and not inflate.eof:
        raise UndecodableAnswer("the compressed answer is cut short")
    return bytes(body)


class _Decompressor:
    """Gzip or deflate with a limit, so that a small answer cannot fill the memory."""

    def __init__(self) -> None:
        self._zlib = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)

    @property
    def eof(self) -> bool:
        return self._zlib.eof

    def decompress(self, data: bytes, limit_bytes: int) -> bytes:
        try:
            return self._zlib.decompress(data, limit_bytes)
        except zlib.error:
            raise UndecodableAnswer("the answer is not compressed as it says") from None


def _decompressor(inbound: Inbound) -> _Decompressor | None:
    encoding = next((value for name, value in inbound.headers if name == "content-encoding"), "identity")
    match encoding.strip().lower():
        case "" | "identity":
            return None
        case "gzip" | "x-gzip" | "deflate":
            return _Decompressor()
        case other:
            raise UndecodableAnswer(f"the answer is compressed with {other!r}, which was not asked for")
