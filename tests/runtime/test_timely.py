"""A body that has to be there by a deadline."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from naftiko_runtime.plan.call import Headers
from naftiko_runtime.plan.errors import UpstreamTimeout
from naftiko_runtime.plan.reading import read
from naftiko_runtime.runtime.timely import Timely


@dataclass(frozen=True)
class Dripping:
    """Gives a piece at once, and then one whenever the gate is open."""

    gate: asyncio.Event
    status: int = 200
    headers: Headers = (("etag", "x"),)

    async def chunks(self) -> AsyncIterator[bytes]:
        yield b"a"
        await self.gate.wait()
        yield b"b"


async def test_a_body_in_time_is_handed_on_as_it_comes() -> None:
    gate = asyncio.Event()
    gate.set()
    timely = Timely(Dripping(gate), asyncio.get_running_loop().time() + 5, "late")
    assert (timely.status, timely.headers, await read(timely, 10)) == (200, (("etag", "x"),), b"ab")


async def test_a_body_that_is_late_times_out() -> None:
    timely = Timely(Dripping(asyncio.Event()), asyncio.get_running_loop().time() + 0.01, "late")
    with pytest.raises(UpstreamTimeout, match="late"):
        await read(timely, 10)


async def test_pieces_that_are_there_are_handed_on_after_the_deadline_too() -> None:
    gate = asyncio.Event()
    timely = Timely(Dripping(gate), asyncio.get_running_loop().time() - 1, "late")
    chunks = timely.chunks()
    assert await anext(chunks) == b"a"
    with pytest.raises(UpstreamTimeout, match="late"):
        await anext(chunks)


async def test_whoever_no_longer_waits_ends_the_reading() -> None:
    ended = asyncio.Event()

    class Silent(Dripping):
        async def chunks(self) -> AsyncIterator[bytes]:
            try:
                await asyncio.sleep(0)
                await self.gate.wait()
                yield b"never"
            finally:
                ended.set()

    timely = Timely(Silent(asyncio.Event()), asyncio.get_running_loop().time() + 5, "late")
    reading = asyncio.create_task(read(timely, 10))
    await asyncio.sleep(0.01)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert ended.is_set()
