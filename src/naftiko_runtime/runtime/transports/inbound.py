"""What the default transport makes of answers and of failures of its library."""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
from aiohttp.http import HttpProcessingError

from ...plan.call import Headers
from ...plan.errors import CallError, UndecodableAnswer, UpstreamTimeout, UpstreamUnreachable

# what the library raises; a TimeoutError is an OSError
FAILURES = (aiohttp.ClientError, HttpProcessingError, OSError)

_CHUNK_BYTES = 64 * 1024
# of a final answer; nobody asks to switch protocols
_LOWEST, _HIGHEST = 200, 599


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
        if not _LOWEST <= status <= _HIGHEST:
            raise UndecodableAnswer(f"{name} answered with status {status}, which has no meaning")
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


def told(error: Exception, name: str, what: str) -> CallError:
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
