"""Lets callers who ask the same at the same time share one request."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from copy import copy
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from ...plan.call import Headers, Inbound, Outbound
from ...plan.errors import CallError
from ...plan.reading import declared_length
from . import Request, Sender

_SHARED_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Shared:
    """An answer that was read to its end, for everybody who waited for it."""

    status: int
    headers: Headers
    body: bytes = field(repr=False)

    async def chunks(self) -> AsyncIterator[bytes]:
        if self.body:
            yield self.body


@dataclass(frozen=True, slots=True)
class Begun:
    """An answer too large to be shared, of which the beginning was read."""

    inbound: Inbound
    start: bytes = field(repr=False)
    rest: AsyncIterator[bytes]

    @property
    def status(self) -> int:
        return self.inbound.status

    @property
    def headers(self) -> Headers:
        return self.inbound.headers

    async def chunks(self) -> AsyncIterator[bytes]:
        yield self.start
        async for chunk in self.rest:
            yield chunk


# a failure is everybody's; an answer too large to be shared is not, and whoever asked may have left
_Outcome: TypeAlias = Shared | CallError | Literal["too large", "left"]


@dataclass(slots=True)
class Coalesce:
    """Shares answers of GETs that are alike to the last header, while they are under way."""

    inner: Sender
    flights: dict[Outbound, asyncio.Future[_Outcome]] = field(default_factory=dict)

    async def send(self, request: Request, stack: AsyncExitStack) -> Inbound:
        outbound = request.outbound
        if not request.effort.coalesces or outbound.method != "GET":
            return await self.inner.send(request, stack)
        while (flight := self.flights.get(outbound)) is not None:
            outcome = await asyncio.shield(flight)
            if isinstance(outcome, Shared):
                return outcome
            if isinstance(outcome, CallError):
                raise copy(outcome)
            if outcome == "too large":
                return await self.inner.send(request, stack)
        return await self._lead(request, stack)

    async def _lead(self, request: Request, stack: AsyncExitStack) -> Inbound:
        flight: asyncio.Future[_Outcome] = asyncio.get_running_loop().create_future()
        self.flights[request.outbound] = flight
        outcome: _Outcome = "left"
        try:
            inbound = await self.inner.send(request, stack)
            answer = await _read(inbound)
            outcome = answer if isinstance(answer, Shared) else "too large"
        except CallError as error:
            outcome = error
            raise
        finally:
            del self.flights[request.outbound]
            flight.set_result(outcome)
        return answer


async def _read(inbound: Inbound) -> Inbound:
    if (declared_length(inbound.headers) or 0) > _SHARED_BYTES:
        return inbound
    body, chunks = bytearray(), inbound.chunks()
    async for chunk in chunks:
        body += chunk
        if len(body) > _SHARED_BYTES:
            return Begun(inbound, bytes(body), chunks)
    return Shared(inbound.status, inbound.headers, bytes(body))
