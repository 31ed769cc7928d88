"""The step that calls a consumed operation."""

from __future__ import annotations

from collections.abc import Iterator

from ..expr.scope import Expr, Scope
from ..expr.shape import Shape
from ..plan.asking import Query
from ..plan.call import HttpCall
from ..plan.flow import Answer, Effects
from ..values.record import dataclass


@dataclass(frozen=True, slots=True)
class CallStep:
    """Sends one request and keeps its decoded answer, cut to the outputs that the operation declares."""

    name: str
    call: HttpCall
    outputs: Shape | None = None

    @property
    def calls(self) -> tuple[HttpCall, ...]:
        return (self.call,)

    @property
    def asks(self) -> tuple[Query, ...]:
        return ()

    def parts(self) -> Iterator[tuple[str, str, Expr]]:
        return self.call.parts()

    async def run(self, scope: Scope, effects: Effects) -> Answer:
        answer = await effects.fetch(self.call, self.call.render(scope))
        scope.answers[self.name] = answer.value
        if self.outputs is None:
            return answer
        return Answer(answer.status, answer.headers, self.outputs.project(answer.value, scope))

    def __str__(self) -> str:
        return f"-> {self.call.name}: {self.call.method} {self.call.path}"
