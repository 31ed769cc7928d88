"""What MCP clients hear while a call runs: progress and a log, over HTTP and over lines."""

import json
from base64 import b64decode
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, suppress
from typing import TypeAlias

import anyio
import httpx2
import pytest
from mcp import Client, types

from connecting import server_of
from naftiko_runtime.exposers.boundary import ASGIApp
from naftiko_runtime.exposers.guard import Guard
from naftiko_runtime.exposers.mcp import Front, McpOptions, build_app
from naftiko_runtime.exposers.mcp.needs import STREAMED_BYTES
from reporting import MODELS, STEPS, SURFACE, invoke

pytestmark = pytest.mark.anyio

Serve: TypeAlias = Callable[[ASGIApp], AbstractAsyncContextManager[str]]

Progress: TypeAlias = tuple[float, float | None, str | None]

ERAS = ("legacy", "2026-07-28")
WAIT_S = 5
META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
}


def app(*, has_hot_lane: bool = True) -> Front:
    return build_app(SURFACE, invoke, Guard(), McpOptions(1 << 20, "1", has_hot_lane=has_hot_lane))


async def progress_of(client: Client, name: str) -> list[Progress]:
    heard, _ = await called(client, name)
    return heard


async def called(client: Client, name: str) -> tuple[list[Progress], types.CallToolResult]:
    heard: list[Progress] = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        heard.append((progress, total, message))

    return heard, await client.call_tool(name, {}, progress_callback=hear)


def told_of(heard: list[Progress], name: str) -> list[float]:
    """Check what was said of an answer, and return the bytes."""
    total = MODELS[name].size if MODELS[name].is_told else None
    of = f" of {total}" if total else ""
    assert [each[1:] for each in heard] == [(total, f"{each[0]:.0f}{of} bytes") for each in heard]
    return [done for done, _, _ in heard]


def size_of(result: types.CallToolResult) -> int:
    (block,) = result.content
    match block:
        case types.TextContent():
            return len(block.text)
        case types.ImageContent():
            return len(b64decode(block.data))
        case types.EmbeddedResource(resource=types.BlobResourceContents(blob=blob)):
            return len(b64decode(blob))
        case _:
            raise AssertionError(block)


@pytest.mark.parametrize("era", ERAS)
async def test_each_step_of_a_flow_is_told(serve: Serve, era: str) -> None:
    async with serve(app()) as url, Client(f"{url}/mcp", mode=era) as client:
        assert await progress_of(client, "steps") == STEPS
        assert await progress_of(client, "single") == []


@pytest.mark.parametrize("has_hot_lane", [True, False])
@pytest.mark.parametrize("era", ERAS)
async def test_an_answer_that_a_stream_may_not_hold_is_no_stream_and_whole(
    serve: Serve, era: str, *, has_hot_lane: bool
) -> None:
    async with serve(app(has_hot_lane=has_hot_lane)) as url, Client(f"{url}/mcp", mode=era) as client:
        for name in ("model", "large"):
            heard, result = await called(client, name)
            assert (heard, size_of(result)) == ([], MODELS[name].size)


@pytest.mark.parametrize("era", ERAS)
async def test_the_bytes_of_an_answer_that_a_stream_holds_are_told(serve: Serve, era: str) -> None:
    async with serve(app()) as url, Client(f"{url}/mcp", mode=era) as client:
        for name in ("file", "image"):
            heard, result = await called(client, name)
            assert (told_of(heard, name), size_of(result)) == (
                [80_000 * each for each in range(1, 10)],
                STREAMED_BYTES,
            )
        heard, result = await called(client, "small")
        assert (heard, size_of(result)) == ([], 60_000)


@pytest.mark.parametrize("era", ERAS)
async def test_the_bytes_of_every_answer_are_told_over_lines(era: str) -> None:
    async with Client(server_of(SURFACE, invoke, lasts=True), mode=era) as client:
        heard, result = await called(client, "model")
        assert told_of(heard, "model") == [80_000 * each for each in range(1, 27)]
        assert size_of(result) == 2 << 20
        heard, result = await called(client, "large")
        assert told_of(heard, "large") == [160_000 * each for each in range(1, 20)]  # a twentieth each
        assert size_of(result) == 3 << 20


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
