"""The step that asks the person or the model behind the client."""

from __future__ import annotations

from collections.abc import Iterator

from ..expr.scope import Expr, Scope
from ..plan.asking import Query, settle
from ..plan.call import HttpCall
from ..plan.flow import Answer, Effects
from ..values.record import dataclass


@dataclass(frozen=True, slots=True)
class AskStep:
    """Puts questions, all at once; its result is the answer, or of ``is_several`` the answers by name."""

    name: str
    queries: tuple[Query, ...]
    is_several: bool = False

    @property
    def calls(self) -> tuple[HttpCall, ...]:
        return ()

    @property
    def asks(self) -> tuple[Query, ...]:
        return self.queries

    def parts(self) -> Iterator[tuple[str, str, Expr]]:
        yield from (("question", query.name, query.params) for query in self.queries)

    async def run(self, scope: Scope, effects: Effects) -> Answer:
        questions = {query.name: query.question(scope) for query in self.queries}
        found = settle(questions, await effects.ask(questions))
        return Answer(200, (), found if self.is_several else found[self.queries[0].name])

    def __str__(self) -> str:
        asked = (
            f"{query.name} ({query.kind}{'' if query.is_required else ', not required'})"
            for query in self.queries
        )
        return f"asks {', '.join(asked)}"
