"""The default transport; it was measured several times faster than the alternatives."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from io import BytesIO

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from ...plan.call import Inbound
from ...plan.errors import CallError
from ..proxies import Proxies
from .inbound import AiohttpInbound
from .lines import Lines
from .pool import Outside, connected, expect, open_connector, open_pool
from .short import Asked, ShortExchange, is_short
from .telling import FAILURES, told

_AT_ONCE_BYTES = 1024 * 1024


class _Request(aiohttp.ClientRequest):
    """Has the headers that it is given, and no others but Host and the length of its body."""

    _skip_auto_headers = CIMultiDict({"Content-Type": None})

    def update_auto_headers(self, skip_auto_headers: Iterable[str] | None) -> None:
        """Add none."""


@dataclass(frozen=True, slots=True)
class AiohttpTransport:
    """One connection pool for one consumed API."""

    name: str
    lines: Lines
    connector: aiohttp.BaseConnector
    timeout: aiohttp.ClientTimeout
    proxies: Proxies

    def send(
        self, method: str, url: str, headers: list[tuple[str, str]], body: bytes | AsyncIterator[bytes] | None
    ) -> AbstractAsyncContextManager[Inbound]:
        asked = Asked(method, url, headers, body)
        if not self.proxies.by_scheme and is_short(asked):
            return ShortExchange(self.lines, asked)
        return _Exchange(self, asked)


class _Exchange:
    """One request and its answer, as the library writes them: for bodies that take their time, and proxies.

    It goes below the session of the library, whose cookies, redirects, traces and default headers are not
    wanted: they would be a third of what a call costs in the library.
    """

    __slots__ = ("_asked", "_response", "_transport")

    def __init__(self, transport: AiohttpTransport, asked: Asked) -> None:
        self._transport, self._asked = transport, asked
        self._response: aiohttp.ClientResponse | None = None

    async def __aenter__(self) -> Inbound:
        name = self._transport.name
        try:
            request = self._request(self._asked)
            try:
                response = self._response = await self._respond(request)
            finally:
                if request._body is not None:
                    await request._body.close()
        except FAILURES as error:
            raise told(error, name, "no usable answer came") from None
        try:
            return AiohttpInbound.of(name, response.status, response.raw_headers, response.content)
        except CallError:
            response.close()
            raise

    async def __aexit__(self, *failure: object) -> None:
        response = self._response
        # who has read an answer to its end has given its connection back
        if response is not None and response.connection is not None:
            response.release()
            await response.wait_for_close()

    def _request(self, asked: Asked) -> _Request:
        proxy = self._transport.proxies.proxy_for(asked.url)
        return _Request(
            asked.method,
            URL(asked.url, encoded=True),
            headers=asked.headers,
            data=_without_warning(asked.body),
            loop=asyncio.get_running_loop(),
            proxy=None if proxy is None else URL(proxy),
        )

    async def _respond(self, request: _Request) -> aiohttp.ClientResponse:
        timeout, response = self._transport.timeout, None
        connection = await connected(self._transport.connector, request, timeout)
        try:
            expect(connection, request.method, timeout)
            response = await request.send(connection)
            return await response.start(connection)
        except BaseException:
            if response is not None:
                response.close()
            connection.close()
            raise


def _without_warning(
    body: bytes | AsyncIterator[bytes] | None,
) -> BytesIO | bytes | AsyncIterator[bytes] | None:
    """Let large bodies be written in turns, as the library demands beyond 1 MiB."""
    return BytesIO(body) if isinstance(body, bytes) and len(body) > _AT_ONCE_BYTES else body


@asynccontextmanager
async def open_aiohttp(
    name: str,
    *,
    connect_s: float = 10.0,
    idle_s: float,
    outside: Outside | None = None,
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[AiohttpTransport]:
    """Open the pool of one API; ``idle_s`` is how long an upstream may be silent."""
    around = outside or Outside()
    connector = open_pool(name, around, tls)
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=connect_s, sock_read=idle_s)
    lines = Lines(name, open_connector(name, around, tls), timeout)
    try:
        yield AiohttpTransport(name, lines, connector, timeout, around.proxies)
    finally:
        await lines.close()
        await connector.close()
