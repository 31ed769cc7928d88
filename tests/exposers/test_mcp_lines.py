"""Over lines, too, the hot lane gives the answers of the SDK's server, whatever is said in which order."""

import asyncio
import copy
import json
import random
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from itertools import product
from typing import Any

import anyio
import pytest
from mcp.types.version import HANDSHAKE_PROTOCOL_VERSIONS

from malformed import ENVELOPE, FACE, HELLO, malformed
from messages import IDS, MESSAGES, METAS, message
from naftiko_runtime.app.opening import Options, opened
from naftiko_runtime.exposers.mcp import serve_lines
from naftiko_runtime.exposers.mcp.lane import Lane
from naftiko_runtime.plan.surfaces import Invoke, McpSurface
from reporting import MODELS, STEPS, STEPS_OF, SURFACE, invoke
from serving import compiled

pytestmark = [pytest.mark.anyio, pytest.mark.hot_lane]

GREETED = {"jsonrpc": "2.0", "method": "notifications/initialized"}
UNUSUAL = message("nothing/atAll", {"a": 1}, modern=False, number="unusual")
PLAN = compiled(FACE)
_TURNS = 60


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do what is done in threads at once, so that it can be told when everything is done."""

    async def run(work: Callable[..., Any], *arguments: Any) -> Any:
        return work(*arguments)

    monkeypatch.setattr(asyncio, "to_thread", run)


class Side:
    """One of two servers of the same file, and what it says."""

    def __init__(self) -> None:
        self._lines: asyncio.Queue[bytes] = asyncio.Queue()
        self._said: list[bytes] = []

    def say(self, line: bytes) -> None:
        self._lines.put_nowait(line)

    async def lines(self) -> AsyncIterator[bytes]:
        while True:
            yield await self._lines.get()

    async def write(self, line: bytes) -> None:
        self._said.append(line)

    def take(self) -> list[str]:
        """Give what was said since the last time, in an order of its own."""
        said, self._said = self._said, []
        return sorted(json.dumps(json.loads(line), sort_keys=True) for line in said)


class Pair:
    """The same file with the hot lane and without it."""

    def __init__(self, hot: Side, cold: Side) -> None:
        self.hot, self.cold = hot, cold

    async def same(self, messages: Iterable[object]) -> list[str]:
        """Say the same to both, one message after the other; give all that was answered."""
        answers, said = [], []
        for each in messages:
            line = each if isinstance(each, bytes) else json.dumps(each).encode()
            said.append(line[:300])
            for side in (self.hot, self.cold):
                side.say(line + b"\n")
            hot, cold = await self._heard()
            assert hot == cold, said
            answers += hot
        return answers

    async def _heard(self) -> tuple[list[str], list[str]]:
        """Wait until nobody has anything to do; nothing here waits for the outside."""
        for _ in range(_TURNS):
            await asyncio.sleep(0)
        hot, cold = self.hot.take(), self.cold.take()
        if hot != cold:
            await anyio.wait_all_tasks_blocked()
            hot, cold = sorted(hot + self.hot.take()), sorted(cold + self.cold.take())
        return hot, cold


@asynccontextmanager
async def pair() -> AsyncIterator[Pair]:
    surface = PLAN.surfaces[0]
    assert isinstance(surface, McpSurface)
    async with opened(PLAN, {}, Options()) as called, pair_of(surface, called.engine.invoke) as both:
        yield both


@asynccontextmanager
async def pair_of(surface: McpSurface, invoke: Invoke) -> AsyncIterator[Pair]:
    hot, cold = Side(), Side()
    serve = partial(serve_lines, surface, invoke, "1")
    tasks = [
        asyncio.create_task(serve(side.lines(), side.write, has_hot_lane=side is hot)) for side in (hot, cold)
    ]
    yield Pair(hot, cold)
    for task in tasks:
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


def set_level(level: str) -> dict[str, Any]:
    return message("logging/setLevel", {"level": level}, modern=False, number="level")


def begun(version: str = "2025-11-25") -> list[Any]:
    hello = {**HELLO, "protocolVersion": version}
    return [message("initialize", hello, modern=False, number="hello"), GREETED]


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """List the methods that the lane answers."""
    methods: list[str] = []
    answer = Lane.answer

    async def noted(self: Lane, request: Any, *more: Any) -> Any:
        methods.append(request.method)
        return await answer(self, request, *more)

    monkeypatch.setattr(Lane, "answer", noted)
    return methods


@pytest.mark.parametrize("version", [*HANDSHAKE_PROTOCOL_VERSIONS, "1999-01-01"])
async def test_older_clients_get_the_same_answers(version: str, taken: list[str]) -> None:
    for method, params in MESSAGES:
        async with pair() as both:
            await both.same([*begun(version), message(method, params, modern=False), UNUSUAL])
    assert len(taken) > len(MESSAGES) * 1.3


async def test_handshakes_are_minded_the_same(taken: list[str]) -> None:
    handshakes = [params for method, params in MESSAGES if method == "initialize"]
    for params in handshakes:
        async with pair() as both:
            hello, later = message("initialize", params, modern=False), message("ping", {}, modern=False)
            await both.same([hello, GREETED, later, UNUSUAL, later])
    assert taken.count("initialize") == 7  # the others are wrong in some way


async def test_newer_clients_get_the_same_answers(taken: list[str]) -> None:
    for method, params in MESSAGES:
        async with pair() as both:
            first = message("server/discover", None, modern=True)
            later = message("tools/list", None, modern=True, number="later")
            await both.same([first, message(method, params, modern=True), later, UNUSUAL, *begun()])
    assert len(taken) > len(MESSAGES) * 1.5


async def test_usual_messages_are_all_taken(taken: list[str]) -> None:
    usual = ("ping", "tools/list", "prompts/list", "resources/list", "resources/templates/list")
    async with pair() as both:
        answers = await both.same(
            [*begun(), *(message(method, {}, modern=False, number=method) for method in usual)]
        )
    assert taken == ["initialize", *usual]
    assert len(answers) == 6


ODD: Sequence[Sequence[Any]] = (
    [message("tools/list", {}, modern=False), *begun()],
    [message("ping", {}, modern=False), *begun()],
    [GREETED, *begun(), GREETED, message("tools/list", {}, modern=False)],
    [begun()[0], message("tools/list", {}, modern=False), GREETED, message("tools/list", {}, modern=False)],
    [begun()[0], message("ping", {}, modern=False), UNUSUAL, GREETED],
    [*begun(), *begun("2024-11-05"), message("tools/list", {}, modern=False)],
    [*begun(), message("tools/list", {}, modern=True), message("server/discover", {}, modern=True)],
    [message("server/discover", {}, modern=True), *begun(), message("server/discover", {}, modern=True)],
    [message("server/discover", {}, modern=False), *begun()],
    [message("tools/list", {}, modern=True), *begun(), message("tools/list", {}, modern=False)],
    [message("initialize", HELLO, modern=True), message("tools/list", {}, modern=True)],
    [{"jsonrpc": "2.0", "id": 5, "result": {}}, *begun()],
    [*begun(), {"jsonrpc": "2.0", "id": 5, "error": {"code": 1, "message": "no"}}, UNUSUAL],
    [b"junk", b"[1]", b"{}", *begun(), b"junk", b'"a"', message("tools/list", {}, modern=False)],
    [*begun(), {"jsonrpc": "2.0", "method": "notifications/cancelled"}, UNUSUAL],
    [set_level("debug"), *begun(), set_level("error"), set_level("debug")],
    [message("logging/setLevel", {"level": "info"}, modern=True), *begun()],
    [{"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": []}}, *begun()],
)


@pytest.mark.parametrize("said", ODD)
async def test_whatever_comes_out_of_order_is_answered_the_same(said: Sequence[Any]) -> None:
    async with pair() as both:
        await both.same([*said, UNUSUAL, message("tools/list", {}, modern=False, number="last")])


@pytest.mark.parametrize("modern", [False, True], ids=["older era", "newer era"])
async def test_ids_and_what_requests_say_of_themselves_are_minded_the_same(modern: bool) -> None:
    for number in IDS:
        async with pair() as both:
            first = [] if modern else begun()
            await both.same([*first, message("tools/list", {}, modern=modern, number=number)])
    for meta in METAS:
        async with pair() as both:
            asked = message("tools/call", {"name": "echo", "arguments": {"text": "a"}}, modern=False)
            asked["params"]["_meta"] = {**meta}
            await both.same([*([] if modern else begun()), asked, UNUSUAL])


@pytest.mark.parametrize("modern", [False, True], ids=["older era", "newer era"])
@pytest.mark.parametrize("part", [0, *(pytest.param(part, marks=pytest.mark.full) for part in range(1, 10))])
async def test_whatever_is_said_is_answered_the_same(part: int, modern: bool) -> None:
    chance = random.Random(part)  # noqa: S311 - the same ones again are what is wanted
    for talk in range(30):
        first = [] if modern or chance.random() < 0.2 else begun(chance.choice(HANDSHAKE_PROTOCOL_VERSIONS))
        numbers = range((part * 30 + talk) * 10, (part * 30 + talk) * 10 + 10)
        async with pair() as both:
            await both.same([*first, *(malformed(number, modern=modern).data for number in numbers)])


@pytest.mark.parametrize("modern", [False, True], ids=["older era", "newer era"])
async def test_what_a_call_tells_while_it_runs_is_the_same(modern: bool, taken: list[str]) -> None:
    levels = (None, "debug", "info", "notice", "error")
    told: list[str] = []
    for name, token, level in product((*STEPS_OF, *MODELS), (None, 7, "a"), levels):
        first = [] if modern else [*begun(), *([set_level(level)] if level else [])]
        wanted = {"progressToken": token, "io.modelcontextprotocol/logLevel": level if modern else None}
        meta = {key: said for key, said in wanted.items() if said is not None}
        call = message("tools/call", {"name": name, "arguments": {}, "_meta": meta}, modern=modern)
        async with pair_of(SURFACE, invoke) as both:
            told += await both.same([*first, call])
    assert taken.count("tools/call") == len((*STEPS_OF, *MODELS)) * 3 * len(levels)
    assert sum('"notifications/progress"' in each for each in told) > 100 * len(levels)
    assert sum('"notifications/message"' in each for each in told) == len(STEPS) * 3 * (2 if modern else 3)


async def test_the_level_that_a_client_set_holds_when_the_sdk_takes_over() -> None:
    call = message("tools/call", {"name": "steps", "arguments": {}}, modern=False)
    async with pair_of(SURFACE, invoke) as both:
        said = [*begun(), set_level("debug"), set_level("error"), UNUSUAL, call, set_level("info"), call]
        told = await both.same(said)
    assert sum('"notifications/message"' in each for each in told) == len(STEPS)


async def test_a_client_of_both_eras_is_held_to_the_one_that_it_began_with() -> None:
    envelope = {"_meta": copy.deepcopy(ENVELOPE)}
    async with pair() as both:
        answers = await both.same(
            [*begun(), {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": envelope}]
        )
    assert "handshake" in answers[-1]
