"""The event loop, and the signals that end what runs in it."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from types import FrameType
from typing import TypeVar

from .leaving import leave

_T = TypeVar("_T")

# glibc takes memory for large pieces from the system and gives it back at once, and each time its pages must
# be filled with zeros: half of what a download costs. From the largest piece that was given back it learns to
# keep pieces of that size, and twice as much of what is free. Making one touches no page of it.
_LARGEST_BYTES = 2 * 1024 * 1024

SIGNALS = (signal.SIGINT, signal.SIGTERM)


def run(work: Coroutine[None, None, _T]) -> _T:
    """Run in the fastest event loop that the platform has."""
    bytes(_LARGEST_BYTES)  # made and forgotten: see there
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(work)


def new_event_loop() -> asyncio.AbstractEventLoop:
    """Make a loop of uvloop where there is one, which is everywhere but Windows."""
    if find_spec("uvloop") is None:
        return asyncio.new_event_loop()
    loop: asyncio.AbstractEventLoop = import_module("uvloop").new_event_loop()
    return loop


@contextmanager
def signals(stopped: asyncio.Event, numbers: tuple[signal.Signals, ...] = SIGNALS) -> Iterator[None]:
    """Turn the first SIGINT or SIGTERM into a wish to stop; a second one ends the process at once."""
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in numbers}

    def stop(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(stopped.set)
        # not the handlers from before: shells start background processes that ignore SIGINT
        for each in numbers:
            signal.signal(each, leave)

    for number in numbers:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
