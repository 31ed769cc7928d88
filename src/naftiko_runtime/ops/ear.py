"""Hears the signals of a process that does nothing but wait."""

from __future__ import annotations

import select
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from types import FrameType


@dataclass(frozen=True, slots=True)
class Ear:
    """What was heard; ``told`` are the signals that ask to end, in their order."""

    woken: socket.socket
    told: list[int] = field(default_factory=list)

    def wait(self, longest_s: float | None) -> None:
        """Wait for any signal, the death of a child among them."""
        select.select([self.woken], [], [], None if longest_s is None else max(longest_s, 0.0))
        with suppress(BlockingIOError):
            self.woken.recv(4096)


@contextmanager
def listening() -> Iterator[Ear]:
    """Hear SIGINT, SIGTERM and SIGCHLD while the context lasts."""
    woken, wakes = socket.socketpair()
    with woken, wakes:
        woken.setblocking(False)
        wakes.setblocking(False)
        ear = Ear(woken)

        def tell(number: int, frame: FrameType | None) -> None:
            if number != signal.SIGCHLD:
                ear.told.append(number)

        wakes_before = signal.set_wakeup_fd(wakes.fileno(), warn_on_full_buffer=False)
        numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD)
        before = {number: signal.signal(number, tell) for number in numbers}
        try:
            yield ear
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            signal.set_wakeup_fd(wakes_before)
