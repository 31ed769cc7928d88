"""What a client hears of a long answer while it arrives."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from ...plan.call import Inbound, Relayed
from ...plan.reading import declared_length
from .protocol import Hear, unheard

STEP_BYTES = 64 << 10
_STEPS = 20  # more are not worth a message


def heard(inbound: Inbound, hear: Hear) -> Inbound:
    """Let somebody hear how much of an answer is there, unless nobody does."""
    return inbound if hear is unheard else _Heard(inbound, hear)


@dataclass(frozen=True, slots=True)
class _Heard(Relayed):
    inbound: Inbound
    hear: Hear

    async def chunks(self) -> AsyncIterator[bytes]:
        total = declared_length(self.headers)
        step = max(STEP_BYTES, (total or 0) // _STEPS)
        received = told = 0
        async for chunk in self.inbound.chunks():
            received += len(chunk)
            if received - told >= step:
                told = received
                await self.hear(received, total)
            yield chunk
