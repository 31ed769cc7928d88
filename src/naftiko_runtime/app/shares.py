"""Serves in several processes what one made ready: the sockets of each, and how it runs until told to end."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager, suppress
from dataclasses import dataclass, replace
from importlib import import_module

from ..exposers.mcp import load_sdk
from ..plan.surfaces import McpSurface
from .collecting import keep_all
from .listener import QUEUE, Listener, ListenError
from .loop import run, signals
from .opening import Options, playing
from .serve import Ready, faced

# elsewhere the option gives all connections to one of the sockets, or is not there
_SPREADS = sys.platform == "linux"
# what loops and servers import when they start
_STARTERS = (
    "anyio._backends._asyncio",
    "concurrent.futures.thread",
    "uvicorn.lifespan.off",
    "uvicorn.lifespan.on",
    "uvicorn.protocols.http.httptools_impl",
    "uvloop",
)


@dataclass(frozen=True, slots=True)
class Shares:
    """What is ready, and the open sockets of each process, which are all open in every process at first."""

    ready: Ready
    listeners: tuple[tuple[Listener, ...], ...]

    def serve(self, number: int, options: Options, until: int) -> None:
        """Serve as the process of that number, from 1, until ``until`` ends or SIGTERM comes."""
        own = self.listeners[number - 1]
        self._keep([listener.socket for listener in own])
        ready = replace(self.ready, listeners=own)
        run(_work(lambda: faced(ready, options), until))

    def play(self, until: int) -> None:
        """Play all stand-ins in this process, until ``until`` ends or SIGTERM comes."""
        stand_ins = self.ready.known.stage.stand_ins
        self._keep([stand_in.socket for stand_in in stand_ins])
        run(_work(lambda: playing(stand_ins), until))

    def close_servers(self) -> None:
        """Stop listening here; processes that go on have sockets of their own."""
        for listeners in self.listeners:
            for listener in listeners:
                listener.socket.close()

    def close_stand_ins(self) -> None:
        for stand_in in self.ready.known.stage.stand_ins:
            stand_in.socket.close()

    def _keep(self, kept: Collection[socket.socket]) -> None:
        """Close what is for other processes: nobody here would take connections from it."""
        everything = [listener.socket for listeners in self.listeners for listener in listeners]
        everything += [stand_in.socket for stand_in in self.ready.known.stage.stand_ins]
        for each in everything:
            if each not in kept:
                each.close()


@contextmanager
def shared_out(ready: Ready, workers: int) -> Iterator[Shares]:
    """Give every process something to listen on, at the same addresses; raises ListenError.

    Where the system spreads connections over sockets, each process has one of its own. They are opened here
    and stay open here: who comes while a process is replaced waits in its queue, and the next one takes that
    over. What each would import is imported here, so that all of them have it in the same memory.
    """
    _import_early(ready)
    columns: list[list[Listener]] = []
    try:
        for listener in ready.listeners:
            columns.append([listener])
            for _ in range(workers - 1):
                columns[-1].append(_another(listener) if _SPREADS else listener)
        yield Shares(ready, tuple(zip(*columns, strict=True)))
    finally:
        for column in columns:
            for listener in column:
                listener.socket.close()


def _import_early(ready: Ready) -> None:
    for name in _STARTERS:
        with suppress(ImportError):  # not every platform has all of them
            import_module(name)
    if any(isinstance(listener.surface, McpSurface) for listener in ready.listeners):
        load_sdk()


def _another(listener: Listener) -> Listener:
    """Open one more socket at an address; the first was opened for itself alone, so the address is ours."""
    first = listener.socket
    more = socket.socket(first.family, first.type, first.proto)
    try:
        first.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        more.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        more.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        more.bind(first.getsockname())
        more.listen(QUEUE)
    except OSError as error:
        more.close()
        name = listener.surface.namespace
        raise ListenError(f"{name} cannot listen once more on {listener.url}: {error.strerror}") from None
    more.setblocking(False)
    return replace(listener, socket=more)


async def _work(serving: Callable[[], AbstractAsyncContextManager[object]], until: int) -> None:
    stopped = asyncio.Event()
    with signals(stopped, (signal.SIGTERM,)), _ends_with(until, stopped):
        async with serving():
            keep_all()
            await stopped.wait()


@contextmanager
def _ends_with(until: int, stopped: asyncio.Event) -> Iterator[None]:
    """Stop when the other end of a pipe closes, be it that its owner died."""
    loop = asyncio.get_running_loop()

    def stop() -> None:
        loop.remove_reader(until)
        stopped.set()

    loop.add_reader(until, stop)
    try:
        yield
    finally:
        loop.remove_reader(until)
