"""What stands between a call and its client: one wrapper around ``send`` in each file."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Protocol

from ...plan.call import Inbound, Outbound
from ...plan.resilience import Effort
from .held import Held


class Deadline(Protocol):
    """By when an inbound call has to be over."""

    def when(self) -> float | None:
        """Tell when it passes, by the clock of the event loop; None for never."""
        ...


@dataclass(slots=True)  # one for every call: writing fields of a frozen one takes three times as long
class Request:
    """A request on its way, how hard it is tried, and the deadline of the whole inbound call."""

    outbound: Outbound
    effort: Effort
    deadline: Deadline

    def left_s(self) -> float:
        """Tell how much of the deadline is left."""
        ends = self.deadline.when()
        return float("inf") if ends is None else ends - asyncio.get_running_loop().time()


class Sender(Protocol):
    """Sends a request; raises CallError.

    Whatever has to be given back when the answer was read goes onto the held. A wrapper that tries again
    closes it first, so one stack serves one attempt at a time.
    """

    def send(self, request: Request, held: Held) -> Awaitable[Inbound]: ...
