"""The default transport; it was measured several times faster than the alternatives."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from collections.abc import AsyncIterator, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from io import BytesIO

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from ...plan.call import Headers, Inbound
from ...plan.errors import CallError, UndecodableAnswer, UpstreamTimeout, UpstreamUnreachable
from ..proxies import Proxies
from .pool import Outside, open_pool

_CHUNK_BYTES = 64 * 1024
_AT_ONCE_BYTES = 1024 * 1024
# of a final answer; nobody asks to switch protocols
_LOWEST, _HIGHEST = 200, 599
_FAILURES = (aiohttp.ClientError, OSError)  # a TimeoutError is an OSError


@dataclass(frozen=True, slots=True)
class AiohttpInbound:
    """An answer whose body is still on the wire."""

    name: str
    response: aiohttp.ClientResponse
    status: int
    headers: Headers

    @classmethod
    def of(cls, name: str, response: aiohttp.ClientResponse) -> AiohttpInbound:
        headers = tuple(
            (key.decode("latin-1").lower(), value.decode("utf-8", "surrogateescape"))
            for key, value in response.raw_headers
        )
        return cls(name, response, response.status, headers)

    def chunks(self) -> AsyncIterator[bytes]:
        """Give the body in pieces of at most 64 KiB."""
        return _Chunks(self.name, self.response.content)


class _Chunks:
    """The pieces of a body; no generator, because the loop keeps a list of those."""

    __slots__ = ("_content", "_name")

    def __init__(self, name: str, content: aiohttp.StreamReader) -> None:
        self._name, self._content = name, content

    def __aiter__(self) -> _Chunks:
        return self

    async def __anext__(self) -> bytes:
        try:
            chunk = await self._content.read(_CHUNK_BYTES)
        except _FAILURES as error:
            raise _told(error, self._name, "the answer broke off") from None
        if not chunk:
            raise StopAsyncIteration
        return chunk


class _Request(aiohttp.ClientRequest):
    """Has the headers that it is given, and no others but Host and the length of its body."""

    _skip_auto_headers = CIMultiDict({"Content-Type": None})

    def update_auto_headers(self, skip_auto_headers: Iterable[str] | None) -> None:
        """Add none."""


@dataclass(frozen=True, slots=True)
class AiohttpTransport:
    """One connection pool for one consumed API."""

    name: str
    connector: aiohttp.BaseConnector
    timeout: aiohttp.ClientTimeout
    proxies: Proxies

    def send(
        self, method: str, url: str, headers: list[tuple[str, str]], body: bytes | AsyncIterator[bytes] | None
    ) -> AbstractAsyncContextManager[Inbound]:
        return _Exchange(self, method, url, headers, body)


class _Exchange:
    """One request and its answer.

    It goes below the session of the library, whose cookies, redirects, traces and default headers are not
    wanted: they would be a third of what a call costs in the library.
    """

    __slots__ = ("_asked", "_response", "_transport")

    def __init__(
        self,
        transport: AiohttpTransport,
        method: str,
        url: str,
        headers: list[tuple[str, str]],
        body: bytes | AsyncIterator[bytes] | None,
    ) -> None:
        self._transport, self._asked = transport, (method, url, headers, body)
        self._response: aiohttp.ClientResponse | None = None

    async def __aenter__(self) -> Inbound:
        name = self._transport.name
        try:
            request = self._request(*self._asked)
            try:
                response = self._response = await self._respond(request)
            finally:
                if request._body is not None:
                    await request._body.close()
        except _FAILURES as error:
            raise _told(error, name, "no usable answer came") from None
        if not _LOWEST <= response.status <= _HIGHEST:
            response.close()
            raise UndecodableAnswer(f"{name} answered with status {response.status}, which has no meaning")
        return AiohttpInbound.of(name, response)

    async def __aexit__(self, *failure: object) -> None:
        response = self._response
        # who has read an answer to its end has given its connection back
        if response is not None and response.connection is not None:
            response.release()
            await response.wait_for_close()

    def _request(
        self, method: str, url: str, headers: list[tuple[str, str]], body: bytes | AsyncIterator[bytes] | None
    ) -> _Request:
        proxy = self._transport.proxies.proxy_for(url)
        return _Request(
            method,
            URL(url, encoded=True),
            headers=headers,
            data=_without_warning(body),
            loop=asyncio.get_running_loop(),
            proxy=None if proxy is None else URL(proxy),
        )

    async def _respond(self, request: _Request) -> aiohttp.ClientResponse:
        timeout, response = self._transport.timeout, None
        try:
            connection = await self._transport.connector.connect(request, [], timeout)
        except TimeoutError:
            raise aiohttp.ConnectionTimeoutError from None
        try:
            if connection.protocol is not None:  # as it is before it is given back
                connection.protocol.set_response_params(
                    skip_payload=request.method == "HEAD",
                    read_until_eof=True,
                    auto_decompress=False,
                    read_timeout=timeout.sock_read,
                )
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
    try:
        yield AiohttpTransport(name, connector, timeout, around.proxies)
    finally:
        await connector.close()


def _told(error: Exception, name: str, what: str) -> CallError:
    """Turn an error of the library into ours; its text goes to the log only, it may hold addresses."""
    match error:
        case aiohttp.ClientConnectorError():
            sentence = f"cannot connect to {name} at {error.host}:{error.port}: {_reason(error.os_error)}"
            return UpstreamUnreachable(sentence, was_sent=False, is_lasting=_is_lasting(error))
        case aiohttp.ClientHttpProxyError():
            sentence = f"the proxy does not connect to {name}: it answered {error.status}"
            return UpstreamUnreachable(sentence, was_sent=False, is_lasting=error.status < 500)
        case aiohttp.InvalidURL():
            return UpstreamUnreachable(
                f"{name} has no host that can be called", was_sent=False, is_lasting=True
            )
        case aiohttp.ConnectionTimeoutError():
            return UpstreamUnreachable(f"cannot connect to {name} in time", was_sent=False)
        case TimeoutError():
            return UpstreamTimeout(f"{name} was silent for too long")
        case _:
            return UpstreamUnreachable(f"{name}: {what}", detail=type(error).__name__)


def _is_lasting(error: aiohttp.ClientConnectorError) -> bool:
    """Tell whether trying again cannot help: a certificate that is wrong, a name that nobody has."""
    cause = error.os_error
    is_nobody = isinstance(cause, socket.gaierror) and cause.errno != socket.EAI_AGAIN
    return is_nobody or isinstance(cause, ssl.SSLError | ssl.CertificateError)


def _reason(error: OSError) -> str:
    """Say why in the system's words: those of an event loop name the address again."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message.rstrip(".")
    if error.errno is not None and error.errno > 0 and not isinstance(error, ssl.SSLError):
        return os.strerror(error.errno)
    return error.strerror or type(error).__name__
