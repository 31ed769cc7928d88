"""Keeps the requests to one API that run at a time under a limit; a few more wait in a queue."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable
from dataclasses import dataclass, field

from ...plan.call import Inbound
from ...plan.errors import Busy
from . import Request, Sender
from .held import Held

_AGAIN_S = "1"


@dataclass(slots=True)
class Limit:
    """Lets ``most`` requests run and ``queue`` wait; raises Busy for those beyond.

    A request runs until its answer's body was read, and does not while it waits to be tried again.
    """

    inner: Sender
    api: str
    most: int
    queue: int
    running: int = 0
    waiting: deque[asyncio.Future[None]] = field(default_factory=deque)

    def send(self, request: Request, held: Held) -> Awaitable[Inbound]:
        if self.running >= self.most:
            return self._send_later(request, held)
        self.running += 1
        held.callback(self._leave)
        return self.inner.send(request, held)

    async def _send_later(self, request: Request, held: Held) -> Inbound:
        await self._wait(request)
        held.callback(self._leave)
        return await self.inner.send(request, held)

    async def _wait(self, request: Request) -> None:
        """Wait for a place; whoever leaves hands it over. A deadline that passes here has sent nothing."""
        if len(self.waiting) >= self.queue:
            raise self._busy(f"and {self.queue} are waiting already")
        place = asyncio.get_running_loop().create_future()
        self.waiting.append(place)
        try:
            await place
        except asyncio.CancelledError:
            if place.cancelled():
                self.waiting.remove(place)
            else:  # it was handed over at the same moment
                self._leave()
            if request.left_s() <= 0:
                raise self._busy("and none ended in time") from None
            raise

    def _busy(self, more: str) -> Busy:
        sentence = f"{self.most} requests to {self.api} are running {more}"
        return Busy(sentence, headers=(("retry-after", _AGAIN_S),))

    def _leave(self) -> None:
        while self.waiting:
            place = self.waiting.popleft()
            if not place.done():
                place.set_result(None)
                return
        self.running -= 1
