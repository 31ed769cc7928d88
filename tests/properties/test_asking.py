"""Whether a client answers at once or by calling again changes nothing of what is called and found."""

import asyncio
from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from asking import YES, Answering, AskedHarbour, form
from naftiko_runtime.exposers.mcp.asking import Returning
from naftiko_runtime.exposers.mcp.protocol import Fields
from naftiko_runtime.expr.path import Root
from naftiko_runtime.expr.scope import Argument, Scope
from naftiko_runtime.expr.shape import Selected
from naftiko_runtime.expr.template import compile_path_template
from naftiko_runtime.plan.asking import Suspended
from naftiko_runtime.plan.call import HttpCall
from naftiko_runtime.plan.contract import Contract
from naftiko_runtime.plan.flow import Flow, Step
from naftiko_runtime.plan.journal import Journaled
from naftiko_runtime.steps.ask import AskStep
from naftiko_runtime.steps.call import CallStep
from naftiko_runtime.steps.flow import FlowStep
from naftiko_runtime.values import Json

NAMES = ("one", "two", "three")
ALL_YES: Mapping[str, Json] = dict.fromkeys(NAMES, YES)
MOST_ROUNDS = 60

calls = st.sampled_from(["list-crew", "hire", "get-ship"]).map(
    lambda name: CallStep(
        "call", HttpCall("harbour", f"harbour.{name}", "GET", compile_path_template("/", Argument))
    )
)
asks = st.lists(st.sampled_from(NAMES), min_size=1, unique=True).map(
    lambda names: AskStep("ask", tuple(form(name) for name in names), is_several=True)
)


def numbered(steps: list[Step]) -> Flow:
    return Flow(tuple(_named(step, f"s{number}") for number, step in enumerate(steps)), Selected(Root()))


def _named(step: Step, name: str) -> Step:
    match step:
        case CallStep():
            return CallStep(name, step.call)
        case AskStep():
            return AskStep(name, step.queries, step.is_several)
        case FlowStep():
            return FlowStep(name, "f", Contract(), step.flow, ())
        case _:
            raise AssertionError(step)


steps = st.recursive(
    calls | asks,
    lambda inner: st.lists(inner, min_size=1, max_size=3).map(
        lambda some: FlowStep("flow", "f", Contract(), numbered(some), ())
    ),
    max_leaves=8,
)


async def at_once(flow: Flow) -> tuple[list[str], Json]:
    client = AskedHarbour(Answering(ALL_YES))
    answer = await flow.run(Scope(), client)
    return [name for name, _ in client.sent], answer.value


async def by_calling_again(flow: Flow, patience: list[int]) -> tuple[list[str], Json]:
    """Answer as many questions of each round as ``patience`` says, one at least."""
    sent, params = list[str](), Fields()
    for number in range(MOST_ROUNDS):
        asker = Returning.of(params)
        client = AskedHarbour(asker)
        try:
            answer = await flow.run(Scope(), Journaled(client, asker.journal))
        except Suspended as suspended:
            told = asker.waiting(suspended.questions)
            answered = [*suspended.questions][: patience[number % len(patience)]]
            params = {
                "requestState": told["requestState"],
                "inputResponses": dict.fromkeys(answered, YES),
            }
        else:
            return [*sent, *(name for name, _ in client.sent)], answer.value
        sent += [name for name, _ in client.sent]
    raise AssertionError("there is no end of questions")


@given(st.lists(steps, min_size=1, max_size=5), st.lists(st.integers(1, 3), min_size=1, max_size=4))
def test_it_makes_no_difference_how_a_client_answers(some: list[Step], patience: list[int]) -> None:
    flow = numbered(some)
    assert asyncio.run(by_calling_again(flow, patience)) == asyncio.run(at_once(flow))
