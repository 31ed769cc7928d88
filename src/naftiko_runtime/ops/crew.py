"""Processes that do the same work side by side; one that dies is replaced."""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from .process import how_it_ended, start

log = logging.getLogger("naftiko.workers")

_SETTLED_S = 5.0  # who lives as long has started well
_TRIES = 5
_FIRST_WAIT_S = 0.1


class GaveUp(Exception):
    """A process that cannot be kept alive; the sentence says which and how it ended."""


@dataclass(frozen=True, slots=True)
class Crew:
    """What several processes do.

    ``work`` gets the number of its process, from 1, and a file descriptor: when that comes to its end, the
    process is to finish what it does and end, too. Then ``release`` closes, here, what they all use.
    """

    name: str
    size: int
    work: Callable[[int, int], None]
    release: Callable[[], None]


@dataclass(slots=True)
class _Place:
    """One process of a crew, or the lack of one."""

    number: int
    process: int = 0
    began_s: float = 0.0
    failures: int = 0
    due_s: float = 0.0


@dataclass(slots=True)
class Shift:
    """A crew at work, from its start until it is dismissed and gone.

    Its processes hold one end of a pipe whose other end is here: it closes when they are dismissed, and when
    this process dies, however it does. ``kept`` are those ends of all shifts; a new process closes them.
    """

    crew: Crew
    kept: list[int]
    _ends: tuple[int, int] = field(default_factory=os.pipe)
    _places: tuple[_Place, ...] = ()
    _is_dismissed: bool = False

    def __post_init__(self) -> None:
        """Begin with a place for everybody, and nobody there."""
        self.kept.append(self._ends[1])
        self._places = tuple(_Place(number) for number in range(1, self.crew.size + 1))

    def tend(self, now_s: float) -> float | None:
        """Start who is missing, and say when to come again if nothing happens before; raises GaveUp."""
        for place in self._places:
            self._look_after(place, now_s)
            if not place.process and now_s >= place.due_s:
                self._begin(place, now_s)
        return min((place.due_s for place in self._places if not place.process), default=None)

    def dismiss(self) -> None:
        """Let all finish and end; nobody is replaced any more."""
        self._is_dismissed = True
        self.crew.release()
        self.kept.remove(self._ends[1])
        for end in self._ends:
            os.close(end)

    def is_gone(self) -> bool:
        """Look whether all who were dismissed have ended."""
        for place in self._places:
            self._look_after(place, 0.0)
        return not any(place.process for place in self._places)

    def kill(self) -> None:
        """End all at once."""
        for place in self._at_work():
            os.kill(place.process, signal.SIGKILL)
        for place in self._at_work():
            os.waitpid(place.process, 0)
            place.process = 0

    def _at_work(self) -> Iterator[_Place]:
        return (place for place in self._places if place.process)

    def _begin(self, place: _Place, now_s: float) -> None:
        place.began_s = now_s
        try:
            place.process = start(lambda: self._work(place.number))
        except OSError as error:
            self._miss(place, now_s, f"cannot be started: {error.strerror}")

    def _work(self, number: int) -> None:
        for end in self.kept:
            os.close(end)
        self.crew.work(number, self._ends[0])

    def _look_after(self, place: _Place, now_s: float) -> None:
        """Notice when a process has ended."""
        ended, status = os.waitpid(place.process, os.WNOHANG) if place.process else (0, 0)
        if not ended:
            return
        place.process = 0
        code = os.waitstatus_to_exitcode(status)
        how = f"(process {ended}) {how_it_ended(code)}"
        if not self._is_dismissed:
            self._miss(place, now_s, how)
        elif code:
            log.warning("%s %d %s while it finished", self.crew.name, place.number, how)

    def _miss(self, place: _Place, now_s: float, how: str) -> None:
        """Say when a place is to be filled again: the sooner, the longer its process lived."""
        place.failures = 0 if now_s - place.began_s >= _SETTLED_S else place.failures + 1
        if place.failures > _TRIES:
            raise GaveUp(
                f"{self.crew.name} {place.number} {how}; it was the {place.failures}th time in a row, "
                f"each within {_SETTLED_S:g} s of its start"
            )
        wait_s = _FIRST_WAIT_S * 2 ** (place.failures - 1) if place.failures else 0.0
        place.due_s = now_s + wait_s
        log.warning("%s %d %s; another one starts in %g s", self.crew.name, place.number, how, wait_s)
