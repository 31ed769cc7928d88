"""Lets in at once all who wait at a socket.

The loop of uvloop takes one new connection in each of its turns. When it is busy a turn lasts, and the last
of some hundred callers who come together waits for seconds while those who are in are served again and again.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_MOST = 64  # in one turn: those who are served already wait meanwhile


@contextmanager
def letting_in(bound: socket.socket, protocol: Callable[[], asyncio.Protocol]) -> Iterator[None]:
    """Take what the loop leaves waiting while the context lasts; loops of other makes leave nothing."""
    loop = asyncio.get_running_loop()
    if type(loop).__module__ != "uvloop":
        yield
        return
    doubled = bound.dup()  # the loop watches each descriptor once
    arriving: set[asyncio.Task[object]] = set()

    def take() -> None:
        for _ in range(_MOST):
            try:
                connection, _ = doubled.accept()
            except OSError:  # nobody is left, or no descriptor: then the loop turns callers away
                return
            connection.setblocking(False)
            task = loop.create_task(loop.connect_accepted_socket(protocol, connection))
            arriving.add(task)
            task.add_done_callback(arriving.discard)

    loop.add_reader(doubled, take)
    try:
        yield
    finally:
        loop.remove_reader(doubled)
        doubled.close()
