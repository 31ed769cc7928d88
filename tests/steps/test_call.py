"""The step that calls a consumed operation."""

from dataclasses import dataclass, field

import pytest

from naftiko_runtime.expr.scope import Argument, Scope
from naftiko_runtime.expr.template import compile_path_template
from naftiko_runtime.plan.call import HttpCall, Outbound
from naftiko_runtime.plan.errors import InvalidArguments, UpstreamTimeout
from naftiko_runtime.plan.flow import Answer
from naftiko_runtime.steps.call import CallStep
from stepping import NobodyIsAsked

pytestmark = pytest.mark.anyio

CALL = HttpCall("api", "api.r.read", "GET", compile_path_template("/r/{id}", Argument))


@dataclass
class Answers(NobodyIsAsked):
    answer: Answer | Exception
    sent: list[tuple[HttpCall, Outbound]] = field(default_factory=list)

    async def fetch(self, call: HttpCall, outbound: Outbound) -> Answer:
        self.sent.append((call, outbound))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


async def test_a_call_sends_one_request_and_gives_its_answer() -> None:
    effects = Answers(Answer(200, (), {"id": 7}))
    assert await CallStep("first", CALL).run(Scope({"id": 7}), effects) == effects.answer
    assert effects.sent == [(CALL, Outbound("GET", "/r/7"))]


async def test_a_value_that_cannot_be_sent_stops_the_call_before_it_is_made() -> None:
    effects = Answers(Answer(200, (), None))
    with pytest.raises(InvalidArguments):
        await CallStep("first", CALL).run(Scope({"id": ".."}), effects)
    assert effects.sent == []


async def test_what_goes_wrong_upstream_goes_on_to_the_caller() -> None:
    effects = Answers(UpstreamTimeout("no answer"))
    with pytest.raises(UpstreamTimeout):
        await CallStep("first", CALL).run(Scope({"id": 7}), effects)
