"""What MCP clients hear while a call runs: progress and a log, over HTTP and over lines."""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import TypeAlias

import anyio
import httpx2
import pytest
from mcp import Client, types

from connecting import server_of
from naftiko_runtime.exposers.boundary import ASGIApp
from naftiko_runtime.exposers.guard import Guard
from naftiko_runtime.exposers.mcp import Front, McpOptions, build_app
from naftiko_runtime.expr.path import Root
from naftiko_runtime.expr.shape import Selected
from naftiko_runtime.expr.template import PathTemplate
from naftiko_runtime.plan.call import Headers, HttpCall
from naftiko_runtime.plan.contract import Contract
from naftiko_runtime.plan.flow import Answer, Flow
from naftiko_runtime.plan.surfaces import (
    Context,
    McpResource,
    McpSurface,
    McpTool,
    Operation,
    PassThrough,
    Result,
)
from naftiko_runtime.plan.uris import UriPattern
from naftiko_runtime.steps.call import CallStep
from naftiko_runtime.values import Json

pytestmark = pytest.mark.anyio

Serve: TypeAlias = Callable[[ASGIApp], AbstractAsyncContextManager[str]]

WAIT_S = 5
CALL = HttpCall(api="shop", name="shop.model.get", method="GET", path=PathTemplate(("/model",)))
META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
}
STEPS_OF = {"steps": ("first", "second"), "single": ("only",)}
STEPS = [
    (0, 2, "step 'first', 1 of 2"),
    (1, 2, "step 'second', 2 of 2"),
    (2, 2, "2 of 2 steps are done"),
]


class Model:
    """More text than some clients take from a stream."""

    status = 200
    headers: Headers = (("Content-Type", "text/plain"),)

    async def chunks(self) -> AsyncIterator[bytes]:
        yield b"a" * (2 << 20)


def invoke(
    operation: Operation, raw: Mapping[str, Json], context: Context
) -> AbstractAsyncContextManager[Result]:
    @asynccontextmanager
    async def run() -> AsyncIterator[Result]:
        if operation.name == "shop.steps":
            await context.watch(0, 2, "first")
            await context.watch(1, 2, "second")
            await context.watch(2, 2, "")
            yield Answer(200, (), "done")
        elif operation.name == "shop.single":
            await context.watch(0, 1, "only")
            await context.watch(1, 1, "")
            yield Answer(200, (), "done")
        else:
            yield Model()

    return run()


def tool(name: str) -> McpTool:
    steps = tuple(CallStep(each, CALL) for each in STEPS_OF.get(name, ()))
    body = Flow(steps, Selected(Root())) if steps else PassThrough(CALL)
    return McpTool(name, None, Operation(f"shop.{name}", "", Contract(), body), {})


STATED = Operation("shop.stated", "", Contract(), Flow((), Selected(Root())))
SURFACE = McpSurface(
    "shop",
    "",
    None,
    9090,
    tuple(tool(name) for name in ("steps", "single", "model")),
    resources=(McpResource("it", None, "", UriPattern("shop://it"), operation=STATED),),
)


def app() -> Front:
    return build_app(SURFACE, invoke, Guard(), McpOptions(1 << 20, "1"))


async def progress_of(client: Client, name: str) -> list[tuple[float, float | None, str | None]]:
    heard: list[tuple[float, float | None, str | None]] = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        heard.append((progress, total, message))

    await client.call_tool(name, {}, progress_callback=hear)
    return heard


@pytest.mark.parametrize("era", ["legacy", "2026-07-28"])
async def test_each_step_of_a_flow_is_told(serve: Serve, era: str) -> None:
    async with serve(app()) as url, Client(f"{url}/mcp", mode=era) as client:
        assert await progress_of(client, "steps") == STEPS
        assert await progress_of(client, "single") == []


async def test_an_answer_that_has_nothing_to_tell_is_no_stream_however_long_it_is(serve: Serve) -> None:
    async with serve(app()) as url, Client(f"{url}/mcp", mode="legacy") as client:
        assert await progress_of(client, "model") == []


@pytest.mark.parametrize(("level", "count"), [("info", 3), ("warning", 0), (None, 0)])
async def test_a_log_is_sent_to_those_who_ask_for_it(
    serve: Serve, level: types.LoggingLevel | None, count: int
) -> None:
    heard: list[object] = []

    async def hear(params: types.LoggingMessageNotificationParams) -> None:
        heard.append(params.data)

    async with serve(app()) as url:
        client = Client(f"{url}/mcp", mode="2026-07-28", logging_callback=hear, log_level=level)
        async with client:
            await client.call_tool("steps", {})
    assert heard == [f"steps: {message}" for _, _, message in STEPS][:count]


async def test_a_client_of_an_older_revision_without_a_connection_gets_no_log(serve: Serve) -> None:
    heard: list[object] = []

    async def hear(params: types.LoggingMessageNotificationParams) -> None:
        heard.append(params.data)

    async with serve(app()) as url:
        client = Client(f"{url}/mcp", mode="legacy", logging_callback=hear)
        async with client:
            assert client.server_capabilities.logging is None
            assert await progress_of(client, "steps") == STEPS
    assert heard == []


async def test_a_client_of_an_older_revision_sets_the_level_of_its_connection() -> None:
    heard: list[object] = []

    async def hear(params: types.LoggingMessageNotificationParams) -> None:
        heard.append(params.data)

    server = server_of(SURFACE, invoke, lasts=True)
    async with Client(server, mode="legacy", logging_callback=hear) as client:
        assert client.server_capabilities.logging is not None
        await client.call_tool("steps", {})
        assert len(heard) == 3
        level = types.SetLevelRequest(params=types.SetLevelRequestParams(level="warning"))
        await client.session.send_request(level, types.EmptyResult)
        await client.call_tool("steps", {})
    assert len(heard) == 3


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [("application/json", "application/json"), ("application/json, text/event-stream", "text/event-stream")],
)
async def test_a_client_that_reads_no_streams_gets_the_answer_alone(
    serve: Serve, accept: str, media_type: str
) -> None:
    params = {"name": "steps", "_meta": {**META, "progressToken": 1}}
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    headers = {
        "Accept": accept,
        "MCP-Protocol-Version": "2026-07-28",
        "Mcp-Method": "tools/call",
        "Mcp-Name": "steps",
    }
    async with serve(app()) as url, httpx2.AsyncClient() as client:
        answer = await client.post(f"{url}/mcp", json=message, headers=headers)
    assert answer.headers["content-type"].partition(";")[0] == media_type
    assert '"text":"done"' in answer.text


async def test_a_stream_without_an_end_ends_when_the_server_stops(serve: Serve) -> None:
    front = app()
    params = {"notifications": {"resourcesListChanged": True}, "_meta": META}
    message = {"jsonrpc": "2.0", "id": 1, "method": "subscriptions/listen", "params": params}
    headers = {
        "Accept": "application/json, text/event-stream",
        "MCP-Protocol-Version": "2026-07-28",
        "Mcp-Method": "subscriptions/listen",
    }
    with anyio.fail_after(WAIT_S):
        async with (
            serve(front) as url,
            httpx2.AsyncClient() as client,
            client.stream("POST", f"{url}/mcp", json=message, headers=headers) as stream,
        ):
            lines = stream.aiter_lines()
            line = await anext(lines)
            while not line.startswith("data:"):
                line = await anext(lines)
            told = json.loads(line.removeprefix("data:"))
            assert told["method"] == "notifications/subscriptions/acknowledged"
            front.stop()
            with suppress(httpx2.HTTPError):
                assert [line async for line in lines if line.startswith("data:")] == []
