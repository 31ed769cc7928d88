"""Drives one wrapper around ``send`` by itself: what is behind it answers as the test says."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field

from naftiko_runtime.plan.call import Headers, Inbound, Outbound
from naftiko_runtime.plan.errors import CallError
from naftiko_runtime.plan.resilience import Effort
from naftiko_runtime.runtime.policies import Request, Sender
from naftiko_runtime.runtime.policies.held import Held

WAIT_S = 5


@dataclass(frozen=True)
class Given:
    """An answer; ``pieces`` is its body."""

    status: int = 200
    headers: Headers = ()
    pieces: tuple[bytes, ...] = ()

    async def chunks(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            yield piece


@dataclass
class Script:
    """Answers with one outcome after the other, the last one for ever; counts what was closed again."""

    outcomes: tuple[Given | CallError, ...] = (Given(),)
    asked: list[Request] = field(default_factory=list)
    closed: int = 0
    gate: asyncio.Event | None = None

    async def send(self, request: Request, held: Held) -> Inbound:
        self.asked.append(request)
        if self.gate is not None:
            await self.gate.wait()
        held.callback(self._close)
        outcome = self.outcomes[min(len(self.asked), len(self.outcomes)) - 1]
        if isinstance(outcome, CallError):
            raise outcome
        return outcome

    def _close(self) -> None:
        self.closed += 1


def script(outcomes: Iterable[Given | CallError]) -> Script:
    return Script(tuple(outcomes))


async def ask(
    sender: Sender,
    effort: Effort | None = None,
    outbound: Outbound | None = None,
    *,
    within_s: float = WAIT_S,
) -> tuple[int, bytes]:
    """Send a request and read its answer, within a deadline."""
    async with Held() as held:
        async with asyncio.timeout(within_s) as deadline:
            request = Request(outbound or Outbound("GET", "/"), effort or Effort(), deadline)
            inbound = await sender.send(request, held)
        return inbound.status, b"".join([chunk async for chunk in inbound.chunks()])
