"""Deadlines pass when they should, and end what ``asyncio.timeout`` would end."""

import asyncio

import pytest

from naftiko_runtime.runtime.deadlines import Deadlines

WAIT_S = 5


async def test_what_takes_too_long_is_ended() -> None:
    deadlines, loop = Deadlines(), asyncio.get_running_loop()
    began = loop.time()
    with pytest.raises(TimeoutError), deadlines.within(0.1):
        await asyncio.sleep(WAIT_S)
    assert 0.1 <= loop.time() - began < WAIT_S


async def test_what_is_over_in_time_is_left_alone() -> None:
    deadlines = Deadlines()
    with deadlines.within(0.05) as deadline:
        ends = deadline.when()
    await asyncio.sleep(0.1)
    assert ends is not None
    with pytest.raises(ZeroDivisionError), deadlines.within(0.05):
        raise ZeroDivisionError


async def test_what_runs_in_no_task_cannot_be_ended() -> None:
    deadlines, loop = Deadlines(), asyncio.get_running_loop()
    began = asyncio.Event()

    def begin() -> None:
        deadlines.within(0.01).__enter__()
        began.set()

    loop.call_soon(begin)
    await began.wait()
    await asyncio.sleep(0.05)


@pytest.mark.parametrize("order", [(0.1, 0.3, 0.2), (0.3, 0.2, 0.1), (0.2, 0.1, 0.3)])
async def test_each_call_has_its_own_time(order: tuple[float, ...]) -> None:
    deadlines, loop, passed = Deadlines(), asyncio.get_running_loop(), list[float]()

    async def call(seconds: float) -> None:
        began = loop.time()
        with pytest.raises(TimeoutError), deadlines.within(seconds):
            await asyncio.sleep(WAIT_S)
        assert seconds <= loop.time() - began < WAIT_S
        passed.append(seconds)

    with deadlines.within(WAIT_S):
        await asyncio.gather(*map(call, order))
    assert passed == sorted(order)


async def test_a_deadline_may_move_both_ways() -> None:
    deadlines, loop = Deadlines(), asyncio.get_running_loop()
    with deadlines.within(0.05) as later:
        later.reschedule(loop.time() + WAIT_S)
        await asyncio.sleep(0.1)

    async def sooner() -> None:
        with deadlines.within(WAIT_S) as deadline:
            deadline.reschedule(loop.time() + 0.05)
            await asyncio.sleep(WAIT_S)

    with pytest.raises(TimeoutError):
        await sooner()


async def test_a_deadline_does_not_pass_while_it_waits_for_somebody() -> None:
    deadlines, loop = Deadlines(), asyncio.get_running_loop()

    async def call() -> None:
        with deadlines.within(0.05) as waiting:
            waiting.reschedule(None)
            await asyncio.sleep(0.1)
            assert waiting.when() is None
            waiting.reschedule(loop.time())
            await asyncio.sleep(WAIT_S)

    with pytest.raises(TimeoutError):
        await call()


async def test_one_that_is_over_may_be_moved_and_ends_nothing() -> None:
    deadlines, loop = Deadlines(), asyncio.get_running_loop()
    with deadlines.within(WAIT_S) as over:
        pass
    over.reschedule(loop.time())
    await asyncio.sleep(0.05)


async def test_whoever_cancels_the_call_at_the_same_time_is_obeyed() -> None:
    deadlines = Deadlines()

    async def call() -> None:
        with deadlines.within(0.05):
            try:
                await asyncio.sleep(WAIT_S)
            except asyncio.CancelledError:
                task = asyncio.current_task()
                assert task is not None
                task.cancel()  # as a server does that stops
                raise

    calling = asyncio.ensure_future(call())
    with pytest.raises(asyncio.CancelledError):
        await calling


async def test_a_failure_after_the_end_is_told_as_it_is() -> None:
    async def call() -> None:
        with Deadlines().within(0.05):
            try:
                await asyncio.sleep(WAIT_S)
            except asyncio.CancelledError:
                raise ZeroDivisionError from None

    with pytest.raises(ZeroDivisionError):
        await call()
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


async def test_one_deadline_inside_of_another_leaves_the_outer_one_alone() -> None:
    deadlines = Deadlines()
    with deadlines.within(WAIT_S):
        with pytest.raises(TimeoutError), deadlines.within(0.05):
            await asyncio.sleep(WAIT_S)
        await asyncio.sleep(0)
