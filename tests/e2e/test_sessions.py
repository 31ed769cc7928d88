"""Whole files that ask clients of older revisions: what the upstream gets, and how all of it ends."""

import asyncio
import json
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, TypeAlias

import httpx2
import pytest
from mcp import Client, StdioServerParameters, types
from mcp.client.stdio import stdio_client

from process import COMMANDS, environ_of, running
from serving import compiled, served
from wire import Seen, Upstream, answer

FILE = """\
naftiko: 1.0.0-alpha2
capability:
  consumes:
  - type: http
    namespace: shop
    baseUri: https://shop.example
    resources:
    - name: orders
      path: /orders/{id}
      operations:
      - {name: read-order, method: GET}
      - {name: cancel-order, method: DELETE}
  exposes:
  - type: mcp
    namespace: desk
    port: 9090
    tools:
    - name: cancel
      description: Cancels an order once somebody has confirmed it.
      inputParameters: [{name: id, type: string, description: Which one.}]
      steps:
      - {type: call, name: order, call: shop.read-order}
      - type: ask
        name: confirm
        elicit:
          message: Cancel {{order.what}}?
          requestedSchema: {type: object, properties: {sure: {type: boolean}}, required: [sure]}
      - {type: call, name: cancelled, call: shop.cancel-order}
      outputParameters: [{name: sure, type: boolean, mapping: $.confirm.content.sure}]
    - {name: read, description: Reads an order., call: shop.read-order}
"""
ORDER = answer(b'{"what":"two chairs"}')
READ, CANCELLED = ("GET", "/orders/7"), ("DELETE", "/orders/7")
HELLO = {
    "protocolVersion": "2025-11-25",
    "capabilities": {"elicitation": {}},
    "clientInfo": {"name": "test", "version": "1"},
}
WAIT_S = 10

Connect: TypeAlias = Callable[..., AbstractAsyncContextManager[Client]]


@pytest.fixture(params=["http", "stdio"])
def connect(request: pytest.FixtureRequest, tmp_path: Path, upstream: Upstream) -> Connect:
    """Return a context manager that connects a client of an older revision to the file."""
    upstream.respond = ORDER

    @asynccontextmanager
    async def over_http(person: Any, timeout_s: float = WAIT_S) -> AsyncIterator[Client]:
        base_uris = {"shop": upstream.url}
        async with (
            served(compiled(FILE), {}, base_uris=base_uris, timeout_s=timeout_s) as running,
            Client(f"{running.mcp}/mcp", mode="legacy", elicitation_callback=person) as client,
        ):
            yield client

    @asynccontextmanager
    async def over_stdio(person: Any, timeout_s: float = WAIT_S) -> AsyncIterator[Client]:
        path = tmp_path / "desk.yaml"
        path.write_text(FILE, encoding="utf-8")
        options = ["--stdio", "--base-uri", f"shop={upstream.url}", "--timeout", str(timeout_s)]
        command = StdioServerParameters(
            command=str(COMMANDS / "naftiko"), args=["run", str(path), *options], env=environ_of(tmp_path)
        )
        with (tmp_path / "log").open("w") as log:
            lines = stdio_client(command, errlog=log)
            async with Client(lines, mode="legacy", elicitation_callback=person) as client:
                yield client

    return over_http if request.param == "http" else over_stdio


def targets(upstream: Upstream) -> list[tuple[str, str]]:
    return [(seen.method, seen.target) for seen in upstream.seen]


@pytest.mark.parametrize(
    ("said", "sent"),
    [
        (types.ElicitResult(action="accept", content={"sure": True}), [READ, CANCELLED]),
        (types.ElicitResult(action="decline"), [READ]),
        (types.ElicitResult(action="cancel"), [READ]),
    ],
)
async def test_what_was_done_before_a_question_is_done_once(
    connect: Connect, upstream: Upstream, said: types.ElicitResult, sent: list[tuple[str, str]]
) -> None:
    heard: list[str] = []

    async def person(context: Any, params: types.ElicitRequestParams) -> types.ElicitResult:
        heard.append(params.message)
        return said

    async with connect(person) as client:
        result = await client.call_tool("cancel", {"id": "7"})
    assert heard == ["Cancel two chairs?"]
    assert result.is_error == (said.action != "accept")
    assert targets(upstream) == sent


async def test_who_thinks_does_not_use_up_the_time_of_the_call(connect: Connect, upstream: Upstream) -> None:
    async def person(context: Any, params: types.ElicitRequestParams) -> types.ElicitResult:
        await asyncio.sleep(1.5)
        return types.ElicitResult(action="accept", content={"sure": True})

    async with connect(person, timeout_s=1) as client:
        result = await client.call_tool("cancel", {"id": "7"})
    assert not result.is_error
    assert targets(upstream) == [READ, CANCELLED]


async def test_a_caller_who_leaves_while_being_asked_cancels_nothing(upstream: Upstream) -> None:
    upstream.respond = ORDER
    async with (
        served(compiled(FILE), {}, base_uris={"shop": upstream.url}) as running,
        httpx2.AsyncClient() as client,
    ):
        headers = await begin(client, running.mcp)
        await asked(client, running.mcp, headers)
        left = await client.delete(f"{running.mcp}/mcp", headers=headers)
        assert left.status_code == 200
    assert targets(upstream) == [READ]


async def begin(client: httpx2.AsyncClient, url: str) -> dict[str, str]:
    """Begin a session and return the headers of its requests."""
    headers = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-11-25"}
    hello = {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": HELLO}
    begun = await client.post(f"{url}/mcp", json=hello, headers=headers)
    return {**headers, "Mcp-Session-Id": begun.headers["mcp-session-id"]}


def call(name: str) -> dict[str, object]:
    params = {"name": name, "arguments": {"id": "7"}}
    return {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}


async def asked(client: httpx2.AsyncClient, url: str, headers: dict[str, str]) -> str:
    """Call, hear until something is asked, and hang up."""
    heard = ""
    async with client.stream("POST", f"{url}/mcp", json=call("cancel"), headers=headers) as stream:
        async for line in stream.aiter_lines():
            heard += line
            if "elicitation/create" in line:
                break
    return heard


@pytest.mark.skipif(sys.platform == "win32", reason="has no signals of this kind")
async def test_a_server_that_is_told_to_stop_waits_for_calls_but_for_no_answer(
    upstream: Upstream, tmp_path: Path
) -> None:
    arrived, may_answer = asyncio.Event(), asyncio.Event()

    async def respond(seen: Seen, writer: asyncio.StreamWriter) -> None:
        if seen.target == "/orders/8":
            arrived.set()
            await may_answer.wait()
        await ORDER(seen, writer)

    upstream.respond = respond
    path = tmp_path / "desk.yaml"
    path.write_text(FILE, encoding="utf-8")
    base = f"shop={upstream.url}"
    with running("naftiko", "run", str(path), "--port", "desk=0", "--base-uri", base, folder=tmp_path) as run:
        url = run.address("MCP")
        async with httpx2.AsyncClient(timeout=WAIT_S) as client:
            headers = await begin(client, url)
            question = asyncio.Event()

            async def hear(method: str, message: dict[str, object] | None) -> list[dict[str, Any]]:
                told: list[dict[str, Any]] = []
                body = None if message is None else json.dumps(message)
                typed = {**headers, "Content-Type": "application/json"}
                try:
                    async with client.stream(method, f"{url}/mcp", content=body, headers=typed) as stream:
                        async for line in stream.aiter_lines():
                            if line.startswith("data: "):
                                told.append(json.loads(line[6:]))
                                if told[-1].get("method") == "elicitation/create":
                                    question.set()
                except httpx2.HTTPError:
                    pass  # a stream that would not end by itself is broken off
                return told

            notes = asyncio.create_task(hear("GET", None))
            waiting = asyncio.create_task(hear("POST", call("cancel")))
            slow = call("read") | {"id": 2, "params": {"name": "read", "arguments": {"id": "8"}}}
            plain = asyncio.create_task(client.post(f"{url}/mcp", json=slow, headers=headers))
            async with asyncio.timeout(WAIT_S):
                await question.wait()
                await arrived.wait()
            run.process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(WAIT_S):
                assert (await waiting)[-1]["result"]["isError"]
                assert await notes == []
                assert not plain.done()
                may_answer.set()
                assert (await plain).json()["result"]["structuredContent"] == {"what": "two chairs"}
        began = time.monotonic()
        done = await asyncio.to_thread(run.ended)
    assert (done.code, time.monotonic() - began < WAIT_S / 2) == (0, True)
    assert "Traceback" not in done.err
    assert sorted(targets(upstream)) == [READ, ("GET", "/orders/8")]
