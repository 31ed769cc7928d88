"""What a call was answered before it had to wait is not asked for again."""

import pytest

from asking import YES, Answering, AskedHarbour, form
from naftiko_runtime.expr.path import Root
from naftiko_runtime.expr.scope import Argument, Scope
from naftiko_runtime.expr.shape import Selected
from naftiko_runtime.expr.template import compile_path_template
from naftiko_runtime.plan.asking import Suspended
from naftiko_runtime.plan.call import HttpCall
from naftiko_runtime.plan.contract import Contract
from naftiko_runtime.plan.errors import StepFailed
from naftiko_runtime.plan.flow import Flow
from naftiko_runtime.plan.journal import Journal, Journaled, Record
from naftiko_runtime.steps.ask import AskStep
from naftiko_runtime.steps.call import CallStep
from naftiko_runtime.steps.flow import FlowStep

pytestmark = pytest.mark.anyio


def call(name: str) -> CallStep:
    return CallStep(name, HttpCall("harbour", f"harbour.{name}", "GET", compile_path_template("/", Argument)))


def asking(*names: str) -> AskStep:
    return AskStep(names[0], tuple(form(name) for name in names), is_several=len(names) > 1)


FLOW = Flow((call("list-crew"), asking("confirm"), call("hire")), Selected(Root()))


async def test_a_call_that_goes_on_does_again_only_what_it_has_not_done() -> None:
    first = AskedHarbour(Answering(None))
    journal = Journal()
    with pytest.raises(Suspended, match="confirm"):
        await FLOW.run(Scope(), Journaled(first, journal))
    assert [record.what for record in journal.records] == ["harbour.list-crew"]

    second, scope = AskedHarbour(Answering({"confirm": YES})), Scope()
    answer = await FLOW.run(scope, Journaled(second, Journal(journal.records)))
    assert ([name for name, _ in first.sent], [name for name, _ in second.sent]) == (["list-crew"], ["hire"])
    assert (answer.value, scope.steps["confirm"]) == ({"hired": True}, YES)
    assert scope.steps["list-crew"] == first.answers["list-crew"]


async def test_a_flow_inside_a_flow_goes_on_in_its_middle() -> None:
    inner = FlowStep("inner", "f", Contract(), FLOW, ())
    outer = Flow((call("get-ship"), inner, call("find")), Selected(Root()))
    journal, client = Journal(), AskedHarbour(Answering(None))
    with pytest.raises(Suspended):
        await outer.run(Scope(), Journaled(client, journal))
    again = AskedHarbour(Answering({"confirm": YES}))
    assert (await outer.run(Scope(), Journaled(again, Journal(journal.records)))).value == {"found": True}
    assert [name for name, _ in (*client.sent, *again.sent)] == ["get-ship", "list-crew", "hire", "find"]


async def test_answers_that_were_given_are_not_asked_for_again() -> None:
    flow = Flow((asking("one", "other"), call("hire"), asking("last")), Selected(Root()))
    journal = Journal()
    given = AskedHarbour(Answering({"one": YES, "other": YES, "last": YES}))
    await flow.run(Scope(), Journaled(given, journal))
    assert [record.what for record in journal.records] == ["? one, other", "harbour.hire", "? last"]


@pytest.mark.parametrize("what", ["harbour.other", "? confirm"])
async def test_what_another_file_did_does_not_fit(what: str) -> None:
    client = AskedHarbour(Answering({"confirm": YES}))
    with pytest.raises(StepFailed, match="call again from the beginning"):
        await FLOW.run(Scope(), Journaled(client, Journal([Record(what, 200, None)])))
    assert client.sent == []
