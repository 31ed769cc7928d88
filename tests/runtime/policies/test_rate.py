"""How often an API is asked, by our own measure and by its own."""

import asyncio

import pytest

from naftiko_runtime.plan.errors import TooMany
from naftiko_runtime.plan.resilience import Rate
from naftiko_runtime.runtime.policies.rate import RateLimit
from policing import Given, ask, script

NOW = 1_700_000_000.0


async def test_a_burst_goes_through_and_then_the_deadline_decides() -> None:
    limit = RateLimit(script([Given()]), "api", Rate(0.1, 3))
    assert [await ask(limit) for _ in range(3)] == [(200, b"")] * 3
    with pytest.raises(TooMany) as caught:
        await ask(limit)
    assert caught.value.sentence == "api is asked 0.1 times a second at most"
    assert (caught.value.status, caught.value.headers) == (429, (("retry-after", "10"),))


async def test_what_fits_into_the_deadline_waits_its_turn() -> None:
    limit = RateLimit(script([Given()]), "api", Rate(200, 1))
    began = asyncio.get_running_loop().time()
    assert await asyncio.gather(*(ask(limit) for _ in range(5))) == [(200, b"")] * 5
    assert asyncio.get_running_loop().time() - began >= 4 / 200


async def stopped_s(headers: tuple[tuple[str, str], ...], status: int = 200, *, follows: bool = True) -> int:
    """Say for how many seconds an answer stops the next request."""
    rate = Rate(1000, 1000, follows_headers=follows)
    limit = RateLimit(script([Given(status, headers)]), "api", rate, lambda: NOW)
    await ask(limit)
    return round(max(0.0, limit.stopped_until - asyncio.get_running_loop().time()))


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ((("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "30")), 30),
        ((("ratelimit-remaining", "0"), ("ratelimit-reset", "30.4")), 30),
        ((("x-rate-limit-remaining", "0"), ("x-rate-limit-reset", str(int(NOW) + 60))), 60),
        ((("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", str(int(NOW) - 60))), 0),
        ((("ratelimit", '"default";r=0;t=5'),), 5),
        ((("ratelimit", '"default"; r=3; t=5'),), 0),
        ((("x-ratelimit-remaining", "1"), ("x-ratelimit-reset", "30")), 0),
        ((("x-ratelimit-remaining", "0"),), 0),
        ((("x-ratelimit-remaining", "none"), ("x-ratelimit-reset", "soon")), 0),
        ((("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "999999")), 3600),
        ((), 0),
    ],
)
async def test_an_upstream_that_says_nothing_is_left_is_not_asked_until_there_is(
    headers: tuple[tuple[str, str], ...], seconds: int
) -> None:
    assert await stopped_s(headers) == seconds
    assert await stopped_s(headers, follows=False) == 0


async def test_an_upstream_that_says_it_is_too_much_is_not_asked_for_as_long_as_it_says() -> None:
    assert await stopped_s((("retry-after", "9"),), 429) == 9
    assert await stopped_s((("x-ratelimit-reset", "4"),), 429) == 4
    assert await stopped_s((), 429) == 0


async def test_requests_wait_for_the_moment_that_the_upstream_named() -> None:
    limit = RateLimit(script([Given()]), "api", Rate(1000, 1000, follows_headers=True))
    limit.stopped_until = asyncio.get_running_loop().time() + 60
    with pytest.raises(TooMany):
        await ask(limit)


async def test_whoever_leaves_while_waiting_takes_no_token_along() -> None:
    limit = RateLimit(script([Given()]), "api", Rate(0.5, 1))
    await ask(limit)
    waiting = asyncio.ensure_future(ask(limit))
    await asyncio.sleep(0)
    taken = limit.tokens
    waiting.cancel()
    await asyncio.wait([waiting])
    assert limit.tokens == taken + 1
