"""Trouble that can be ordered in advance, per operation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from .wire import Answer, raw_headers, text_answer

_BODILESS: Final = frozenset({204, 304})


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong with an operation; without ``status`` its own answer is only late or cut."""

    operation: str
    times: int = 1
    status: int | None = None
    delay_s: float = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    media_type: str = "application/json"
    cut_after: int | None = None

    def spoil(self, answer: Answer) -> Answer:
        """Add what is only late or cut to an answer."""
        cut_after = answer.cut_after if self.cut_after is None else self.cut_after
        return replace(answer, delay_s=self.delay_s, cut_after=cut_after)

    def answer(self, status: int) -> Answer:
        if status in _BODILESS:
            return self.spoil(Answer(status, raw_headers(self.headers)))
        return self.spoil(text_answer(status, self.body, self.media_type, self.headers))


@dataclass(slots=True)
class Faults:
    """A queue: the first fault of an operation is used up before the next one starts."""

    waiting: list[Fault] = field(default_factory=list)

    def take(self, operation: str) -> Fault | None:
        for place, fault in enumerate(self.waiting):
            if fault.operation == operation:
                self._use(place, fault)
                return fault
        return None

    def _use(self, place: int, fault: Fault) -> None:
        if fault.times > 1:
            self.waiting[place] = replace(fault, times=fault.times - 1)
        else:
            del self.waiting[place]
