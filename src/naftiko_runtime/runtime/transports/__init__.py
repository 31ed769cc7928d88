"""HTTP clients that carry requests: one file each."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol, TypeAlias

from ...plan.call import Inbound

# from the name of a host to its addresses; raises OSError
Lookup: TypeAlias = Callable[[str], Awaitable[list[str]]]


async def system_lookup(host: str) -> list[str]:
    """Ask the operating system."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except UnicodeError:  # a part of it is empty or too long
        raise socket.gaierror(socket.EAI_NONAME, "no host can have this name") from None
    return [str(address[0]) for *_, address in found]


class Transport(Protocol):
    """Sends one request; raises UpstreamUnreachable or UpstreamTimeout, also while the body is read.

    Nothing is added to the request, nothing is followed, decoded or retried.
    """

    def send(
        self, method: str, url: str, headers: list[tuple[str, str]], body: bytes | AsyncIterator[bytes] | None
    ) -> AbstractAsyncContextManager[Inbound]: ...
