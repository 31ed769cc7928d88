"""By when calls have to be over: one timer for all that run, because one for each was 6 % of a call."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from math import inf


class Deadlines:
    """Ends the calls whose time has come.

    The timer rings for the earliest end that was known when it was set. By then that call is nearly always
    over, and it is set for the earliest of those that run.
    """

    def __init__(self) -> None:
        self._running: set[Deadline] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._rings_at = inf

    def within(self, seconds: float) -> Deadline:
        """Give the deadline of a call that begins now."""
        return Deadline(self, asyncio.get_running_loop().time() + seconds)

    def begin(self, deadline: Deadline) -> None:
        self._running.add(deadline)
        self.ring_for(deadline)

    def end(self, deadline: Deadline) -> None:
        self._running.discard(deadline)

    def ring_for(self, deadline: Deadline) -> None:
        """See to it that the timer rings when a deadline passes, or before."""
        ends = deadline.when()
        if ends is not None and ends < self._rings_at and deadline in self._running:
            self._set(ends)

    def _set(self, ends: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._rings_at = ends
        self._timer = asyncio.get_running_loop().call_at(ends, self._ring)

    def _ring(self) -> None:
        self._timer, self._rings_at = None, inf
        now = asyncio.get_running_loop().time()
        for deadline, ends in _known(tuple(self._running)):
            if ends <= now:
                self._running.discard(deadline)
                deadline.pass_by()
        earliest = min((ends for _, ends in _known(self._running)), default=inf)
        if earliest < inf:
            self._set(earliest)


class Deadline:
    """What ``asyncio.timeout`` is, in a context that awaits nothing; raises TimeoutError when it is over."""

    __slots__ = ("_cancelling", "_deadlines", "_ends", "_has_passed", "_task")

    def __init__(self, deadlines: Deadlines, ends: float) -> None:
        self._deadlines = deadlines
        self._ends: float | None = ends
        self._task: asyncio.Task[object] | None = None
        self._cancelling, self._has_passed = 0, False

    def when(self) -> float | None:
        """Tell when it passes, by the clock of the event loop; None for never."""
        return self._ends

    def reschedule(self, when: float | None) -> None:
        self._ends = when
        self._deadlines.ring_for(self)

    def pass_by(self) -> None:
        """Stop the task that is in the context."""
        self._has_passed = True
        if self._task is not None:
            self._task.cancel()

    def __enter__(self) -> Deadline:
        task = self._task = asyncio.current_task()
        self._cancelling = task.cancelling() if task is not None else 0
        self._deadlines.begin(self)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        self._deadlines.end(self)
        if not self._has_passed or self._task is None:
            return
        # whoever else has cancelled the task as well is to see it
        if self._task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
            raise TimeoutError from error


def _known(deadlines: Iterable[Deadline]) -> Iterable[tuple[Deadline, float]]:
    """Leave out those that wait for somebody, and so never pass."""
    for deadline in deadlines:
        if (ends := deadline.when()) is not None:
            yield deadline, ends
