"""One attempt: hands a request to the client, and waits for its headers as long as the file says."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Protocol

from ...plan.call import Inbound, Outbound
from ...plan.errors import UpstreamTimeout
from . import Request
from .held import Held


class Client(Protocol):
    """What signs and sends."""

    @property
    def name(self) -> str: ...

    @property
    def base_uri(self) -> str: ...

    def at(self, base_uri: str) -> Client:
        """Give a client of the same API that sends elsewhere."""
        ...

    def unsigned(self) -> Client:
        """Give a client that signs nothing."""
        ...

    def send(self, outbound: Outbound, held: Held) -> Awaitable[Inbound]: ...


def attempt(client: Client, request: Request, held: Held) -> Awaitable[Inbound]:
    """Make one, at the end of every chain."""
    timeout_s = request.effort.timeout_s
    # an upload may take as long as it moves
    if timeout_s is None or request.outbound.is_streamed:
        return client.send(request.outbound, held)
    return _in_time(client, request, held, timeout_s)


async def _in_time(client: Client, request: Request, held: Held, timeout_s: float) -> Inbound:
    try:
        async with asyncio.timeout(timeout_s):
            return await client.send(request.outbound, held)
    except TimeoutError:
        raise UpstreamTimeout(f"{client.name} gave no answer within {timeout_s:g} s") from None
