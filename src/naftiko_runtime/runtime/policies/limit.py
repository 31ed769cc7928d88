"""Keeps the requests to one API that run at a time under a limit; a few more wait in a queue."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from ...plan.call import Inbound
from ...plan.errors import Busy
from . import Request, Sender

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

    async def send(self, request: Request, stack: AsyncExitStack) -> Inbound:
        if self.running < self.most:
            self.running += 1
        else:
            await self._wait()
        stack.callback(self._leave)
        return await self.inner.send(request, stack)

    async def _wait(self) -> None:
        """Wait for a place; whoever leaves hands it over."""
        if len(self.waiting) >= self.queue:
            sentence = f"{self.most} requests to {self.api} are running and {self.queue} are waiting already"
            raise Busy(sentence, headers=(("retry-after", _AGAIN_S),))
        place = asyncio.get_running_loop().create_future()
        self.waiting.append(place)
        try:
            await place
        except asyncio.CancelledError:
            if place.cancelled():
                self.waiting.remove(place)
            else:  # it was handed over at the same moment
                self._leave()
            raise

    def _leave(self) -> None:
        while self.waiting:
            place = self.waiting.popleft()
            if not place.done():
                place.set_result(None)
                return
        self.running -= 1
