"""Standard input and output as the two ends of one connection, with nothing else on them."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from io import FileIO, RawIOBase
from queue import SimpleQueue
from select import select
from threading import Semaphore, Thread
from typing import BinaryIO, TypeAlias

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


_Outbox: TypeAlias = SimpleQueue[tuple[bytes, asyncio.Future[None]] | None]


@dataclass(slots=True)
class Wire:
    """A line at a time in both directions; what comes in is closed at its end.

    Each direction has a thread of its own, because neither regular files nor all platforms can be waited for.
    Nobody waits for these threads, so that a signal can end the process while one reads or writes.
    """

    incoming: BinaryIO
    outgoing: RawIOBase
    _outbox: _Outbox | None = None

    async def lines(self) -> AsyncIterator[bytes]:
        """Give lines until the other side closes its end."""
        queue, room = asyncio.Queue[bytes](), Semaphore(_AHEAD)
        loop = asyncio.get_running_loop()

        def put(line: bytes) -> None:
            loop.call_soon_threadsafe(queue.put_nowait, line)

        Thread(target=_pump, args=(self.incoming, put, room), daemon=True).start()
        while line := await queue.get():
            yield line
            room.release()

    def write(self, line: bytes) -> Awaitable[None]:
        """Write a line behind those before it; raises OSError where nobody reads any more."""
        if self._outbox is None:
            self._outbox = SimpleQueue()
            Thread(target=_drain, args=(self._outbox, self.outgoing), daemon=True).start()
        written = asyncio.get_running_loop().create_future()
        self._outbox.put((line, written))
        return written

    def close(self) -> None:
        """Write no more lines."""
        if self._outbox is not None:
            self._outbox.put(None)


def _pump(source: BinaryIO, put: Callable[[bytes], object], room: Semaphore) -> None:
    with source, suppress(RuntimeError):  # which says that the loop is closed: nobody listens any more
        for line in iter(source.readline, b""):
            room.acquire()
            put(line)
        put(b"")


def _drain(outbox: _Outbox, target: RawIOBase) -> None:
    for line, written in iter(outbox.get, None):
        error: Exception | None = None
        try:
            _write(target, line)
        except (OSError, ValueError) as failure:  # closed by the other side, or by us
            error = failure
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            written.get_loop().call_soon_threadsafe(_settle, written, error)


def _write(target: RawIOBase, line: bytes) -> None:
    left = memoryview(line)
    while left:
        count = target.write(left)
        if count is None:  # whoever gave us the pipe made it one that does not wait
            select((), (target,), ())
        else:
            left = left[count:]


def _settle(written: asyncio.Future[None], error: Exception | None) -> None:
    if written.done():  # whoever waited was cancelled
        return
    if error is None:
        written.set_result(None)
    else:
        written.set_exception(error)


@contextmanager
def standard_streams() -> Iterator[Wire]:
    """Take over standard input and output; whatever else is printed goes to standard error meanwhile."""
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        with (
            FileIO(os.dup(kept), "wb") as outgoing,
            # not sys.stdin: the interpreter closes it at its end, and waits for who reads it
            closing(Wire(os.fdopen(os.dup(0), "rb"), outgoing)) as wire,
        ):
            yield wire
    finally:
        os.dup2(kept, 1)
        os.close(kept)
