"""Clients that answer what a test states, and questions to ask them."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from naftiko_runtime.expr.scope import Const
from naftiko_runtime.plan.asking import KINDS, Asker, Kind, Query, Question, Suspended
from naftiko_runtime.values import Json
from stepping import Harbour

YES: Json = {"action": "accept", "content": {"ok": True}}
FORM: dict[str, Json] = {"type": "object", "properties": {"ok": {"type": "boolean"}}, "required": ["ok"]}


def form(name: str = "confirm", *, is_required: bool = True) -> Query:
    """Ask for a yes or a no."""
    return Query(name, "form", Const({"message": "Sure?", "requestedSchema": FORM}), is_required)


@dataclass
class Answering:
    """Answers at once, or after a while, what the test states; with None the call has to come again."""

    answers: Mapping[str, Json] | None
    kinds: tuple[Kind, ...] = KINDS
    thinks_s: float = 0
    asked: list[dict[str, Question]] = field(default_factory=list)

    def can(self, kind: Kind) -> bool:
        return kind in self.kinds

    async def ask(self, questions: Mapping[str, Question]) -> Mapping[str, Json]:
        self.asked.append({**questions})
        await asyncio.sleep(self.thinks_s)
        if self.answers is None:
            raise Suspended(questions)
        return self.answers


class AskedHarbour(Harbour):
    """The harbour, and a client that is asked."""

    def __init__(self, client: Asker) -> None:
        super().__init__()
        self.client = client

    async def ask(self, questions: Mapping[str, Question]) -> Mapping[str, Json]:
        return await self.client.ask(questions)
