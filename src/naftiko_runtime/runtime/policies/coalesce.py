"""Lets callers who ask the same at the same time share one request."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from copy import copy
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from ...plan.call import Inbound, Outbound
from ...plan.errors import CallError
from . import Request, Sender
from .held import Held
from .whole import Whole, read_whole

_SHARED_BYTES = 1 << 20

_Key: TypeAlias = tuple[object, ...]

# a failure is everybody's; an answer too large to be shared is not, and whoever asked may have left
_Outcome: TypeAlias = Whole | CallError | Literal["too large", "left"]


@dataclass(slots=True)
class Coalesce:
    """Shares answers of GETs that are alike to the last header, while they are under way."""

    inner: Sender
    flights: dict[_Key, asyncio.Future[_Outcome]] = field(default_factory=dict)

    def send(self, request: Request, held: Held) -> Awaitable[Inbound]:
        if not request.effort.coalesces or request.outbound.method != "GET":
            return self.inner.send(request, held)
        return self._share(request, held)

    async def _share(self, request: Request, held: Held) -> Inbound:
        key = _key(request.outbound)
        while (flight := self.flights.get(key)) is not None:
            outcome = await asyncio.shield(flight)
            if isinstance(outcome, Whole):
                return outcome
            if isinstance(outcome, CallError):
                raise copy(outcome)
            if outcome == "too large":
                return await self.inner.send(request, held)
        return await self._lead(key, request, held)

    async def _lead(self, key: _Key, request: Request, held: Held) -> Inbound:
        flight: asyncio.Future[_Outcome] = asyncio.get_running_loop().create_future()
        self.flights[key] = flight
        outcome: _Outcome = "left"
        try:
            inbound = await self.inner.send(request, held)
            answer = await read_whole(inbound, _SHARED_BYTES)
            outcome = answer if isinstance(answer, Whole) else "too large"
        except CallError as error:
            outcome = error
            raise
        finally:
            del self.flights[key]
            flight.set_result(outcome)
        return answer


def _key(outbound: Outbound) -> _Key:
    """Tell what requests that are alike have in common."""
    return outbound.path, outbound.query, outbound.headers, outbound.body
