"""What a line does at moments that no upstream can bring about at will."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest

from naftiko_runtime.runtime.transports.line import Line
from naftiko_runtime.runtime.transports.pool import expect

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@asynccontextmanager
async def connected(kept: list[Line]) -> AsyncIterator[Line]:
    """Open a line to a socket on which nothing is said."""
    loop, (near, far) = asyncio.get_running_loop(), socket.socketpair()

    def keep(line: Line) -> float:
        kept.append(line)
        return 1

    with far:
        _, line = await loop.create_connection(lambda: Line("ships", loop, 1), sock=near)
        line.belong(keep, lambda: None)
        yield line
        line.close()


async def test_a_line_that_is_lost_takes_no_request() -> None:
    line = Line("ships", asyncio.get_running_loop(), 1)
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await line.ask(b"GET / HTTP/1.1\r\n\r\n")
    line.pause()
    line.resume()
    line.close()
    assert not line.is_open


def test_a_connection_that_was_lost_at_once_carries_no_request() -> None:
    lost: Any = SimpleNamespace(protocol=None)
    with pytest.raises(aiohttp.ClientConnectionResetError):
        expect(lost, "GET", aiohttp.ClientTimeout())


async def test_a_body_without_an_answer_is_nobodys() -> None:
    kept: list[Line] = []
    async with connected(kept) as line:
        line.on_body(b"ok")
        assert line.is_open


async def test_an_answer_to_a_request_that_was_just_given_up_is_nobodys() -> None:
    kept: list[Line] = []
    async with connected(kept) as line:
        asking = asyncio.ensure_future(line.ask(b"GET / HTTP/1.1\r\n\r\n"))
        await asyncio.sleep(0)
        asking.cancel()
        line.data_received(ANSWER)
        with pytest.raises(asyncio.CancelledError):
            await asking


async def test_a_line_whose_answer_was_over_while_nobody_read_it_is_read_again() -> None:
    kept: list[Line] = []
    body = bytes(300_000)
    async with connected(kept) as line:
        asking = asyncio.ensure_future(line.ask(b"GET / HTTP/1.1\r\n\r\n"))
        await asyncio.sleep(0)
        line.data_received(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        answer = await asking
        assert kept == [line]
        asking = asyncio.ensure_future(line.ask(b"GET / HTTP/1.1\r\n\r\n"))
        await asyncio.sleep(0)
        line.data_received(ANSWER)
        assert b"".join([piece async for piece in answer.chunks()]) == body
        assert b"".join([piece async for piece in (await asking).chunks()]) == b"ok"


async def test_a_line_that_is_closed_while_it_is_asked_says_so_at_once() -> None:
    async with connected([]) as line:
        asking = asyncio.ensure_future(line.ask(b"GET / HTTP/1.1\r\n\r\n"))
        await asyncio.sleep(0)
        line.close()
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await asyncio.wait_for(asking, 5)
