"""How many requests run at a time, who waits, and who is sent away."""

import asyncio

import pytest

from naftiko_runtime.plan.call import Outbound
from naftiko_runtime.plan.errors import Busy, UpstreamUnreachable
from naftiko_runtime.plan.resilience import Effort
from naftiko_runtime.runtime.policies import Request
from naftiko_runtime.runtime.policies.held import Held
from naftiko_runtime.runtime.policies.limit import Limit
from policing import WAIT_S, Given, Script, ask


async def settled() -> None:
    """Let everything go on that can."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_no_more_run_than_the_limit_and_the_rest_waits_its_turn() -> None:
    upstream = Script((Given(),), gate=asyncio.Event())
    limit = Limit(upstream, "api", 2, 10)
    calls = [asyncio.ensure_future(ask(limit)) for _ in range(6)]
    await settled()
    assert (len(upstream.asked), limit.running, len(limit.waiting)) == (2, 2, 4)
    assert upstream.gate is not None
    upstream.gate.set()
    async with asyncio.timeout(WAIT_S):
        assert await asyncio.gather(*calls) == [(200, b"")] * 6
    assert (len(upstream.asked), limit.running, len(limit.waiting)) == (6, 0, 0)


async def test_whoever_finds_the_queue_full_is_told_when_to_come_back() -> None:
    limit = Limit(Script((Given(),), gate=asyncio.Event()), "api", 1, 1)
    calls = [asyncio.ensure_future(ask(limit)) for _ in range(2)]
    await settled()
    with pytest.raises(Busy) as caught:
        await ask(limit)
    assert caught.value.sentence == "1 requests to api are running and 1 are waiting already"
    assert (caught.value.status, caught.value.headers) == (503, (("retry-after", "1"),))
    for call in calls:
        call.cancel()
    await asyncio.wait(calls)
    assert (limit.running, len(limit.waiting)) == (0, 0)


async def test_a_place_that_was_handed_to_somebody_who_leaves_goes_on_to_the_next() -> None:
    limit = Limit(Script(), "api", 1, 10)
    async with Held() as running, asyncio.timeout(WAIT_S) as deadline:
        await limit.send(Request(Outbound("GET", "/"), Effort(), deadline), running)
        second, third = (asyncio.ensure_future(ask(limit)) for _ in range(2))
        await settled()
        await running.aclose()
        second.cancel()  # it has the place already, but did not run yet
        assert await third == (200, b"")
    assert second.cancelled()
    assert (limit.running, len(limit.waiting)) == (0, 0)


async def test_a_place_is_free_again_after_a_failure() -> None:
    limit = Limit(Script((UpstreamUnreachable("gone"), Given())), "api", 1, 0)
    with pytest.raises(UpstreamUnreachable):
        await ask(limit)
    assert await ask(limit) == (200, b"")


async def test_a_deadline_that_passes_in_the_queue_is_told_as_what_it_is() -> None:
    limit = Limit(Script((Given(),), gate=asyncio.Event()), "api", 1, 1)
    running = asyncio.ensure_future(ask(limit))
    await settled()
    with pytest.raises(Busy) as caught:
        await ask(limit, within_s=0.01)
    assert caught.value.sentence == "1 requests to api are running and none ended in time"
    running.cancel()
    await asyncio.wait([running])
    assert (limit.running, len(limit.waiting)) == (0, 0)
