"""Steps run in order; the shape of the result reads the last answer."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from naftiko_runtime.expr.path import Root, compile_path
from naftiko_runtime.expr.scope import Expr, Scope, StepResult, Words
from naftiko_runtime.expr.shape import Computed, Fields, Selected
from naftiko_runtime.plan.call import HttpCall, Outbound
from naftiko_runtime.plan.flow import Answer, Effects, Flow

pytestmark = pytest.mark.anyio


@dataclass(frozen=True)
class Says:
    name: str
    answer: Answer
    calls: tuple[HttpCall, ...] = ()

    def parts(self) -> Iterator[tuple[str, str, Expr]]:
        yield from ()

    async def run(self, scope: Scope, effects: Effects) -> Answer:
        return self.answer


class Nothing:
    async def fetch(self, call: HttpCall, outbound: Outbound) -> Answer:
        raise NotImplementedError


FIRST = Says("first", Answer(200, (), {"id": 7}))
SECOND = Says("second", Answer(202, (("etag", "x"),), {"state": "done"}))


async def test_the_last_answer_is_shaped_and_keeps_its_status_and_headers() -> None:
    shape = Fields(
        (("state", Selected(compile_path("$.state"))), ("of", Computed(StepResult("first", Words(("id",))))))
    )
    answer = await Flow((FIRST, SECOND), shape).run(Scope(), Nothing())
    assert answer == Answer(202, (("etag", "x"),), {"state": "done", "of": 7})


async def test_steps_keep_their_answers_under_their_names() -> None:
    scope = Scope()
    await Flow((FIRST, SECOND), Selected(Root())).run(scope, Nothing())
    assert scope.steps == {"first": {"id": 7}, "second": {"state": "done"}}


async def test_a_flow_without_steps_answers_what_the_file_states() -> None:
    assert await Flow((), Selected(Root())).run(Scope(), Nothing()) == Answer(200, (), None)
