"""The connections of the default transport: where they may lead, and which of them are kept."""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
from dataclasses import dataclass, field
from functools import partial
from typing import cast

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.client_proto import ResponseHandler
from aiohttp.client_reqrep import ConnectionKey
from aiohttp.connector import Connection
from aiohttp.tracing import Trace

from ..policies.egress import Egress
from ..proxies import Proxies
from . import Lookup, system_lookup

# below the 5 s after which Node servers close idle connections
KEEP_ALIVE_S = 4.0
_BODILESS = re.compile(rb"HTTP/1\.[01] (204|304)\b")


@dataclass(frozen=True, slots=True)
class Outside:
    """What lies between a pool and the upstreams: how hosts are found, which may be called, by what proxy."""

    egress: Egress = field(default_factory=Egress)
    lookup: Lookup = system_lookup
    proxies: Proxies = field(default_factory=Proxies)


class _Handler(ResponseHandler):
    """Reads answers; what follows one that has no body by its status is not taken for the next one.

    One timer notices silence on a connection for as long as it is kept. The library starts three for every
    answer, which is 3 % of a call.
    """

    _heard_at: float | None = None  # nothing is waited for

    def _reschedule_timeout(self) -> None:
        self._heard_at = self._loop.time()
        if self._read_timeout_handle is None:
            super()._reschedule_timeout()

    def _drop_timeout(self) -> None:
        self._heard_at = None
        if self.transport is None or self._connection_lost_called:
            super()._drop_timeout()

    def _on_read_timeout(self) -> None:
        self._read_timeout_handle = None
        if self._heard_at is None or self._read_timeout is None:
            return
        left_s = self._heard_at + self._read_timeout - self._loop.time()
        if left_s > 0:
            self._read_timeout_handle = self._loop.call_later(left_s, self._on_read_timeout)
        else:
            super()._on_read_timeout()

    def data_received(self, data: bytes) -> None:
        is_between = self._payload is None or self._payload.is_eof()
        if is_between and _BODILESS.match(data):
            head, end, rest = data.partition(b"\r\n\r\n")
            if rest:
                data = head + end
                self.force_close()
        super().data_received(data)
        # the library tells nobody who reads a body that its rest cannot be parsed
        payload = self._payload
        if self.exception() is not None and payload is not None and not payload.is_eof():
            payload.set_exception(aiohttp.ClientPayloadError())


class _Connector(aiohttp.TCPConnector):
    """Keeps connections for the next request, but none on which something came that nobody asked for."""

    async def _get(self, key: ConnectionKey, traces: list[Trace]) -> Connection | None:
        # an answer that came too early would be taken for that of the next request
        while (connection := await super()._get(key, traces)) is not None:
            if connection.protocol is not None and not connection.protocol.should_close:
                return connection
            connection.close()
        return None


class _Resolver(AbstractResolver):
    """Finds the addresses of hosts; the library connects to those that are given here, and no others."""

    def __init__(self, name: str, outside: Outside) -> None:
        self._name, self._outside = name, outside

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await self._outside.lookup(host)
        addresses = self._outside.egress.admitted(self._name, host, found)
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST,
            )
            for address in addresses
        ]

    async def close(self) -> None:
        """Nothing is open."""


def open_pool(name: str, outside: Outside, tls: ssl.SSLContext | None) -> aiohttp.TCPConnector:
    """Open the pool of one API; how many requests run at a time is for its limit to say."""
    connector = open_connector(name, outside, tls)
    # the library has no other way to say who reads answers
    connector._factory = cast("partial[ResponseHandler]", partial(_Handler, loop=asyncio.get_running_loop()))
    return connector


def open_connector(name: str, outside: Outside, tls: ssl.SSLContext | None) -> aiohttp.TCPConnector:
    """Open what makes connections."""
    return _Connector(
        limit=0, keepalive_timeout=KEEP_ALIVE_S, resolver=_Resolver(name, outside), ssl=tls or True
    )


async def connected(
    connector: aiohttp.BaseConnector, request: aiohttp.ClientRequest, within: aiohttp.ClientTimeout
) -> Connection:
    """Take a connection that is kept, or open one."""
    try:
        return await connector.connect(request, [], within)
    except TimeoutError:
        raise aiohttp.ConnectionTimeoutError from None


def expect(connection: Connection, method: str, timeout: aiohttp.ClientTimeout) -> ResponseHandler:
    """Say what answer will come; whoever reads it is what connects the parts of the library."""
    protocol = connection.protocol
    if protocol is None:
        raise aiohttp.ClientConnectionResetError
    protocol.set_response_params(
        skip_payload=method == "HEAD",
        read_until_eof=True,
        auto_decompress=False,
        read_timeout=timeout.sock_read,
    )
    return protocol
