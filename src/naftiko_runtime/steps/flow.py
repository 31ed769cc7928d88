"""The step that runs a flow of an aggregate."""

from __future__ import annotations

from collections.abc import Iterator

from ..expr.scope import Expr, Scope
from ..plan.asking import Query
from ..plan.call import HttpCall
from ..plan.contract import Contract
from ..plan.errors import BadArgument, InvalidArguments
from ..plan.flow import Answer, Effects, Flow
from ..values import Json, Secret
from ..values.record import dataclass


@dataclass(frozen=True, slots=True)
class FlowStep:
    """Runs a flow in a scope of its own: it sees its inputs, and nothing else of whoever runs it."""

    name: str
    refers_to: str
    contract: Contract
    flow: Flow
    inputs: tuple[tuple[str, Expr], ...]

    @property
    def calls(self) -> tuple[HttpCall, ...]:
        return self.flow.calls

    @property
    def asks(self) -> tuple[Query, ...]:
        return self.flow.asks

    def parts(self) -> Iterator[tuple[str, str, Expr]]:
        yield from (("input", name, value) for name, value in self.inputs)

    async def run(self, scope: Scope, effects: Effects) -> Answer:
        inner = Scope(self.contract.bind(self._given(scope)), scope.binds)
        answer = await self.flow.run(inner, effects)
        scope.answers[self.name] = answer.value
        return answer

    def _given(self, scope: Scope) -> dict[str, Json]:
        given: dict[str, Json] = {}
        for name, expression in self.inputs:
            value = expression.evaluate(scope)
            if isinstance(value, Secret):
                raise InvalidArguments((BadArgument(name, "is a bound value, which flows are not given"),))
            given[name] = value
        return given

    def __str__(self) -> str:
        calls = ", ".join(call.name for call in self.calls) or "nothing"
        asked = ", ".join(query.name for query in self.asks)
        return f"-> flow {self.refers_to}, which calls {calls}{f' and asks {asked}' if asked else ''}"
