"""Steps run one after the other, and what they answer together."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import field
from typing import Protocol, TypeAlias

from ..expr.scope import Expr, Scope
from ..expr.shape import Shape
from ..values import Json
from ..values.record import dataclass
from .asking import Query, Question
from .call import Headers, HttpCall, Outbound
from .errors import CallError


@dataclass(slots=True)  # several for every call: writing fields of a frozen one takes twice as long
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

    async def ask(self, questions: Mapping[str, Question]) -> Mapping[str, Json]:
        """Put questions to whoever calls; what is not required may stay without an answer.

        Raises CannotAsk, or Suspended where the call has to be made again with the answers.
        """
        ...


class Step(Protocol):
    """One step; its result is kept under its name."""

    @property
    def name(self) -> str: ...

    @property
    def calls(self) -> tuple[HttpCall, ...]:
        """The requests this step makes."""
        ...

    @property
    def asks(self) -> tuple[Query, ...]:
        """The questions this step puts to whoever calls."""
        ...

    def parts(self) -> Iterator[tuple[str, str, Expr]]:
        """List (place, name, expression) of everything that goes into this step."""
        ...

    async def run(self, scope: Scope, effects: Effects) -> Answer: ...


Watch: TypeAlias = Callable[[int, int, str], Awaitable[None]]
"""Hears how many of how many steps are done, and which one is next; no name when all are."""


async def unwatched(done: int, total: int, name: str) -> None:
    """Hear nothing."""


@dataclass(frozen=True, slots=True)
class Flow:
    """Steps and the shape of the result; without steps it is a mock, which answers what the file states."""

    steps: tuple[Step, ...]
    result: Shape
    asks: tuple[Query, ...] = field(init=False, repr=False, compare=False)
    """All questions that are put to whoever calls."""

    def __post_init__(self) -> None:
        asks = tuple(query for step in self.steps for query in step.asks)
        object.__setattr__(self, "asks", asks)

    @property
    def calls(self) -> tuple[HttpCall, ...]:
        """All requests that are made, in their order."""
        return tuple(call for step in self.steps for call in step.calls)

    async def run(self, scope: Scope, effects: Effects, watch: Watch = unwatched) -> Answer:
        """Run the steps in the order of the file; the first one that fails ends it and says where it was."""
        last, total = Answer(200, (), None), len(self.steps)
        is_watched = watch is not unwatched
        for number, step in enumerate(self.steps):
            if is_watched:
                await watch(number, total, step.name)
            try:
                last = await step.run(scope, effects)
            except CallError as error:
                self.locate(error, scope)
                raise
            scope.steps[step.name] = last.value
        if is_watched:
            await watch(total, total, "")
        return Answer(last.status, last.headers, self.result.project(last.value, scope))

    def locate(self, error: CallError, scope: Scope) -> None:
        """Let an error say in which of several steps it came, and which ones were carried out before."""
        done = len(scope.steps)
        if len(self.steps) > 1 and done < len(self.steps):
            error.within(self.steps[done].name, tuple(step.name for step in self.steps[:done]))

    def api_at(self, scope: Scope) -> str:
        """Tell who is asked by the step that is running."""
        running = self.steps[len(scope.steps) :][:1]
        return next((call.api for step in running for call in step.calls), "the upstream")
