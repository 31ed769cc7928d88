"""Calls that ask while they run: who can be asked, for how long, and what is done again when they go on."""

import logging
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from asking import YES, Answering, form
from calling import Ships, ships
from naftiko_runtime.expr.path import Root
from naftiko_runtime.expr.scope import StepResult
from naftiko_runtime.expr.shape import Computed, Selected, Shape
from naftiko_runtime.plan.asking import Asker, Question, Suspended
from naftiko_runtime.plan.errors import CannotAsk, Unanswered
from naftiko_runtime.plan.flow import Answer, Flow
from naftiko_runtime.plan.journal import Journal
from naftiko_runtime.plan.surfaces import Context, Operation, PassThrough
from naftiko_runtime.runtime.deadlines import Deadlines
from naftiko_runtime.runtime.engine import Settings
from naftiko_runtime.runtime.running import Running
from naftiko_runtime.steps.ask import AskStep
from naftiko_runtime.steps.call import CallStep
from naftiko_runtime.values import Json
from wire import Upstream, answer

pytestmark = pytest.mark.anyio

SHIP = {"imo": "1"}


@pytest.fixture
async def fleet(upstream: Upstream) -> AsyncIterator[Ships]:
    upstream.respond = answer(b'{"n": 1}')
    async with ships(upstream.url, settings=Settings(timeout_s=0.3)) as opened:
        yield opened


def asking(fleet: Ships, *, is_required: bool = True, result: Shape | None = None) -> Operation:
    """Read a ship, ask, and scrap it."""
    read, scrap = fleet.operations["read"], fleet.operations["scrap"]
    assert isinstance(read.body, PassThrough)
    assert isinstance(scrap.body, PassThrough)
    steps = (
        CallStep("read", read.body.call),
        AskStep("confirm", (form(is_required=is_required),)),
        CallStep("scrap", scrap.body.call),
    )
    return replace(read, body=Flow(steps, result or Selected(Root())))


async def called(fleet: Ships, operation: Operation, asker: Asker, journal: Journal | None = None) -> Json:
    context = Context("test", asker=asker, journal=journal)
    async with fleet.engine.invoke(operation, SHIP, context) as result:
        assert isinstance(result, Answer)
        return result.value


def methods(upstream: Upstream) -> list[str]:
    return [seen.method for seen in upstream.seen]


async def test_the_deadline_does_not_run_while_somebody_thinks(upstream: Upstream, fleet: Ships) -> None:
    client = Answering({"confirm": YES}, thinks_s=0.5)
    assert await called(fleet, asking(fleet), client) == {"n": 1}
    assert methods(upstream) == ["GET", "DELETE"]
    [questions] = client.asked
    assert questions["confirm"].params["message"] == "Sure?"


async def test_nothing_is_called_for_a_client_that_cannot_be_asked(upstream: Upstream, fleet: Ships) -> None:
    with pytest.raises(CannotAsk, match=r"asks whoever calls it \(form\): call it by an MCP client"):
        await called(fleet, asking(fleet), Answering({}, kinds=("sampling",)))
    with pytest.raises(CannotAsk):
        async with fleet.engine.invoke(asking(fleet), SHIP, Context("test")):
            pass
    assert upstream.seen == []


async def test_a_question_that_nobody_can_be_asked_is_told() -> None:
    running = Running({}, {}, Deadlines().within(1))
    with pytest.raises(CannotAsk):
        await running.ask({"confirm": Question("form", {}), "other": Question("url", {}, is_required=False)})


async def test_a_client_that_cannot_be_asked_what_is_not_required_is_not(fleet: Ships) -> None:
    client = Answering({}, kinds=())
    operation = asking(fleet, is_required=False, result=Computed(StepResult("confirm")))
    assert await called(fleet, operation, client) is None
    assert client.asked == []


async def test_whoever_declines_ends_the_call_where_it_is(upstream: Upstream, fleet: Ships) -> None:
    with pytest.raises(Unanswered) as caught:
        await called(fleet, asking(fleet), Answering({"confirm": {"action": "decline"}}))
    assert caught.value.place == "in step 'confirm', after 'read'"
    assert methods(upstream) == ["GET"]


async def test_a_call_that_waits_is_logged_as_such_and_goes_on_where_it_was(
    upstream: Upstream, fleet: Ships, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "naftiko.calls")
    journal = Journal()
    with pytest.raises(Suspended):
        await called(fleet, asking(fleet), Answering(None), journal)
    assert caplog.records[-1].getMessage().startswith("test rest.ship.read: asks confirm in ")
    assert methods(upstream) == ["GET"]
    await called(fleet, asking(fleet), Answering({"confirm": YES}), Journal(journal.records))
    assert methods(upstream) == ["GET", "DELETE"]
