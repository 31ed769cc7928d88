"""An answer whose body has to be there by a deadline, however steadily it comes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

from ..plan.call import Inbound, Relayed
from ..plan.errors import UpstreamTimeout


@dataclass(frozen=True, slots=True)
class Timely(Relayed):
    """Hands an answer on until ``ends``, a time of the event loop; raises UpstreamTimeout after that."""

    inbound: Inbound
    ends: float | None
    sentence: str

    async def chunks(self) -> AsyncIterator[bytes]:
        chunks = self.inbound.chunks()
        while True:
            try:
                async with asyncio.timeout_at(self.ends):
                    chunk = await anext(chunks, None)
            except TimeoutError:
                raise UpstreamTimeout(self.sentence) from None
            if chunk is None:
                return
            yield chunk
