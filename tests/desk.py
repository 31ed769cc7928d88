"""A server whose tools ask whoever calls, for tests of clients that are asked while a call runs."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import anyio

from asking import FORM
from naftiko_runtime.expr.path import Root
from naftiko_runtime.expr.scope import Const, Scope
from naftiko_runtime.expr.shape import Selected
from naftiko_runtime.expr.template import PathTemplate
from naftiko_runtime.plan.asking import Asker, Kind, Query, Question, check_askable
from naftiko_runtime.plan.call import HttpCall, Outbound
from naftiko_runtime.plan.contract import Contract
from naftiko_runtime.plan.flow import Answer, Flow, Step
from naftiko_runtime.plan.surfaces import Context, McpResource, McpSurface, McpTool, Operation, Result
from naftiko_runtime.plan.uris import UriPattern
from naftiko_runtime.steps.ask import AskStep
from naftiko_runtime.steps.call import CallStep
from naftiko_runtime.values import Json

CALL = HttpCall(api="shop", name="shop.stock.get", method="GET", path=PathTemplate(("/stock",)))
PARAMS: Mapping[Kind, dict[str, Json]] = {
    "form": {"message": "Sure?", "requestedSchema": FORM},
    "url": {"message": "Pay.", "url": "https://pay.example", "elicitationId": "e1"},
    "sampling": {
        "messages": [{"role": "user", "content": {"type": "text", "text": "A name?"}}],
        "maxTokens": 9,
    },
    "roots": {},
}


def _operation(name: str, *steps: Step) -> Operation:
    return Operation(f"shop.{name}", "", Contract(), Flow(steps, Selected(Root())))


def _tool(name: str, *steps: Step) -> McpTool:
    return McpTool(name, None, _operation(name, *steps), {})


def _asks(kind: Kind, *, is_required: bool = True) -> AskStep:
    return AskStep("asked", (Query(kind, kind, Const(PARAMS[kind]), is_required),))


SURFACE = McpSurface(
    "shop",
    "",
    None,
    9090,
    (
        *(_tool(kind, CallStep("stock", CALL), _asks(kind)) for kind in PARAMS),
        _tool("maybe", CallStep("stock", CALL), _asks("form", is_required=False)),
        _tool("steps", CallStep("first", CALL), CallStep("second", CALL)),
        _tool("long", CallStep("only", CALL)),
    ),
    resources=(McpResource("stock", None, "", UriPattern("shop://stock"), operation=_operation("read")),),
)


@dataclass
class Desk:
    """Runs the flows of the surface; what it is called for it answers at once, and counts."""

    fetched: int = 0
    ended: list[str] = field(default_factory=list)
    changed: anyio.Event = field(default_factory=anyio.Event)
    began: anyio.Event = field(default_factory=anyio.Event)
    may_answer: anyio.Event | None = None

    @asynccontextmanager
    async def invoke(
        self, operation: Operation, raw: Mapping[str, Json], context: Context
    ) -> AsyncIterator[Result]:
        assert isinstance(operation.body, Flow)
        outcome = "failed"
        try:
            check_askable(operation.body.asks, context.asker)
            answer = await operation.body.run(Scope({}), _Effects(self, context.asker), context.watch)
            outcome = "answered"
            yield answer
        except anyio.get_cancelled_exc_class():
            outcome = "cancelled"
            raise
        finally:
            self.ended.append(outcome)
            self.changed.set()


@dataclass(frozen=True)
class _Effects:
    desk: Desk
    asker: Asker

    async def fetch(self, call: HttpCall, outbound: Outbound) -> Answer:
        self.desk.fetched += 1
        self.desk.began.set()
        if self.desk.may_answer is not None:
            await self.desk.may_answer.wait()
        return Answer(200, (), "a" * (2 << 20))

    async def ask(self, questions: Mapping[str, Question]) -> Mapping[str, Json]:
        askable = {name: one for name, one in questions.items() if self.asker.can(one.kind)}
        return await self.asker.ask(askable) if askable else {}


def ask(number: int, method: str, params: object = None) -> dict[str, Any]:
    """Write a request."""
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": params or {}}


def call(number: int, tool: str) -> dict[str, Any]:
    return ask(number, "tools/call", {"name": tool})
