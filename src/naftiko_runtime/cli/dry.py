"""Watches a call that is not made: the first request is shown, and nothing is sent."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager

from ..expr.scope import Scope
from ..expr.shape import Shape
from ..plan.call import Headers, Inbound
from ..plan.flow import Flow, Step
from ..plan.surfaces import Operation, Result
from ..runtime.observing import Sent
from ..values import Json
from ..values.record import dataclass
from .story import Story


class NotSent(Exception):
    """The request was shown instead."""


@dataclass(frozen=True, slots=True)
class _Token:
    """What an authorization server might answer."""

    status: int = 200
    headers: Headers = (("content-type", "application/json"),)

    async def chunks(self) -> AsyncIterator[bytes]:
        yield b'{"access_token": "not-asked-for", "token_type": "Bearer"}'


@dataclass(slots=True)
class Rehearsal(Story):
    """Writes the request to standard output, from where it can be run; raises NotSent."""

    @asynccontextmanager
    async def sends(
        self, sent: Sent, sending: AbstractAsyncContextManager[Inbound]
    ) -> AsyncIterator[Inbound]:
        if not sent.is_for_credential:
            print(self.command(sent), flush=True)
            raise NotSent
        self.say(f"a token would be got first:\n{self.command(sent)}")
        yield _Token()

    @contextmanager
    def step(self, step: Step) -> Iterator[None]:
        """Tell nothing, as nothing takes time."""
        yield

    def selects(self, shape: Shape, value: Json, scope: Scope) -> None:
        """Tell nothing of what no answer gave."""


async def ignore(result: Result) -> None:
    """Take nothing: where no request stopped the call, the file states its answer."""
    print("nothing would be sent: the file states the answer", file=sys.stderr)


def unsent(operation: Operation) -> str:
    """Say that nothing was sent, and what nobody can know yet."""
    steps = operation.body.steps if isinstance(operation.body, Flow) else ()
    numbers = [number for number, step in enumerate(steps) if step.calls]
    left = [repr(step.name) for step in steps[numbers[0] + 1 :]] if numbers else []
    what = f"; what {', '.join(left)} would do depends on what it gives" if left else ""
    return f"nothing was sent{what}"
