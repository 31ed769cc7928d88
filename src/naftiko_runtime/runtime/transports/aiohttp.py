"""The default transport; it was measured several times faster than the alternatives."""

from __future__ import annotations

import asyncio
import os
import re
import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO
from typing import cast

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.client_proto import ResponseHandler
from aiohttp.client_reqrep import ConnectionKey
from aiohttp.connector import Connection
from aiohttp.tracing import Trace
from yarl import URL

from ...plan.call import Headers, Inbound
from ...plan.errors import UndecodableAnswer, UpstreamTimeout, UpstreamUnreachable
from ..policies.egress import Egress
from ..proxies import Proxies
from . import Lookup, system_lookup

# below the 5 s after which Node servers close idle connections
_KEEP_ALIVE_S = 4.0
_CHUNK_BYTES = 64 * 1024
_AT_ONCE_BYTES = 1024 * 1024
# of a final answer; nobody asks to switch protocols
_LOWEST, _HIGHEST = 200, 599
_BODILESS = re.compile(rb"HTTP/1\.[01] (204|304)\b")


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

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield the body in pieces of at most 64 KiB."""
        with _told(self.name, "the answer broke off"):
            async for chunk in self.response.content.iter_chunked(_CHUNK_BYTES):
                yield chunk


@dataclass(frozen=True, slots=True)
class AiohttpTransport:
    """One connection pool for one consumed API."""

    name: str
    session: aiohttp.ClientSession
    proxies: Proxies

    @asynccontextmanager
    async def send(
        self, method: str, url: str, headers: list[tuple[str, str]], body: bytes | AsyncIterator[bytes] | None
    ) -> AsyncIterator[Inbound]:
        with _told(self.name, "no usable answer came"):
            response = await self.session.request(
                method,
                URL(url, encoded=True),
                headers=headers,
                data=_without_warning(body),
                allow_redirects=False,
                proxy=self.proxies.proxy_for(url),
            )
        async with response:
            if not _LOWEST <= response.status <= _HIGHEST:
                response.close()
                raise UndecodableAnswer(
                    f"{self.name} answered with status {response.status}, which has no meaning"
                )
            yield AiohttpInbound.of(self.name, response)


def _without_warning(
    body: bytes | AsyncIterator[bytes] | None,
) -> BytesIO | bytes | AsyncIterator[bytes] | None:
    """Let large bodies be written in turns, as the library demands beyond 1 MiB."""
    return BytesIO(body) if isinstance(body, bytes) and len(body) > _AT_ONCE_BYTES else body


@dataclass(frozen=True, slots=True)
class Outside:
    """What lies between a pool and the upstreams: how hosts are found, which may be called, by what proxy."""

    egress: Egress = field(default_factory=Egress)
    lookup: Lookup = system_lookup
    proxies: Proxies = field(default_factory=Proxies)


class _Handler(ResponseHandler):
    """Reads answers; what follows one that has no body by its status is not taken for the next one."""

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
    # how many requests run at a time is for the limit of the API to say
    connector = _Connector(
        limit=0, keepalive_timeout=_KEEP_ALIVE_S, resolver=_Resolver(name, around), ssl=tls or True
    )
    # the library has no other way to say who reads answers
    connector._factory = cast("partial[ResponseHandler]", partial(_Handler, loop=asyncio.get_running_loop()))
    async with aiohttp.ClientSession(
        connector=connector,
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=connect_s, sock_read=idle_s),
        auto_decompress=False,
        cookie_jar=aiohttp.DummyCookieJar(),
        skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
    ) as session:
        # it would send a GET, PUT or DELETE again whose connection dropped; repeating is for the policies
        session._retry_connection = False
        yield AiohttpTransport(name, session, around.proxies)


@contextmanager
def _told(name: str, what: str) -> Iterator[None]:
    """Turn the library's errors into ours; their texts go to the log only, they may hold addresses."""
    try:
        yield
    except aiohttp.ClientConnectorError as error:
        sentence = f"cannot connect to {name} at {error.host}:{error.port}: {_reason(error.os_error)}"
        raise UpstreamUnreachable(sentence, was_sent=False, is_lasting=_is_lasting(error)) from None
    except aiohttp.ClientHttpProxyError as error:
        sentence = f"the proxy does not connect to {name}: it answered {error.status}"
        raise UpstreamUnreachable(sentence, was_sent=False, is_lasting=error.status < 500) from None
    except aiohttp.InvalidURL:
        raise UpstreamUnreachable(
            f"{name} has no host that can be called", was_sent=False, is_lasting=True
        ) from None
    except aiohttp.ConnectionTimeoutError:
        raise UpstreamUnreachable(f"cannot connect to {name} in time", was_sent=False) from None
    except TimeoutError:
        raise UpstreamTimeout(f"{name} was silent for too long") from None
    except (aiohttp.ClientError, OSError) as error:
        raise UpstreamUnreachable(f"{name}: {what}", detail=type(error).__name__) from None


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
