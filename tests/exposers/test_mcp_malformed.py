"""Messages that are broken in every way: an error or silence, and the next good call works."""

import json
import random
import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, TypeAlias

import anyio
import httpx2
import pytest

from naftiko_runtime.exposers.boundary import ASGIApp
from naftiko_runtime.exposers.guard import Guard
from naftiko_runtime.exposers.mcp import build_app, build_server, serve_lines
from naftiko_runtime.expr.path import Root
from naftiko_runtime.expr.shape import Selected
from naftiko_runtime.plan.contract import Contract, Param
from naftiko_runtime.plan.flow import Answer, Flow
from naftiko_runtime.plan.surfaces import (
    Context,
    McpPrompt,
    McpResource,
    McpSurface,
    McpTool,
    Operation,
    PromptMessage,
    Result,
)
from naftiko_runtime.plan.uris import UriPattern
from naftiko_runtime.values import Json

pytestmark = pytest.mark.anyio

Serve: TypeAlias = Callable[[ASGIApp], AbstractAsyncContextManager[str]]

WAIT_S = 50
HELLO = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}
META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
}
CALLS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("initialize", HELLO),
    ("ping", {}),
    ("server/discover", {}),
    ("tools/list", {"cursor": "1"}),
    ("tools/call", {"name": "echo", "arguments": {"text": "a"}}),
    ("resources/list", {}),
    ("resources/templates/list", {}),
    ("resources/read", {"uri": "test://1"}),
    ("resources/subscribe", {"uri": "test://1"}),
    ("prompts/list", {}),
    ("prompts/get", {"name": "ask", "arguments": {"who": "Ada"}}),
    (
        "completion/complete",
        {"ref": {"type": "ref/prompt", "name": "ask"}, "argument": {"name": "who", "value": ""}},
    ),
    ("logging/setLevel", {"level": "info"}),
    ("notifications/cancelled", {"requestId": 1}),
    ("notifications/initialized", {}),
    ("nothing/known", {}),
)
ODD: tuple[Any, ...] = (
    *(None, True, 0, -1, 1.5, 2**70, "", "x", "\0", "\ud800", "../..", "é" * 99, [], {}, [[]], {"a": {}}),
    *({"": None}, ["x"] * 50, "2024-11-05", "{{text}}", {"name": "echo"}, "1" * 5000),
)
# what only the inside of a program says
INSIDE = re.compile(
    r"Traceback|\.py\b|Error\(|Exception|object at 0x|pydantic|validation error|naftiko_runtime"
)


def invoke(
    operation: Operation, raw: Mapping[str, Json], context: Context
) -> AbstractAsyncContextManager[Result]:
    @asynccontextmanager
    async def run() -> AsyncIterator[Result]:
        yield Answer(200, (), operation.contract.bind(raw))

    return run()


def surface() -> McpSurface:
    flow = Flow((), Selected(Root()))
    echo = Operation("test.echo", "", Contract((Param("text", "string", required=True),)), flow)
    one = Operation("test.one", "", Contract((Param("id", "string"),)), flow)
    ask = McpPrompt("ask", None, "", Contract((Param("who", "string"),)), (PromptMessage("user", "{{who}}"),))
    resource = McpResource("one", None, "", UriPattern("test://{id}"), operation=one)
    return McpSurface(
        "test", "", None, 9090, (McpTool("echo", None, echo, {}),), resources=(resource,), prompts=(ask,)
    )


def good(number: int) -> dict[str, Any]:
    params = {"name": "echo", "arguments": {"text": "a"}}
    return {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params}


def broken(dice: random.Random) -> bytes:
    """Make a message of a known method, and damage it in a few places, or not at all."""
    method, params = dice.choice(CALLS)
    params = {**params, "_meta": META} if dice.random() < 0.4 else dict(params)
    message: Any = {"jsonrpc": "2.0", "id": dice.randrange(1000), "method": method, "params": params}
    for _ in range(dice.choice((0, 1, 1, 2, 3))):
        message = damaged(json.loads(json.dumps(message)), dice)
    text = json.dumps(message).encode()
    if dice.random() < 0.1:
        cut = dice.randrange(len(text))
        text = text[:cut] + bytes(dice.choices(range(11, 256), k=3)) + text[cut + dice.randrange(3) :]
    return text.replace(b"\n", b" ")


def damaged(value: Any, dice: random.Random) -> Any:
    """Change one place of a value, however deep."""
    if not isinstance(value, dict) or not value or dice.random() < 0.1:
        return dice.choice(ODD)
    key = dice.choice(sorted(value))
    match dice.randrange(4):
        case 0:
            del value[key]
        case 1:
            value[key] = dice.choice(ODD)
        case 2:
            value[dice.choice(("id", "method", "params", "result", "error", "extra", ""))] = dice.choice(ODD)
        case _:
            value[key] = damaged(value[key], dice)
    return value


def headers_of(dice: random.Random) -> dict[str, str]:
    found = {"content-type": "application/json", "accept": "application/json, text/event-stream"}
    if dice.random() < 0.4:
        found["mcp-protocol-version"] = dice.choice(("2026-07-28", "2026-07-28", "2025-11-25", "x", "", "9"))
    if dice.random() < 0.4:
        found["mcp-method"] = dice.choice([method for method, _ in CALLS])
    if dice.random() < 0.3:
        found["mcp-name"] = dice.choice(("echo", "ask", "test://1", "=?base64?ZQ==?=", "=?base64?!?="))
    if dice.random() < 0.1:
        found["accept"] = dice.choice(("", "text/html", "*/*", "application/json"))
    return found


def messages_in(text: str) -> Iterator[dict[str, Any]]:
    """Read an answer in either of its forms."""
    lines = text.splitlines()
    data = [line.removeprefix("data:") for line in lines if line.startswith("data:")] or [text]
    yield from (json.loads(piece) for piece in data if piece.strip())


async def post_all(url: str, count: int, seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - for variety, not for secrecy
    async with httpx2.AsyncClient() as client:
        for number in range(count):
            body, headers = broken(dice), headers_of(dice)
            told = f"seed {seed}, number {number}: {body!r} {headers}"
            if b"subscriptions/listen" in body:
                continue
            answer = await client.post(f"{url}/mcp", content=body, headers=headers)
            assert answer.status_code < 500, told
            assert not INSIDE.search(answer.text), f"{told} gave {answer.text}"
            for message in messages_in(answer.text):
                assert message.get("jsonrpc") == "2.0" or "title" in message, f"{told} gave {answer.text}"
        ready = await client.post(f"{url}/mcp", json=good(1))
        assert ready.json()["result"]["structuredContent"] == {"text": "a"}


async def say_all(count: int, seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - for variety, not for secrecy
    say, lines = anyio.create_memory_object_stream[bytes](100)
    answers, heard = anyio.create_memory_object_stream[bytes](100_000)
    server = build_server(surface(), invoke, rest_routes={}, version="1", is_connection=True)

    async def serve() -> None:
        async with lines, answers:
            await serve_lines(server, lines, answers.send)

    async with heard, anyio.create_task_group() as tasks:
        tasks.start_soon(serve)
        async with say:
            hello = {"jsonrpc": "2.0", "id": "hello", "method": "initialize", "params": HELLO}
            await say.send(json.dumps(hello).encode())
            await say.send(b'{"jsonrpc": "2.0", "method": "notifications/initialized"}')
            for _ in range(count):
                await say.send(broken(dice))
            await say.send(json.dumps({**good(0), "id": "last"}).encode())
            while True:
                line = (await heard.receive()).decode()
                assert not INSIDE.search(line), f"seed {seed}: {line}"
                message = json.loads(line)
                assert message["jsonrpc"] == "2.0", line
                if message.get("id") == "last":
                    break
        assert message["result"]["structuredContent"] == {"text": "a"}


@pytest.mark.parametrize("seed", range(2))
async def test_broken_messages_over_http_are_refused_and_the_next_call_works(serve: Serve, seed: int) -> None:
    app = build_app(surface(), invoke, Guard(), limit_bytes=1 << 20, rest_routes={}, version="1")
    with anyio.fail_after(WAIT_S):
        async with serve(app) as url:
            await post_all(url, 250, seed)


@pytest.mark.parametrize("seed", range(2))
async def test_broken_messages_over_lines_are_refused_and_the_next_call_works(seed: int) -> None:
    with anyio.fail_after(WAIT_S):
        await say_all(500, seed)


@pytest.mark.full
@pytest.mark.parametrize("seed", range(2, 7))
async def test_very_many_broken_messages_change_nothing(serve: Serve, seed: int) -> None:
    app = build_app(surface(), invoke, Guard(), limit_bytes=1 << 20, rest_routes={}, version="1")
    with anyio.fail_after(WAIT_S):
        async with serve(app) as url:
            await post_all(url, 1000, seed)
        await say_all(1000, seed)
