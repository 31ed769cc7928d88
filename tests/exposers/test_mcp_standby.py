"""The desk of the SDK is opened once, when somebody wants it, and closed with the server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from naftiko_runtime.exposers.boundary import Receive, Send
from naftiko_runtime.exposers.mcp.standby import Arrival, Standby

pytestmark = pytest.mark.anyio


class Bell:
    """A desk that says when it is opened, stopped and closed."""

    def __init__(self) -> None:
        self.heard: list[str] = ["made"]

    @asynccontextmanager
    async def run(self) -> AsyncIterator[None]:
        self.heard.append("opened")
        yield
        self.heard.append("closed")

    async def answer(self, arrival: Arrival, receive: Receive, send: Send) -> None:
        raise AssertionError("nothing arrives here")

    def stop(self) -> None:
        self.heard.append("stopped")


async def test_it_is_made_once_for_all_who_want_it_and_closed_at_the_end() -> None:
    made: list[Bell] = []

    def make() -> Bell:
        made.append(Bell())
        return made[-1]

    standby = Standby(make)
    async with standby.run():
        found = await asyncio.gather(*(standby.desk() for _ in range(5)))
        assert {*found} == {*made}
        standby.stop()
    assert [bell.heard for bell in made] == [["made", "opened", "stopped", "closed"]]


async def test_what_nobody_wants_is_never_made() -> None:
    def make() -> Bell:
        raise AssertionError("nobody wants it")

    standby = Standby(make)
    async with standby.run():
        standby.stop()


async def test_who_leaves_takes_nothing_from_others() -> None:
    standby = Standby(Bell)
    async with standby.run():
        waiting = asyncio.create_task(standby.desk())
        await asyncio.sleep(0)
        waiting.cancel()
        assert isinstance(await standby.desk(), Bell)


async def test_what_cannot_be_made_is_told_to_everybody() -> None:
    def make() -> Bell:
        raise ImportError("no such library")

    standby = Standby(make)
    async with standby.run():
        for _ in range(2):
            with pytest.raises(ImportError, match="no such library"):
                await standby.desk()
        standby.stop()


async def test_before_the_server_runs_there_is_no_desk() -> None:
    standby = Standby(Bell)
    standby.stop()
    with pytest.raises(RuntimeError, match="does not run"):
        await standby.desk()
