"""When an API is left alone, and how it is found to be back."""

import asyncio

import pytest

from naftiko_runtime.plan.errors import Busy, CallError, UpstreamDown, UpstreamError, UpstreamUnreachable
from naftiko_runtime.runtime.policies.breaker import Breaker
from policing import Given, Script, ask, script

GONE = UpstreamUnreachable("gone")


async def asked(breaker: Breaker) -> str:
    """Say what one request came to."""
    try:
        return str((await ask(breaker))[0])
    except CallError as error:
        return error.title


@pytest.mark.parametrize("failure", [Given(502), Given(503), Given(504), GONE])
async def test_after_so_many_failures_in_a_row_nothing_is_sent(failure: Given | UpstreamError) -> None:
    upstream = script([failure])
    breaker = Breaker(upstream, "api", 3, 7.5)
    assert len({await asked(breaker) for _ in range(3)}) == 1
    with pytest.raises(UpstreamDown) as caught:
        await ask(breaker)
    assert caught.value.sentence == "api failed 3 times in a row and is not asked for 8 s"
    assert (caught.value.status, caught.value.headers) == (503, (("retry-after", "8"),))
    assert len(upstream.asked) == 3


async def test_an_answer_between_failures_starts_the_count_anew() -> None:
    outcomes: list[Given | CallError] = [GONE, GONE, Given(404), GONE, GONE, Given(500), Given(200)]
    breaker = Breaker(script(outcomes), "api", 3, 60)
    assert [await asked(breaker) for _ in outcomes][-1] == "200"


async def test_one_request_finds_out_and_closes_the_circuit() -> None:
    breaker = Breaker(script([GONE, GONE, Given(200)]), "api", 2, 0)
    assert [await asked(breaker) for _ in range(4)] == [GONE.title, GONE.title, "200", "200"]
    assert breaker.in_a_row == 0


async def test_a_trial_that_fails_opens_it_again() -> None:
    breaker = Breaker(script([GONE]), "api", 2, 0)
    assert [await asked(breaker) for _ in range(3)] == [GONE.title] * 3
    breaker.open_s = 60
    assert [await asked(breaker) for _ in range(2)] == [GONE.title, "upstream down"]


async def test_while_one_tries_the_others_are_sent_away() -> None:
    upstream = Script((GONE, Given(200)))
    breaker = Breaker(upstream, "api", 1, 0)
    await asked(breaker)
    upstream.gate = asyncio.Event()
    trial = asyncio.ensure_future(asked(breaker))
    await asyncio.sleep(0)
    assert await asked(breaker) == "upstream down"
    upstream.gate.set()
    assert await trial == "200"
    assert await asked(breaker) == "200"


async def test_a_trial_that_nobody_waits_for_any_more_leaves_room_for_the_next() -> None:
    upstream = Script((GONE, Given(200)))
    breaker = Breaker(upstream, "api", 1, 0)
    await asked(breaker)
    upstream.gate = asyncio.Event()
    trial = asyncio.ensure_future(asked(breaker))
    await asyncio.sleep(0)
    trial.cancel()
    await asyncio.wait([trial])
    upstream.gate.set()
    assert await asked(breaker) == "200"


async def test_what_is_not_the_upstreams_fault_does_not_count() -> None:
    breaker = Breaker(script([Busy("full"), GONE, Busy("full"), Given(200)]), "api", 2, 60)
    assert [await asked(breaker) for _ in range(4)] == ["busy", GONE.title, "busy", "200"]


async def test_a_deadline_that_passes_counts_and_a_caller_who_leaves_does_not() -> None:
    breaker = Breaker(Script(gate=asyncio.Event()), "api", 10, 60)
    with pytest.raises(TimeoutError):
        await ask(breaker, within_s=0.01)
    assert breaker.in_a_row == 1
    leaving = asyncio.ensure_future(ask(breaker))
    await asyncio.sleep(0)
    leaving.cancel()
    await asyncio.wait([leaving])
    assert breaker.in_a_row == 1
