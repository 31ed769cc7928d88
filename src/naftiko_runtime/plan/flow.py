"""Steps run one after the other, and what they answer together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ..expr.scope import Scope
from ..expr.shape import Shape
from ..values import Json
from .call import Headers, HttpCall, Outbound


@dataclass(frozen=True, slots=True)
class Answer:
    """An upstream's decoded answer."""

    status: int
    headers: Headers
    value: Json


class Effects(Protocol):
    """What steps may do to the outside world."""

    async def fetch(self, call: HttpCall, outbound: Outbound) -> Answer:
        """Send a request and read the whole answer; raises UpstreamError, also for statuses from 400."""
        ...


class Step(Protocol):
    """One step; its result is kept under its name."""

    @property
    def name(self) -> str: ...

    @property
    def call(self) -> HttpCall | None:
        """The request this step makes, if it makes one."""
        ...

    async def run(self, scope: Scope, effects: Effects) -> Answer: ...


@dataclass(frozen=True, slots=True)
class Flow:
    """Steps and the shape of the result; without steps it is a mock, which answers what the file states."""

    steps: tuple[Step, ...]
    result: Shape

    async def run(self, scope: Scope, effects: Effects) -> Answer:
        last = Answer(200, (), None)
        for step in self.steps:
            last = await step.run(scope, effects)
            scope.steps[step.name] = last.value
        return Answer(last.status, last.headers, self.result.project(last.value, scope))
