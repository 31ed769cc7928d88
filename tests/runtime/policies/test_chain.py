"""The wrappers of an API together."""

import asyncio
from dataclasses import replace

from calling import ships, ships_plan
from naftiko_runtime.plan.errors import CallError
from naftiko_runtime.plan.resilience import Effort, Limits, Rate
from policing import ask
from wire import Upstream, answer

AT_ONCE = Effort(backoff="none")


async def outcomes(upstream: Upstream, limits: Limits, *, times: int) -> list[str]:
    plan = ships_plan()
    api = replace(plan.apis["ships"], limits=limits)
    found = []
    async with ships(upstream.url, plan=replace(plan, apis={"ships": api})) as fleet:
        for _ in range(times):
            try:
                found.append(str((await ask(fleet.engine.senders["ships"], AT_ONCE))[0]))
            except CallError as error:
                found.append(error.title)
    return found


async def test_a_failure_counts_after_all_its_retries(upstream: Upstream) -> None:
    upstream.respond = answer(b"", "503 Service Unavailable")
    assert await outcomes(upstream, Limits(failures=2), times=3) == ["503", "503", "upstream down"]
    assert len(upstream.seen) == 6


async def test_no_circuit_opens_where_the_file_wants_none(upstream: Upstream) -> None:
    upstream.respond = answer(b"", "503 Service Unavailable")
    assert await outcomes(upstream, Limits(failures=0), times=12) == ["503"] * 12


async def test_every_attempt_takes_a_token(upstream: Upstream) -> None:
    upstream.respond = answer(b"", "503 Service Unavailable")
    assert await outcomes(upstream, Limits(rate=Rate(0.01, 4)), times=2) == ["503", "too many requests"]
    assert len(upstream.seen) == 4


async def test_one_place_is_enough_for_every_attempt(upstream: Upstream) -> None:
    upstream.respond = answer(b"", "503 Service Unavailable")
    async with asyncio.timeout(5):
        assert await outcomes(upstream, Limits(concurrency=1, queue=0), times=2) == ["503", "503"]
