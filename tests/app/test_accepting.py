"""Callers who come together are let in together."""

import asyncio
import socket

import pytest

from naftiko_runtime.app.loop import new_event_loop
from naftiko_runtime.app.server import Job, run_servers
from naftiko_runtime.exposers.boundary import Message, Receive, Send

CALLERS = 100
REQUEST = b"GET / HTTP/1.1\r\nHost: here\r\n\r\n"


async def turns_until_all_are_in() -> int:
    """Let callers connect while the loop stands still, and count its turns from first to last request."""
    loop = asyncio.get_running_loop()
    turn, seen, all_seen = 0, list[int](), asyncio.Event()

    def count() -> None:
        nonlocal turn
        turn += 1
        loop.call_soon(count)

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        seen.append(turn)
        if len(seen) == CALLERS:
            all_seen.set()
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    with socket.create_server(("127.0.0.1", 0), backlog=CALLERS) as bound:
        bound.setblocking(False)
        async with run_servers(Job(app, bound), grace_s=1):
            count()
            callers = [socket.create_connection(bound.getsockname()) for _ in range(CALLERS)]
            for caller in callers:
                caller.sendall(REQUEST)
            await all_seen.wait()
            for caller in callers:
                assert caller.recv(12) == b"HTTP/1.1 204"
                caller.close()
    return max(seen) - min(seen)


@pytest.mark.parametrize("make_loop", [new_event_loop, asyncio.new_event_loop])
def test_callers_who_wait_are_let_in_within_a_few_turns(make_loop: type[asyncio.AbstractEventLoop]) -> None:
    with asyncio.Runner(loop_factory=make_loop) as runner:
        assert runner.run(turns_until_all_are_in()) < CALLERS / 4


def test_nobody_is_let_in_after_the_end() -> None:
    async def refused() -> bool:
        with socket.create_server(("127.0.0.1", 0)) as bound:
            address = bound.getsockname()
            bound.setblocking(False)
            async with run_servers(Job(nobody, bound), grace_s=1):
                pass
        try:
            socket.create_connection(address).close()
        except ConnectionRefusedError:
            return True
        return False

    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        assert runner.run(refused())


async def nobody(scope: Message, receive: Receive, send: Send) -> None:
    raise AssertionError("nobody calls")
