"""What the default transport says when its library fails."""

from __future__ import annotations

import os
import socket
import ssl

import aiohttp
from aiohttp.http import HttpProcessingError

from ...plan.errors import CallError, UndecodableAnswer, UpstreamTimeout, UpstreamUnreachable

# what the library raises; a TimeoutError is an OSError
FAILURES = (aiohttp.ClientError, HttpProcessingError, OSError)

# of a final answer; nobody asks to switch protocols
_LOWEST, _HIGHEST = 200, 599


def check_status(name: str, status: int) -> None:
    """Raise UndecodableAnswer for a status that ends nothing."""
    if not _LOWEST <= status <= _HIGHEST:
        raise UndecodableAnswer(f"{name} answered with status {status}, which has no meaning")


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
