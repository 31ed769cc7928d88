"""Ending the process at once, also where it is the first one of a container.

There the system ignores signals that have no handler, so the default would not do.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_KILLED = 128  # what shells add to the number of the signal that ended a process


def leave(number: int, frame: FrameType | None) -> None:
    """Handle a signal by ending the process, whatever runs."""
    os._exit(_KILLED + number)


@contextmanager
def ends_when_terminated() -> Iterator[None]:
    """End at once on SIGTERM until somebody handles it better; nothing has begun that could finish."""
    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
