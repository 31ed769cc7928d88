"""Steps run in order; the shape of the result reads the last answer."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from naftiko_runtime.expr.path import Root, compile_path
from naftiko_runtime.expr.scope import Argument, Expr, Scope, StepResult, Words
from naftiko_runtime.expr.shape import Computed, Fields, Selected
from naftiko_runtime.expr.template import compile_path_template
from naftiko_runtime.plan.asking import Query
from naftiko_runtime.plan.call import HttpCall, Outbound
from naftiko_runtime.plan.errors import CallError
from naftiko_runtime.plan.flow import Answer, Effects, Flow
from naftiko_runtime.values import Json
from stepping import NobodyIsAsked

pytestmark = pytest.mark.anyio


@dataclass(frozen=True)
class Says:
    name: str
    answer: Answer
    calls: tuple[HttpCall, ...] = ()
    asks: tuple[Query, ...] = ()

    def parts(self) -> Iterator[tuple[str, str, Expr]]:
        yield from ()

    async def run(self, scope: Scope, effects: Effects) -> Answer:
        return self.answer


class Nothing(NobodyIsAsked):
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


def test_an_error_in_one_of_several_steps_says_where_it_came() -> None:
    flow, error = Flow((FIRST, SECOND), Selected(Root())), CallError("late")
    flow.locate(error, Scope(steps={"first": 1}))
    assert error.place == "in step 'second', after 'first'"


@pytest.mark.parametrize(("flow", "done"), [((FIRST,), {}), ((FIRST, SECOND), {"first": 1, "second": 2})])
def test_an_error_of_the_only_step_or_behind_all_of_them_says_nothing(
    flow: tuple[Says, ...], done: dict[str, Json]
) -> None:
    error = CallError("late")
    Flow(flow, Selected(Root())).locate(error, Scope(steps=done))
    assert error.place == ""


def test_the_api_of_a_step_is_that_of_its_call() -> None:
    asking = Says(
        "second",
        FIRST.answer,
        (HttpCall("ships", "ships.read", "GET", compile_path_template("/", Argument)),),
    )
    flow = Flow((FIRST, asking), Selected(Root()))
    assert flow.api_at(Scope(steps={"first": 1})) == "ships"
    assert flow.api_at(Scope()) == "the upstream"


async def test_whoever_watches_hears_of_each_step_before_it_begins_and_of_the_end() -> None:
    heard: list[tuple[int, int, str]] = []

    async def watch(done: int, total: int, name: str) -> None:
        heard.append((done, total, name))

    await Flow((FIRST, SECOND), Selected(Root())).run(Scope(), Nothing(), watch)
    assert heard == [(0, 2, "first"), (1, 2, "second"), (2, 2, "")]
