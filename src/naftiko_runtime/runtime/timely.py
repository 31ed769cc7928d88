"""An answer whose body has to be there by a deadline, however steadily it comes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Generator
from dataclasses import dataclass
from typing import Any

from ..plan.call import Inbound, Relayed
from ..plan.errors import UpstreamTimeout


@dataclass(slots=True)  # one for every call: writing fields of a frozen one takes three times as long
class Timely(Relayed):
    """Hands an answer on until ``ends``, a time of the event loop; raises UpstreamTimeout after that."""

    inbound: Inbound
    ends: float | None
    sentence: str

    def chunks(self) -> AsyncIterator[bytes]:
        return _Chunks(self, self.inbound.chunks())


class _Chunks:
    """The pieces of an answer; no generator, because the loop keeps a list of those."""

    __slots__ = ("_chunks", "_timely")

    def __init__(self, timely: Timely, chunks: AsyncIterator[bytes]) -> None:
        self._timely, self._chunks = timely, chunks

    def __aiter__(self) -> _Chunks:
        return self

    async def __anext__(self) -> bytes:
        chunk: bytes
        try:
            begun = _Begun(self._chunks.__anext__().__await__())
        except StopIteration as end:
            chunk = end.value
            return chunk
        try:
            async with asyncio.timeout_at(self._timely.ends):
                chunk = await begun
        except TimeoutError:
            raise UpstreamTimeout(self._timely.sentence) from None
        return chunk


class _Begun(Generator[object, object, bytes]):
    """The next piece, begun before anybody waits; StopIteration has it where there is nothing to wait for.

    Most pieces are there already, and a timer for each of them is 5 % of a call.
    """

    def __init__(self, step: Generator[object, object, bytes]) -> None:
        self._step = step
        self._met = [next(step)]

    def __await__(self) -> _Begun:
        return self

    def send(self, value: object) -> object:
        return self._met.pop() if self._met else self._step.send(value)

    def throw(self, *error: Any) -> object:  # noqa: ANN401 - as generators have it
        return self._step.throw(*error)
