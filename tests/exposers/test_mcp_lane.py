"""The hot lane gives the answers of the SDK's server, byte for byte what a client can tell apart."""

import json
import random
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from mcp.types.version import HANDSHAKE_PROTOCOL_VERSIONS, MODERN_PROTOCOL_VERSIONS

from malformed import FACE, MODERN, malformed
from messages import IDS, MESSAGES, METAS, message
from naftiko_runtime.exposers.mcp.usual import HANDSHAKES, usual_request
from naftiko_runtime.exposers.mcp.usual import MODERN as OURS
from serving import compiled, served

pytestmark = [pytest.mark.anyio, pytest.mark.hot_lane]

CHANGES: tuple[tuple[str, str | None], ...] = (
    ("accept", "application/json"),
    ("accept", "application/*;q=0.5, text/html"),
    ("accept", "Application/JSON"),
    ("accept", "text/event-stream"),
    ("accept", "text/html"),
    ("accept", None),
    ("content-type", "application/json; charset=utf-8"),
    ("content-type", "Application/JSON"),
    ("content-type", "text/plain, application/json"),
    ("content-type", "text/plain"),
    ("content-type", None),
    ("mcp-protocol-version", "2024-11-05"),
    ("mcp-protocol-version", "2031-01-01"),
    ("mcp-protocol-version", None),
    ("mcp-method", "tools/list"),
    ("mcp-method", None),
    ("mcp-name", "echo2"),
    ("mcp-name", "=?base64?ZWNobw==?="),
    ("mcp-name", "count"),
    ("mcp-name", None),
    ("mcp-session-id", "a"),
    ("mcp-param-text", "a"),
    ("x-anything", "a"),
)
NAMED = {"tools/call": "name", "prompts/get": "name", "resources/read": "uri"}


SOME: tuple[tuple[str, dict[str, Any] | None], ...] = (
    ("ping", None),
    ("server/discover", None),
    ("tools/call", {"name": "echo", "arguments": {"text": "é"}}),
    ("resources/read", {"uri": "test://text"}),
    ("notifications/initialized", None),
)


class Pair:
    """The same file, served with the hot lane and without it."""

    def __init__(self, hot: httpx2.AsyncClient, cold: httpx2.AsyncClient) -> None:
        self.hot, self.cold, self.taken, self.sent = hot, cold, 0, 0

    async def same(
        self, data: bytes, headers: Mapping[str, str], again: tuple[tuple[str, str], ...] = ()
    ) -> None:
        pairs = [(name.encode(), value.encode()) for name, value in (*headers.items(), *again)]
        answers = [await client.post("/mcp", content=data, headers=pairs) for client in (self.hot, self.cold)]
        hot, cold = map(told, answers)
        assert hot == cold, f"{data[:400]!r}\n{headers}"
        self.sent += 1
        self.taken += not again and is_usual(data, headers)


def told(answer: httpx2.Response) -> tuple[int, str | None, dict[str, str], object]:
    """Tell what a client can: status, the kind of the body, what else is said, and the body as JSON."""
    length = answer.headers["content-length"]
    assert length == str(len(answer.content))
    said = {name: value for name, value in answer.headers.items() if name not in ("date", "content-length")}
    kind = said.pop("content-type", None)
    is_json = kind is not None and kind.startswith("application/json") and answer.content
    return answer.status_code, kind, said, json.loads(answer.content) if is_json else answer.text


def is_usual(data: bytes, headers: Mapping[str, str]) -> bool:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return False
    sent = [(name.encode(), value.strip().encode()) for name, value in headers.items()]
    return usual_request(sent, value) is not None


@asynccontextmanager
async def pair(file: str = FACE) -> AsyncIterator[Pair]:
    plan = compiled(file)
    async with (
        served(plan, {}, base_uris={}) as hot,
        served(plan, {}, base_uris={}, hot_lane=False) as cold,
        httpx2.AsyncClient(base_url=hot.mcp, timeout=30) as quick,
        httpx2.AsyncClient(base_url=cold.mcp, timeout=30) as slow,
    ):
        # a client of its own would say what it accepts where a test does not
        for client in (quick, slow):
            client.headers.clear()
        yield Pair(quick, slow)


def headers_of(made: Mapping[str, Any], *, modern: bool) -> dict[str, str]:
    headers = {"accept": "application/json, text/event-stream", "content-type": "application/json"}
    if not modern:
        return {**headers, "mcp-protocol-version": "2025-11-25"}
    method, params = str(made.get("method")), made.get("params")
    headers |= {"mcp-protocol-version": MODERN, "mcp-method": method}
    if method in NAMED and isinstance(params, dict) and isinstance(params.get(NAMED[method]), str):
        headers["mcp-name"] = params[NAMED[method]]
    return headers


def changed(headers: Mapping[str, str]) -> Iterator[dict[str, str]]:
    for name, value in CHANGES:
        others = {key: old for key, old in headers.items() if key != name}
        yield others if value is None else {**others, name: value}


def test_the_revisions_are_those_of_the_sdk() -> None:
    assert frozenset(HANDSHAKE_PROTOCOL_VERSIONS) == HANDSHAKES
    assert MODERN_PROTOCOL_VERSIONS == (OURS,)


@pytest.mark.parametrize("modern", [False, True], ids=["older era", "newer era"])
async def test_what_clients_say_is_answered_the_same(modern: bool) -> None:
    async with pair() as both:
        for method, params in MESSAGES:
            made = message(method, params, modern=modern)
            await both.same(json.dumps(made).encode(), headers_of(made, modern=modern))
        assert both.taken > len(MESSAGES) * 2 // 5


@pytest.mark.parametrize("modern", [False, True], ids=["older era", "newer era"])
async def test_ids_are_taken_and_given_back_the_same(modern: bool) -> None:
    async with pair() as both:
        for number in IDS:
            made = message("tools/call", {"name": "echo", "arguments": {"text": "a"}}, modern=modern)
            for odd in ({**made, "id": number}, {**made, "id": number, "jsonrpc": "1.0"}):
                await both.same(json.dumps(odd).encode(), headers_of(odd, modern=modern))
        assert both.taken >= 6


@pytest.mark.parametrize("modern", [False, True], ids=["older era", "newer era"])
async def test_headers_are_minded_the_same(modern: bool) -> None:
    async with pair() as both:
        for method, params in SOME:
            made = message(method, params, modern=modern)
            for headers in changed(headers_of(made, modern=modern)):
                await both.same(json.dumps(made).encode(), headers)
        assert both.taken > both.sent // 4


async def test_what_newer_clients_say_of_themselves_is_taken_the_same() -> None:
    async with pair() as both:
        for meta in METAS:
            made = message("tools/call", {"name": "echo", "arguments": {"text": "a"}}, modern=True)
            made["params"]["_meta"] = {**meta}
            await both.same(json.dumps(made).encode(), headers_of(made, modern=True))
        assert both.taken >= 5


@pytest.mark.parametrize("modern", [False, True], ids=["older era", "newer era"])
@pytest.mark.parametrize("part", [0, *(pytest.param(part, marks=pytest.mark.full) for part in range(1, 10))])
async def test_whatever_is_said_is_answered_the_same(part: int, modern: bool) -> None:
    chance = random.Random(part)  # noqa: S311 - the same ones again are what is wanted
    first, many = part * 300, 300
    async with pair() as both:
        for number in range(first, first + many):
            data = malformed(number, modern=modern).data
            try:
                made = json.loads(data)
            except (ValueError, RecursionError):
                made = {}
            headers = headers_of(made if isinstance(made, dict) else {}, modern=modern)
            if chance.random() < 0.2:
                headers = chance.choice([*changed(headers)])
            if all(
                value.isascii() and value.isprintable() and value == value.strip()
                for value in headers.values()
            ):
                await both.same(data, headers)
        assert both.taken > many // 10


BARE = """\
naftiko: 1.0.0-alpha2
capability:
  exposes:
  - type: mcp
    namespace: bare
    port: 9090
    tools:
    - name: find
      description: Finds.
      inputParameters: [{name: where, type: string, description: Where., x-mcp-header: Where}]
      outputParameters: [{type: string, value: "{{where}}"}]
"""


@pytest.mark.parametrize("modern", [False, True], ids=["older era", "newer era"])
async def test_what_a_file_does_not_have_is_denied_the_same(modern: bool) -> None:
    async with pair(BARE) as both:
        for method, params in MESSAGES:
            made = message(method, params, modern=modern)
            await both.same(json.dumps(made).encode(), headers_of(made, modern=modern))
        assert both.taken > len(MESSAGES) * 2 // 5


@pytest.mark.parametrize("modern", [False, True], ids=["older era", "newer era"])
async def test_arguments_that_headers_repeat_are_minded_the_same(modern: bool) -> None:
    async with pair(BARE) as both:
        made = message("tools/call", {"name": "find", "arguments": {"where": "here"}}, modern=modern)
        data, headers = json.dumps(made).encode(), headers_of(made, modern=modern)
        for said in ({}, {"mcp-param-where": "here"}, {"mcp-param-where": "elsewhere"}):
            await both.same(data, {**headers, **said})


@pytest.mark.parametrize("modern", [False, True], ids=["older era", "newer era"])
@pytest.mark.parametrize("name", ["accept", "content-type", "mcp-protocol-version", "mcp-method"])
async def test_headers_that_are_said_twice_are_minded_the_same(name: str, modern: bool) -> None:
    async with pair() as both:
        made = message("tools/list", None, modern=modern)
        headers = headers_of(made, modern=modern)
        for value in ("text/html", headers.get(name, "tools/list")):
            await both.same(json.dumps(made).encode(), headers, ((name, value),))


async def test_a_bug_in_a_method_is_told_as_one_and_nothing_of_it_is_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("what nobody may see")

    monkeypatch.setattr("naftiko_runtime.exposers.mcp.prompts.Prompter.get", broken)
    async with pair() as both:
        for modern in (False, True):
            made = message("prompts/get", {"name": "greet", "arguments": {"who": "a"}}, modern=modern)
            headers = headers_of(made, modern=modern)
            for client in (both.hot, both.cold):
                answer = await client.post("/mcp", json=made, headers=headers)
                error = answer.json()["error"]
                assert (answer.status_code, error["code"]) == (200, -32603)
                assert error["message"].startswith("something went wrong here; incident ")
