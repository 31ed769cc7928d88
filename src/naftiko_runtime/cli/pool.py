"""Checks many files at once, in processes of their own."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import active_children, parent_process
from multiprocessing.process import BaseProcess
from threading import Thread
from typing import cast

from .checking import Checked, Outcome, check_place
from .files import Place

_MOST_WORKERS = 32
_FILES_FOR_A_WORKER = 8  # starting one takes as long as checking a few files

Check = Callable[[Place, str], Checked]


def check_many(places: Sequence[Place], rules: str, check: Check = check_place) -> Iterator[Checked]:
    """Check files, as many at a time as there are processors; what is found comes in their order.

    When a process dies, by a lack of memory perhaps, the file whose turn it is may be the cause: it gets a
    process to itself, and if that dies too the file is told.
    """
    left = list(places)
    while left:
        done = 0
        for checked in _until_one_dies(left, rules, check, _workers(len(left))):
            done += 1
            yield checked
        if alone := left[done : done + 1]:
            reason = f"cannot check {alone[0].name}: its process died"
            dead = Checked(alone[0].name, outcome=Outcome.CRASHED, reason=reason)
            yield next(_until_one_dies(alone, rules, check, 1), dead)
        left = left[done + 1 :]


def _workers(files: int) -> int:
    return max(1, min(os.cpu_count() or 1, files // _FILES_FOR_A_WORKER, _MOST_WORKERS))


def _until_one_dies(places: Sequence[Place], rules: str, check: Check, workers: int) -> Iterator[Checked]:
    try:
        with _pool(workers) as pool:
            for future in [pool.submit(check, place, rules) for place in places]:
                yield future.result()
    except BrokenProcessPool:
        return


@contextmanager
def _pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Open a pool; when its user is interrupted nobody waits for files that are being checked."""
    with ProcessPoolExecutor(workers, initializer=_begin) as pool:
        try:
            yield pool
        except BaseException:
            for worker in active_children():
                worker.terminate()
            raise


def _begin() -> None:
    """Let a worker end as quietly as it can: by the same Ctrl+C, and with the process that started it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    parent = cast("BaseProcess", parent_process())
    Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)
