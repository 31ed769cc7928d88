"""Keeps crews at work until a signal ends them."""

from __future__ import annotations

import gc
import logging
import os
from collections.abc import Callable, Sequence
from time import monotonic

from .crew import Crew, Shift
from .ear import Ear, listening

log = logging.getLogger("naftiko.workers")

_KILLED = 128  # what shells add to the number of the signal that ended a process


def supervise(crews: Sequence[Crew], grace_s: float, ready: Callable[[], None]) -> None:
    """Work until SIGINT or SIGTERM; raises GaveUp, then too only when all processes have ended.

    ``ready`` is called when signals are heard, before any process starts. Later crews may use what earlier
    ones do: they are dismissed first. Each has ``grace_s`` to finish; a second signal does not wait for that.
    """
    # what lives now lives on: a collector that walks it would give each process a copy of its own
    gc.collect()
    gc.freeze()
    with listening() as ear:
        ready()
        kept: list[int] = []
        shifts = [Shift(crew, kept) for crew in crews]
        try:
            while not ear.told:
                due = [due_s for shift in shifts if (due_s := shift.tend(monotonic())) is not None]
                ear.wait(min(due) - monotonic() if due else None)
        finally:
            _end(shifts, ear, grace_s)


def _end(shifts: Sequence[Shift], ear: Ear, grace_s: float) -> None:
    for shift in reversed(shifts):
        shift.dismiss()
        until_s = monotonic() + grace_s
        while not shift.is_gone():
            if len(ear.told) > 1:
                _leave(shifts, ear.told[-1])
            if monotonic() >= until_s:
                log.warning("a %s does not end, and is ended", shift.crew.name)
                shift.kill()
            else:
                ear.wait(until_s - monotonic())


def _leave(shifts: Sequence[Shift], number: int) -> None:
    for shift in shifts:
        shift.kill()
    os._exit(_KILLED + number)
