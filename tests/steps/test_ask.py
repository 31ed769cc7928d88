"""The step that asks: its result, and how plans print it."""

import pytest

from asking import YES, Answering, AskedHarbour, form
from naftiko_runtime.expr.scope import Const, Scope
from naftiko_runtime.plan.asking import Query
from naftiko_runtime.steps.ask import AskStep

pytestmark = pytest.mark.anyio


CLIENT = AskedHarbour(Answering({"one": YES, "files": {"roots": []}}))


async def test_one_question_gives_its_answer() -> None:
    assert (await AskStep("one", (form("one"),)).run(Scope(), CLIENT)).value == YES


async def test_several_questions_give_their_answers_by_name() -> None:
    step = AskStep("both", (form("one"), Query("files", "roots", Const({}))), is_several=True)
    assert (await step.run(Scope(), CLIENT)).value == {"one": YES, "files": {"roots": []}}


def test_it_says_what_it_asks() -> None:
    step = AskStep("both", (form("one"), form("other", is_required=False)), is_several=True)
    assert str(step) == "asks one (form), other (form, not required)"
    assert [(place, name) for place, name, _ in step.parts()] == [("question", "one"), ("question", "other")]
    assert step.calls == ()
