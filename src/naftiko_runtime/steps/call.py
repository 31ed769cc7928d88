"""The step that calls a consumed operation."""

from __future__ import annotations

from dataclasses import dataclass

from ..expr.scope import Scope
from ..plan.call import HttpCall
from ..plan.flow import Answer, Effects


@dataclass(frozen=True, slots=True)
class CallStep:
    """Sends one request and keeps its decoded answer."""

    name: str
    call: HttpCall

    async def run(self, scope: Scope, effects: Effects) -> Answer:
        return await effects.fetch(self.call, self.call.render(scope))
