"""Who shares an answer, and who gets one of their own."""

import asyncio
from dataclasses import replace

import pytest

from naftiko_runtime.plan.call import Outbound
from naftiko_runtime.plan.errors import AddressRefused
from naftiko_runtime.plan.resilience import Effort
from naftiko_runtime.runtime.policies import Request
from naftiko_runtime.runtime.policies.coalesce import Coalesce
from naftiko_runtime.runtime.policies.held import Held
from naftiko_runtime.values import Secret
from policing import WAIT_S, Given, Script, ask

SHARING = Effort(coalesces=True)
LARGE = (b"x" * (1 << 20), b"yz")
GET = Outbound("GET", "/", headers=(("Accept", "*/*"),))


async def together(sender: Coalesce, *outbounds: Outbound, effort: Effort = SHARING) -> list[object]:
    """Ask at the same time, and open the gate when everybody has."""
    assert isinstance(sender.inner, Script)
    sender.inner.gate = asyncio.Event()
    calls = [asyncio.ensure_future(ask(sender, effort, outbound)) for outbound in outbounds]
    for _ in range(5):
        await asyncio.sleep(0)
    sender.inner.gate.set()
    async with asyncio.timeout(WAIT_S):
        return list(await asyncio.gather(*calls, return_exceptions=True))


async def test_those_who_ask_the_same_at_the_same_time_share_one_request() -> None:
    upstream = Script((Given(200, (("etag", "1"),), (b"a", b"b")), Given(200, (), (b"later",))))
    sender = Coalesce(upstream)
    assert await together(sender, GET, replace(GET), replace(GET)) == [(200, b"ab")] * 3
    assert len(upstream.asked) == 1
    assert await together(sender, GET) == [(200, b"later")]
    assert sender.flights == {}


@pytest.mark.parametrize(
    "other",
    [
        Outbound("GET", "/other", headers=GET.headers),
        Outbound("GET", "/", ("q=1",), GET.headers),
        Outbound("GET", "/", headers=(("Accept", "text/csv"),)),
        Outbound("GET", "/", headers=(("Accept", Secret("*/*")),)),
        Outbound("GET", "/", headers=GET.headers, body=b"x"),
    ],
)
async def test_what_differs_in_anything_is_asked_for_itself(other: Outbound) -> None:
    upstream = Script()
    await together(Coalesce(upstream), GET, other)
    assert len(upstream.asked) == 2


@pytest.mark.parametrize(
    ("outbound", "effort"),
    [(GET, Effort()), (Outbound("PUT", "/"), SHARING), (Outbound("POST", "/"), SHARING)],
)
async def test_nothing_is_shared_but_gets_on_request(outbound: Outbound, effort: Effort) -> None:
    upstream = Script()
    await together(Coalesce(upstream), outbound, outbound, effort=effort)
    assert len(upstream.asked) == 2


async def test_an_answer_too_large_to_share_goes_to_each_by_itself() -> None:
    upstream = Script((Given(200, (), LARGE),))
    assert await together(Coalesce(upstream), GET, GET, GET) == [(200, b"".join(LARGE))] * 3
    assert len(upstream.asked) == 3


async def test_an_answer_that_says_that_it_is_too_large_is_not_read() -> None:
    upstream = Script((Given(206, (("content-length", str(2 << 20)),), LARGE),))
    assert await together(Coalesce(upstream), GET) == [(206, b"".join(LARGE))]


async def test_what_becomes_too_large_keeps_its_status_and_headers() -> None:
    sender = Coalesce(Script((Given(203, (("x", "1"),), LARGE),)))
    async with Held() as held, asyncio.timeout(WAIT_S) as deadline:
        inbound = await sender.send(Request(GET, SHARING, deadline), held)
    assert (inbound.status, inbound.headers) == (203, (("x", "1"),))


async def test_a_failure_is_everybodys() -> None:
    upstream = Script((AddressRefused("gone", detail="inside"),))
    failures = await together(Coalesce(upstream), GET, GET)
    assert [(type(failure), str(failure)) for failure in failures] == [(AddressRefused, "gone")] * 2
    assert failures[0] is not failures[1]
    assert len(upstream.asked) == 1


async def test_when_the_one_who_asked_leaves_another_one_asks() -> None:
    upstream = Script((Given(200, (), (b"a",)),), gate=asyncio.Event())
    sender = Coalesce(upstream)
    first, second, third = (asyncio.ensure_future(ask(sender, SHARING, GET)) for _ in range(3))
    for _ in range(5):
        await asyncio.sleep(0)
    third.cancel()  # whoever only waits takes nobody along
    first.cancel()
    await asyncio.wait([first, third])
    assert upstream.gate is not None
    upstream.gate.set()
    assert await asyncio.wait_for(second, WAIT_S) == (200, b"a")
    assert len(upstream.asked) == 2


async def test_the_rest_of_a_large_answer_comes_as_it_comes() -> None:
    upstream = Script((Given(200, (), (*LARGE, b"end")),))
    assert await together(Coalesce(upstream), GET) == [(200, b"".join((*LARGE, b"end")))]
