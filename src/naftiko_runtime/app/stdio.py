"""Standard input and output as the two ends of one connection, with nothing else on them."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Semaphore, Thread
from typing import BinaryIO

import anyio

from ..plan.explain import Plan
from ..plan.surfaces import McpSurface
from .listener import ListenError

_AHEAD = 64


def surface_for_stdio(plan: Plan) -> McpSurface:
    """Find the one MCP server that is meant: the one that the file says is for it, or the only one."""
    servers = [surface for surface in plan.surfaces if isinstance(surface, McpSurface)]
    meant = [surface for surface in servers if surface.port is None] or servers
    if len(meant) != 1:
        names = ", ".join(surface.namespace for surface in meant)
        found = f"this file has several: {names}; say 'transport: stdio' in one of them"
        raise ListenError(f"--stdio serves one MCP server; {found if meant else 'this file has none'}")
    return meant[0]


@dataclass(frozen=True, slots=True)
class Wire:
    """A line at a time in both directions; what comes in is closed at its end."""

    incoming: BinaryIO
    outgoing: BinaryIO

    async def lines(self) -> AsyncIterator[bytes]:
        """Give lines until the other side closes its end.

        A thread of its own reads them, because neither regular files nor all platforms can be waited for;
        nobody waits for that thread, so that a signal can end the process while it reads.
        """
        queue, room = asyncio.Queue[bytes](), Semaphore(_AHEAD)
        loop = asyncio.get_running_loop()

        def put(line: bytes) -> None:
            loop.call_soon_threadsafe(queue.put_nowait, line)

        Thread(target=_pump, args=(self.incoming, put, room), daemon=True).start()
        while line := await queue.get():
            yield line
            room.release()

    async def write(self, line: bytes) -> None:
        """Write a line in a thread: the other side may be slow to read."""
        await anyio.to_thread.run_sync(self._write, line)

    def _write(self, line: bytes) -> None:
        self.outgoing.write(line)
        self.outgoing.flush()


def _pump(source: BinaryIO, put: Callable[[bytes], object], room: Semaphore) -> None:
    with source, suppress(RuntimeError):  # which says that the loop is closed: nobody listens any more
        for line in iter(source.readline, b""):
            room.acquire()
            put(line)
        put(b"")


@contextmanager
def standard_streams() -> Iterator[Wire]:
    """Take over standard input and output; whatever else is printed goes to standard error meanwhile."""
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        with os.fdopen(os.dup(kept), "wb") as outgoing:
            # not sys.stdin: the interpreter closes it at its end, and waits for who reads it
            yield Wire(os.fdopen(os.dup(0), "rb"), outgoing)
    finally:
        os.dup2(kept, 1)
        os.close(kept)
