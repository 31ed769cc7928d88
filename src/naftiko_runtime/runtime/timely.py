"""An answer whose body has to be there by a deadline, however steadily it comes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Generator
from dataclasses import dataclass
from typing import Any

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
        while (chunk := await self._next(chunks)) is not None:
            yield chunk

    async def _next(self, chunks: AsyncIterator[bytes]) -> bytes | None:
        chunk: bytes | None
        try:
            begun = _Begun(anext(chunks, None).__await__())
        except StopIteration as end:
            chunk = end.value
            return chunk
        try:
            async with asyncio.timeout_at(self.ends):
                chunk = await begun
        except TimeoutError:
            raise UpstreamTimeout(self.sentence) from None
        return chunk


class _Begun(Generator[object, object, bytes | None]):
    """The next piece, begun before anybody waits; StopIteration has it where there is nothing to wait for.

    Most pieces are there already, and a timer for each of them is 5 % of a call.
    """

    def __init__(self, step: Generator[object, object, bytes | None]) -> None:
        self._step = step
        self._met = [next(step)]

    def __await__(self) -> _Begun:
        return self

    def send(self, value: object) -> object:
        return self._met.pop() if self._met else self._step.send(value)

    def throw(self, *error: Any) -> object:  # noqa: ANN401 - as generators have it
        return self._step.throw(*error)
