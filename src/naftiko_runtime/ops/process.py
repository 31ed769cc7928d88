"""Starts a process that is a copy of this one."""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Callable
from typing import NoReturn

log = logging.getLogger("naftiko.workers")


def start(work: Callable[[], None]) -> int:
    """Start a process that works and ends, and give its number; raises OSError.

    Only while this one has a single thread and no event loop, because a copy gets the locks of threads but
    not the threads that would release them.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    # none may come in between, where the copy would handle it as its parent does
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD))
    try:
        return os.fork() or _live(work, before)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def how_it_ended(code: int) -> str:
    """Say what an exit code means; those below zero are signals."""
    if code >= 0:
        return f"ended with exit code {code}"
    try:
        return f"was ended by {signal.Signals(-code).name}"
    except ValueError:  # real-time signals have no names
        return f"was ended by signal {-code}"


def _live(work: Callable[[], None], mask: set[signal.Signals | int]) -> NoReturn:
    """Work, and end without anything that the parent wants to do at its own end."""
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        # a terminal sends Ctrl+C to the parent as well, which tells its processes itself
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        work()
        code = 0
    except Exception:
        log.exception("this process cannot go on")
    finally:
        os._exit(code)
