"""MCP over lines: what comes in, what goes out, and that nothing else is on the wire."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import anyio
import pytest

from naftiko_runtime.exposers.mcp import serve_lines
from naftiko_runtime.exposers.mcp.lane import Lane
from naftiko_runtime.exposers.mcp.sdk import stdio
from naftiko_runtime.expr.path import Root
from naftiko_runtime.expr.shape import Selected
from naftiko_runtime.plan.contract import Contract
from naftiko_runtime.plan.flow import Answer, Flow
from naftiko_runtime.plan.surfaces import Context, McpSurface, McpTool, Operation, Result
from naftiko_runtime.values import Json

pytestmark = pytest.mark.anyio

WAIT_S = 5


@pytest.fixture(params=[True, False], ids=["hot lane", "SDK alone"])
def lane(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


ENVELOPE = {
    "_meta": {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    }
}
HELLO = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}


def _tool(name: str) -> McpTool:
    body = Flow((), Selected(Root()))
    return McpTool(name, None, Operation(f"test.{name}", f"Tool {name}.", Contract(), body), {})


SURFACE = McpSurface("test", "", None, None, (_tool("fast"), _tool("slow")))


@dataclass
class FakeEngine:
    """Answers at once, but for the slow tool, which waits until it is let go."""

    began: anyio.Event = field(default_factory=anyio.Event)
    go_on: anyio.Event = field(default_factory=anyio.Event)
    was_cancelled: bool = False

    def invoke(
        self, operation: Operation, raw: Mapping[str, Json], context: Context
    ) -> AbstractAsyncContextManager[Result]:
        return self._run(operation.name)

    @asynccontextmanager
    async def _run(self, name: str) -> AsyncIterator[Result]:
        if name == "test.slow":
            self.began.set()
            try:
                await self.go_on.wait()
            except BaseException:
                self.was_cancelled = True
                raise
        yield Answer(200, (), name)


@dataclass
class Session:
    """The other side of the wire."""

    engine: FakeEngine
    say: Any
    heard: Any
    done: anyio.Event = field(default_factory=anyio.Event)

    async def send(self, *messages: object) -> None:
        for message in messages:
            line = message if isinstance(message, bytes) else json.dumps(message).encode()
            await self.say.send(line + b"\n")

    async def next(self) -> dict[str, Any]:
        with anyio.fail_after(WAIT_S):
            return dict(json.loads(await self.heard.receive()))

    async def close(self) -> None:
        self.say.close()
        with anyio.fail_after(WAIT_S):
            await self.done.wait()

    async def greet(self) -> None:
        await self.send(
            ask(0, "initialize", HELLO), {"jsonrpc": "2.0", "method": "notifications/initialized"}
        )
        assert (await self.next())["result"]["protocolVersion"] == "2025-11-25"


def ask(number: int, method: str, params: object) -> dict[str, object]:
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": params}


def call(number: int, tool: str) -> dict[str, object]:
    return ask(number, "tools/call", {"name": tool})


@asynccontextmanager
async def session(*, lane: bool) -> AsyncIterator[Session]:
    say, lines = anyio.create_memory_object_stream[bytes](100)
    answers, heard = anyio.create_memory_object_stream[bytes](100)
    engine = FakeEngine()
    opened = Session(engine, say, heard)

    async def serve() -> None:
        await serve_lines(SURFACE, engine.invoke, "1", lines, answers.send, has_hot_lane=lane)
        opened.done.set()

    async with anyio.create_task_group() as tasks, say, lines, answers, heard:
        tasks.start_soon(serve)
        yield opened
        await opened.close()


async def test_a_slow_call_does_not_hold_up_another_one(lane: bool) -> None:
    async with session(lane=lane) as wire:
        await wire.greet()
        await wire.send(call(1, "slow"), call(2, "fast"))
        assert (await wire.next())["id"] == 2
        wire.engine.go_on.set()
        assert (await wire.next())["id"] == 1


async def test_a_cancelled_call_ends_what_it_called(lane: bool) -> None:
    async with session(lane=lane) as wire:
        await wire.greet()
        await wire.send(call(1, "slow"))
        with anyio.fail_after(WAIT_S):
            await wire.engine.began.wait()
        cancelled = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}}
        await wire.send(cancelled, call(2, "fast"))
        assert (await wire.next())["id"] == 2
    assert wire.engine.was_cancelled


async def test_a_call_can_be_cancelled_after_something_unusual_was_said(lane: bool) -> None:
    async with session(lane=lane) as wire:
        await wire.greet()
        await wire.send(call(1, "slow"), ask(2, "nothing/atAll", {}))
        assert (await wire.next())["id"] == 2
        cancelled = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}}
        await wire.send(cancelled, call(3, "fast"))
        assert (await wire.next())["id"] == 3
        assert wire.engine.was_cancelled


@pytest.mark.hot_lane
async def test_what_was_asked_before_the_end_of_the_input_is_answered() -> None:
    async with session(lane=True) as wire:  # the SDK gives up everything
        await wire.send(ask(0, "initialize", HELLO), ask(1, "ping", {}))
        await wire.close()
        assert (await wire.next())["id"] == 0


async def test_the_end_of_the_input_ends_what_still_runs(lane: bool) -> None:
    async with session(lane=lane) as wire:
        await wire.greet()
        await wire.send(call(1, "slow"))
        with anyio.fail_after(WAIT_S):
            await wire.engine.began.wait()
        await wire.close()
        assert wire.engine.was_cancelled


async def test_a_client_may_look_around_before_it_chooses_the_older_era(lane: bool) -> None:
    async with session(lane=lane) as wire:
        await wire.send(ask(7, "server/discover", ENVELOPE), ask(8, "server/discover", ENVELOPE))
        found = [await wire.next() for _ in range(2)]
        assert [(answer["id"], answer["result"]["supportedVersions"]) for answer in found] == [
            (7, ["2026-07-28"]),
            (8, ["2026-07-28"]),
        ]
        await wire.greet()


async def test_an_early_look_around_gives_what_a_later_one_gives(lane: bool) -> None:
    async with session(lane=lane) as wire:
        await wire.send(ask(1, "server/discover", ENVELOPE), ask(2, "tools/list", ENVELOPE))
        first, _ = await wire.next(), await wire.next()
        await wire.send(ask(1, "server/discover", ENVELOPE))
        assert first == await wire.next()


async def test_a_question_that_the_older_era_does_not_know_is_refused_as_the_sdk_does(lane: bool) -> None:
    async with session(lane=lane) as wire:
        await wire.send(ask(1, "server/discover", {}))
        assert "error" in await wire.next()


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"junk", -32700),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "ping", "params": {"a": NaN}}', -32700),
        (b"\xff\xfe", -32700),
        (b"[" * 100_000, -32700),
        (b"[1]", -32600),
        (b'{"jsonrpc": "1.0", "id": 1, "method": "ping"}', -32600),
        (b'"text"', -32600),
    ],
)
async def test_a_line_that_is_no_message_is_told_and_the_next_one_is_answered(
    line: bytes, code: int, lane: bool
) -> None:
    async with session(lane=lane) as wire:
        await wire.send(line)
        refused = await wire.next()
        assert (refused["id"], refused["error"]["code"]) == (None, code)
        await wire.send(b"   ", b"")
        await wire.greet()
        await wire.send(line, call(1, "fast"))
        assert [(await wire.next())["id"], (await wire.next())["id"]] == [None, 1]


@pytest.mark.hot_lane
async def test_a_bug_is_answered_and_says_nothing_of_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*arguments: object) -> None:
        raise ZeroDivisionError("inner words")

    monkeypatch.setattr(Lane, "answer", broken)
    async with session(lane=True) as wire:
        await wire.send(ask(7, "initialize", HELLO))
        answer = await wire.next()
        assert (answer["id"], answer["error"]["code"]) == (7, -32603)
        assert "incident" in answer["error"]["message"]
        assert "inner words" not in str(answer)


@pytest.mark.parametrize("method", ["open_session", "serve"])
async def test_what_keeps_the_sdk_from_answering_is_raised(
    method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*arguments: object) -> object:
        raise ZeroDivisionError

    async def breaking(*arguments: object) -> None:
        broken()

    if method == "serve":
        monkeypatch.setattr(stdio.LineSession, "serve", breaking)
    else:
        monkeypatch.setattr(stdio, "open_session", broken)
    with pytest.RaisesGroup(ZeroDivisionError, flatten_subgroups=True):
        async with session(lane=False) as wire:
            await wire.send(ask(7, "initialize", HELLO))
            await wire.done.wait()


async def test_a_client_that_no_longer_reads_ends_the_session(lane: bool) -> None:
    say, lines = anyio.create_memory_object_stream[bytes](100)

    async def write(line: bytes) -> None:
        raise BrokenPipeError

    async with say, lines:
        await say.send(json.dumps(ask(0, "initialize", HELLO)).encode())
        with anyio.fail_after(WAIT_S):
            await serve_lines(SURFACE, FakeEngine().invoke, "1", lines, write, has_hot_lane=lane)
