"""What is held is given back, the last first, whatever happens."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from naftiko_runtime.runtime.policies.held import Held


@asynccontextmanager
async def noted(name: str, notes: list[str], *, failing: bool = False) -> AsyncIterator[str]:
    notes.append(f"enter {name}")
    yield name
    notes.append(f"leave {name}")
    if failing:
        raise OSError(name)


async def test_the_last_thing_is_given_back_first() -> None:
    notes: list[str] = []
    async with Held() as held:
        held.callback(lambda: notes.append("place"))
        assert await held.enter(noted("connection", notes)) == "connection"
    assert notes == ["enter connection", "leave connection", "place"]


async def test_what_is_given_back_without_waiting_can_be_left() -> None:
    notes: list[str] = []
    async with Held() as held:
        held.callback(lambda: notes.append("place"))
        await held.leave()
    assert notes == ["place"]


async def test_what_was_left_is_not_given_back_again() -> None:
    notes: list[str] = []
    async with Held() as held:
        held.callback(lambda: notes.append("place"))
        await held.enter(noted("first", notes))
        await held.leave()
        await held.enter(noted("second", notes))
        await held.aclose()
        await held.aclose()
    assert notes == ["enter first", "leave first", "enter second", "leave second", "place"]


async def test_what_cannot_be_entered_is_not_held() -> None:
    @asynccontextmanager
    async def broken() -> AsyncIterator[None]:
        raise OSError("broken")
        yield

    async with Held() as held:
        with pytest.raises(OSError, match="broken"):
            await held.enter(broken())


async def test_all_is_given_back_although_one_fails() -> None:
    notes: list[str] = []
    held = Held()
    held.callback(lambda: notes.append("place"))
    await held.enter(noted("first", notes, failing=True))
    await held.enter(noted("second", notes, failing=True))
    with pytest.raises(OSError, match="first"):
        await held.aclose()
    assert notes[2:] == ["leave second", "leave first", "place"]
