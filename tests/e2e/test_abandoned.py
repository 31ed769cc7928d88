"""Clients that begin a session or a stream and go away, and pages that are not to come in at all."""

import asyncio
import gc
import json
import logging
from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import urlsplit

import httpx2
import pytest
from mcp.types import TextContent

from malformed import ENVELOPE, FACE, HELLO, MODERN
from serving import Served, compiled, mcp_client, served

MANY, AT_ONCE, WAIT_S, IDLE_S = 1_000, 100, 20, 3
OLD = {"MCP-Protocol-Version": "2025-11-25"}
LISTEN = {"MCP-Protocol-Version": MODERN, "Mcp-Method": "subscriptions/listen"}
INITIALIZE = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": HELLO}
SUBSCRIBE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "subscriptions/listen",
    "params": {"_meta": ENVELOPE, "notifications": {"resourceSubscriptions": ["test://text"]}},
}
CALL = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "tools/call",
    "params": {"name": "echo", "arguments": {"text": "let in"}},
}
ASKING = FACE.replace(
    "    resources:\n",
    """\
    - name: confirm
      description: Asks whether it may.
      steps:
      - type: ask
        name: sure
        elicit: {message: Sure?, requestedSchema: {type: object, properties: {ok: {type: boolean}}}}
      outputParameters: [{type: string, value: "{{sure.action}}"}]
    resources:
""",
    1,
)
INITIALIZE_ASKED = {**INITIALIZE, "params": {**HELLO, "capabilities": {"elicitation": {}}}}
ASK = {"jsonrpc": "2.0", "method": "tools/call", "params": {"name": "confirm", "arguments": {}}}


def request(url: str, message: object, headers: Mapping[str, str], *, cut: int = 0) -> bytes:
    """Write a request; ``cut`` leaves bytes of its end out."""
    body = json.dumps(message).encode()
    named = {
        "Host": urlsplit(url).netloc,
        "Accept": "application/json, text/event-stream",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        **headers,
    }
    lines = [f"{name}: {value}\r\n" for name, value in named.items()]
    return "".join(["POST /mcp HTTP/1.1\r\n", *lines, "\r\n"]).encode() + body[: len(body) - cut]


async def begin_and_leave(url: str, sent: bytes, until: bytes) -> bytes:
    """Send something, hear what comes until a word, and hang up without another one."""
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    writer.write(sent)
    await writer.drain()
    heard = b""
    while until not in heard and (more := await reader.read(4096)):
        heard += more
    writer.transport.abort()
    with suppress(ConnectionError):
        await writer.wait_closed()
    return heard


async def begin_session(url: str) -> dict[str, str]:
    """Begin a session and return the headers of its requests."""
    async with httpx2.AsyncClient() as client:
        headers = {"Accept": "application/json, text/event-stream"}
        answer = await client.post(f"{url}/mcp", json=INITIALIZE_ASKED, headers=headers)
    return {**OLD, "Mcp-Session-Id": answer.headers["mcp-session-id"]}


async def all_leave(url: str, sent: bytes, until: bytes) -> list[bytes]:
    heard: list[bytes] = []
    for _ in range(MANY // AT_ONCE):
        heard += await asyncio.gather(*(begin_and_leave(url, sent, until) for _ in range(AT_ONCE)))
    return heard


async def idle_tasks() -> int:
    """Count the tasks once nothing changes any more."""
    async with asyncio.timeout(WAIT_S):
        before = -1
        while (now := len(asyncio.all_tasks())) != before:
            before = now
            await asyncio.sleep(0.3)
    return now


def objects() -> int:
    gc.collect()
    return len(gc.get_objects())


async def calls(running: Served) -> None:
    async with mcp_client(running.mcp) as client:
        assert (await client.call_tool("echo", {"text": "here"})).content == [TextContent(text="here")]


@pytest.mark.full
@pytest.mark.parametrize(
    ("message", "headers", "until", "cut"),
    [
        (INITIALIZE, OLD, b'"serverInfo"', 0),
        (SUBSCRIBE, LISTEN, b"notifications/subscriptions/acknowledged", 0),
        (CALL, OLD, b"", 10),
    ],
    ids=["sessions", "streams", "messages half said"],
)
async def test_a_thousand_that_were_left_cost_nothing_afterwards(
    message: object, headers: dict[str, str], until: bytes, cut: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    async with served(compiled(FACE), {}, base_uris={}) as running:
        sent = request(running.mcp, message, headers, cut=cut)
        await begin_and_leave(running.mcp, sent, until)
        await calls(running)
        tasks, before = await idle_tasks(), objects()
        assert all(until in heard for heard in await all_leave(running.mcp, sent, until))
        await calls(running)
        assert await idle_tasks() <= tasks
        assert objects() - before < MANY
    assert caplog.records == []


@pytest.mark.full
async def test_a_thousand_sessions_that_were_left_are_over_once_they_were_idle(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.ERROR)
    async with served(compiled(ASKING), {}, base_uris={}, session_idle_s=IDLE_S) as running:
        sent = request(running.mcp, INITIALIZE, OLD)
        await begin_and_leave(running.mcp, sent, b'"serverInfo"')
        await calls(running)
        await asyncio.sleep(2 * IDLE_S)
        tasks, before = await idle_tasks(), objects()
        began = await all_leave(running.mcp, sent, b'"serverInfo"')
        assert len({heard.lower().partition(b"mcp-session-id: ")[2][:32] for heard in began}) == MANY
        await calls(running)
        await asyncio.sleep(2 * IDLE_S)
        assert await idle_tasks() <= tasks
        assert objects() - before < MANY
    assert caplog.records == []


@pytest.mark.full
async def test_a_thousand_questions_whose_callers_left_cost_nothing_afterwards(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.ERROR)
    async with served(compiled(ASKING), {}, base_uris={}) as running:
        headers = await begin_session(running.mcp)
        asks = [
            request(running.mcp, {**ASK, "id": number}, {**headers, "Accept": "*/*"})
            for number in range(MANY)
        ]
        await begin_and_leave(running.mcp, asks[0], b"elicitation/create")
        await calls(running)
        tasks, before = await idle_tasks(), objects()
        for number in range(0, MANY, AT_ONCE):
            leaving = (
                begin_and_leave(running.mcp, sent, b"elicitation/create")
                for sent in asks[number : number + AT_ONCE]
            )
            assert all(b"elicitation/create" in heard for heard in await asyncio.gather(*leaving))
        await calls(running)
        assert await idle_tasks() <= tasks
        assert objects() - before < MANY
        async with httpx2.AsyncClient() as client:
            ended = await client.delete(f"{running.mcp}/mcp", headers=headers)
        assert ended.status_code == 200
    assert caplog.records == []


ALL = b"a word that nobody says"
EVIL = (
    "evil.example",
    "evil.example:80",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "evil.example@127.0.0.1",
    "127.0.0.1@evil.example",
    "127.0.0.1, evil.example",
    "localhost#.evil.example",
    "local\u00adhost",
    "2130706433",
    "0x7f.1",
    "",
    "..",
)
EVIL_ORIGINS = (
    "https://evil.example",
    "http://localhost.evil.example",
    "http://127.0.0.1@evil.example",
    "http://evil.example/127.0.0.1",
    "http://[::1",
    "null",
    "",
    "file://",
)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        *(({"Host": name}, b"421") for name in EVIL),
        *(({"Origin": name}, b"403") for name in EVIL_ORIGINS),
    ],
)
async def test_a_foreign_page_calls_nothing(headers: dict[str, str], status: bytes) -> None:
    async with served(compiled(FACE), {}, base_uris={}) as running:
        for era in ({}, OLD, LISTEN):
            sent = request(running.mcp, CALL, {"Connection": "close", **era, **headers})
            answer = await begin_and_leave(running.mcp, sent, ALL)
            assert answer.startswith(b"HTTP/1.1 " + status), answer
            assert b"let in" not in answer
