"""Lets somebody watch an operation while it runs: each step, and what each output takes from its answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from dataclasses import dataclass, replace
from typing import Protocol

from ..expr.scope import Expr, Scope
from ..expr.shape import Shape
from ..plan.asking import Query
from ..plan.call import HttpCall, Inbound
from ..plan.flow import Answer, Effects, Flow, Step
from ..plan.surfaces import Operation
from ..runtime.observing import Sent
from ..steps.call import CallStep
from ..steps.flow import FlowStep
from ..values import Json, Secret


class Watcher(Protocol):
    """Is told what happens, when it happens."""

    def bound(self, binds: Mapping[str, Secret]) -> None:
        """Learn what must not be shown."""
        ...

    def sends(
        self, sent: Sent, sending: AbstractAsyncContextManager[Inbound]
    ) -> AbstractAsyncContextManager[Inbound]:
        """Stand around an attempt to send a request."""
        ...

    def step(self, step: Step) -> AbstractContextManager[None]:
        """Stand around one of several steps."""
        ...

    def selects(self, shape: Shape, value: Json, scope: Scope) -> None:
        """See what outputs are taken from."""
        ...


def watched(operation: Operation, watcher: Watcher) -> Operation:
    """Give an operation that does the same, and tells."""
    body = operation.body
    return replace(operation, body=_flow(body, watcher)) if isinstance(body, Flow) else operation


def _flow(flow: Flow, watcher: Watcher) -> Flow:
    steps = tuple(_step(step, watcher) for step in flow.steps)
    if len(steps) > 1:
        steps = tuple(_WatchedStep(step, watcher) for step in steps)
    return Flow(steps, _WatchedShape(flow.result, watcher))


def _step(step: Step, watcher: Watcher) -> Step:
    """Watch what is inside a step."""
    if isinstance(step, CallStep) and step.outputs is not None:
        return replace(step, outputs=_WatchedShape(step.outputs, watcher))
    return replace(step, flow=_flow(step.flow, watcher)) if isinstance(step, FlowStep) else step


@dataclass(frozen=True, slots=True)
class _WatchedShape:
    shape: Shape
    watcher: Watcher

    def project(self, value: Json, scope: Scope) -> Json:
        self.watcher.selects(self.shape, value, scope)
        return self.shape.project(value, scope)

    def schema(self) -> dict[str, Json]:
        return self.shape.schema()


@dataclass(frozen=True, slots=True)
class _WatchedStep:
    inner: Step
    watcher: Watcher

    @property
    def name(self) -> str:
        return self.inner.name

    @property
    def calls(self) -> tuple[HttpCall, ...]:
        return self.inner.calls

    @property
    def asks(self) -> tuple[Query, ...]:
        return self.inner.asks

    def parts(self) -> Iterator[tuple[str, str, Expr]]:
        return self.inner.parts()

    async def run(self, scope: Scope, effects: Effects) -> Answer:
        with self.watcher.step(self.inner):
            return await self.inner.run(scope, effects)
