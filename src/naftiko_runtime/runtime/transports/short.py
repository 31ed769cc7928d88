"""Requests that are written in one go, which are nearly all; they cost half of what others do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import NamedTuple

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.connector import Connection
from aiohttp.http import RawResponseMessage, StreamWriter
from multidict import CIMultiDict
from yarl import URL

from ...plan.call import Inbound
from .inbound import FAILURES, AiohttpInbound, told
from .pool import connected, expect

# what is written without asking whether the other side takes it
_SHORT_BYTES = 64 * 1024
_WITHOUT_BODY = frozenset({"GET", "HEAD", "OPTIONS"})
_METHODS = _WITHOUT_BODY | {"POST", "PUT", "PATCH", "DELETE"}
# where a request says more of itself than that
_UNUSUAL = frozenset({"host", "content-length", "transfer-encoding", "expect", "upgrade"})


class Asked(NamedTuple):
    """A request as the transport is given it."""

    method: str
    url: str
    headers: list[tuple[str, str]]
    body: bytes | AsyncIterator[bytes] | None


def is_short(asked: Asked) -> bool:
    """Tell whether a request is written in one go."""
    body = asked.body
    return (
        (body is None or (isinstance(body, bytes) and len(body) <= _SHORT_BYTES))
        and asked.method in _METHODS
        and _UNUSUAL.isdisjoint([name.lower() for name, _ in asked.headers])
    )


class _Address(aiohttp.ClientRequest):
    """Where a connection leads: all that the pool asks of a request that goes through no proxy."""

    def __init__(self, url: URL) -> None:
        # the library's own would put together a whole request, which takes as long as sending it
        if not url.raw_host:
            raise aiohttp.InvalidURL(url)
        self.url, self._ssl, self.server_hostname = url, True, None
        self.proxy, self.proxy_auth, self.proxy_headers = None, None, None


class ShortExchange:
    """One request and its answer, whose connection is given back in the end."""

    __slots__ = ("_asked", "_connection", "_connector", "_name", "_timeout")

    def __init__(
        self, name: str, connector: aiohttp.BaseConnector, timeout: aiohttp.ClientTimeout, asked: Asked
    ) -> None:
        self._name, self._connector, self._timeout, self._asked = name, connector, timeout, asked
        self._connection: Connection | None = None

    async def __aenter__(self) -> Inbound:
        try:
            url = URL(self._asked.url, encoded=True)
            connection = await connected(self._connector, _Address(url), self._timeout)
            try:
                message, content = await self._exchange(url, connection)
                inbound = AiohttpInbound.of(self._name, message.code, message.raw_headers, content)
            except BaseException:
                connection.close()
                raise
        except FAILURES as error:
            raise told(error, self._name, "no usable answer came") from None
        self._connection = connection
        content.on_eof(connection.release)
        return inbound

    async def __aexit__(self, *failure: object) -> None:
        if self._connection is not None:
            self._connection.release()  # it is closed when its answer was not read to the end

    async def _exchange(
        self, url: URL, connection: Connection
    ) -> tuple[RawResponseMessage, aiohttp.StreamReader]:
        protocol = expect(connection, self._asked.method, self._timeout)
        await self._write(url, protocol)
        protocol.start_timeout()
        while True:
            message, content = await protocol.read()
            if not 100 <= message.code <= 199 or message.code == 101:
                return message, content

    async def _write(self, url: URL, protocol: ResponseHandler) -> None:
        method, _, headers, body = self._asked
        said = CIMultiDict([("Host", url.host_port_subcomponent or ""), *headers])
        writer = StreamWriter(protocol, asyncio.get_running_loop())
        if isinstance(body, bytes):
            said["Content-Length"] = str(len(body))
        elif method not in _WITHOUT_BODY:
            said["Content-Length"] = "0"
        await writer.write_headers(f"{method} {url.raw_path_qs} HTTP/1.1", said)
        if isinstance(body, bytes):
            await writer.write(body, drain=False)
        writer.set_eof()
