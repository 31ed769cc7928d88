"""Digest authentication over a socket, from both faces."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import pytest

from digesting import PASSWORD, USER, Asking
from serving import Served, compiled, mcp_client, served
from wire import Upstream

CAPABILITY = """\
naftiko: 1.0.0-alpha2
binds:
- namespace: env
  keys: {USER: SHIPS_USER, PASSWORD: SHIPS_PASSWORD}
capability:
  consumes:
  - type: http
    namespace: ships
    baseUri: https://ships.example.org
    authentication: {type: digest, username: '{{env.USER}}', password: '{{env.PASSWORD}}'}
    resources:
    - name: ship
      path: /ships/{imo}
      operations:
      - {name: read, method: GET}
      - {name: change, method: PUT, inputParameters: [{name: body, in: body, type: object}]}
      - {name: load, method: POST, body: {type: binary}}
  exposes:
  - type: rest
    namespace: rest
    port: 8080
    resources:
    - name: ship
      path: /ships/{imo}
      operations:
      - {name: read, method: GET, call: ships.read}
      - {name: change, method: PUT, call: ships.change}
      - {name: load, method: POST, call: ships.load}
  - type: mcp
    namespace: tools
    port: 9090
    tools:
    - {name: read-ship, description: Read a ship., call: ships.read}
    - {name: change-ship, description: Change a ship., call: ships.change}
"""


@asynccontextmanager
async def serving_over(upstream: Upstream, password: str = PASSWORD) -> AsyncIterator[Served]:
    environ = {"SHIPS_USER": USER, "SHIPS_PASSWORD": password}
    base_uris = {"ships": f"{upstream.url}/v1"}
    async with served(compiled(CAPABILITY), environ, base_uris=base_uris) as running:
        yield running


async def test_both_faces_answer_one_challenge_between_them(upstream: Upstream) -> None:
    upstream.respond = Asking()
    async with serving_over(upstream) as running:
        async with httpx2.AsyncClient() as client:
            got = await client.get(f"{running.rest}/ships/a%20b", params={"x": "1"})
            changed = await client.put(f"{running.rest}/ships/1", json={"name": "Ada"})
        async with mcp_client(running.mcp) as tools:
            told = await tools.call_tool("read-ship", {"imo": "1"})
    assert (got.status_code, changed.status_code, told.is_error) == (200, 200, False)
    assert [
        (seen.method, seen.target, "authorization" in dict(_lower(seen.headers))) for seen in upstream.seen
    ] == [
        ("GET", "/v1/ships/a%20b", False),
        ("GET", "/v1/ships/a%20b", True),
        ("PUT", "/v1/ships/1", True),
        ("GET", "/v1/ships/1", True),
    ]


def _lower(headers: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
    return [(name.lower(), value) for name, value in headers]


async def test_a_wrong_password_is_refused_once_and_told_by_both_faces(
    upstream: Upstream, caplog: pytest.LogCaptureFixture
) -> None:
    upstream.respond = Asking()
    async with serving_over(upstream, "wr0ng") as running:
        async with httpx2.AsyncClient() as client:
            got = await client.put(f"{running.rest}/ships/1", json={"name": "Ada"})
        assert [seen.body for seen in upstream.seen] == [b'{"name":"Ada"}'] * 2
        async with mcp_client(running.mcp) as tools:
            told = await tools.call_tool("change-ship", {"imo": "1", "body": {}})
    assert (got.status_code, told.is_error) == (401, True)
    assert len(upstream.seen) == 4
    assert "wr0ng" not in f"{got.text} {told} {caplog.text}"


async def test_calls_at_the_same_time_count_one_nonce(upstream: Upstream) -> None:
    asking = Asking()
    upstream.respond = asking
    async with serving_over(upstream) as running, httpx2.AsyncClient() as client:
        await client.get(f"{running.rest}/ships/1")
        got = await asyncio.gather(*(client.get(f"{running.rest}/ships/{number}") for number in range(20)))
    assert {each.status_code for each in got} == {200}
    assert (len(upstream.seen), sorted(asking.used.values())) == (22, [1] * 21)


async def test_a_nonce_that_is_too_old_is_renewed(upstream: Upstream) -> None:
    asking = Asking()
    upstream.respond = asking
    async with serving_over(upstream) as running, httpx2.AsyncClient() as client:
        await client.get(f"{running.rest}/ships/1")
        asking.nonce, asking.used = "nonce-2", type(asking.used)()
        got = await client.get(f"{running.rest}/ships/1")
    assert (got.status_code, len(upstream.seen)) == (200, 4)


async def test_an_upload_is_signed_at_its_first_try(upstream: Upstream) -> None:
    upstream.respond = Asking()
    async with serving_over(upstream) as running, httpx2.AsyncClient() as client:
        got = await client.post(f"{running.rest}/ships/1", content=b"cargo")
    assert got.status_code == 200
    assert [(seen.method, seen.body) for seen in upstream.seen] == [("HEAD", b""), ("POST", b"cargo")]


async def test_an_upload_that_was_refused_halfway_says_that_it_may_be_sent_again(upstream: Upstream) -> None:
    asking = Asking()
    upstream.respond = asking
    async with serving_over(upstream) as running, httpx2.AsyncClient() as client:
        await client.get(f"{running.rest}/ships/1")
        asking.nonce = "nonce-2"
        refused = await client.post(f"{running.rest}/ships/1", content=b"cargo")
        asking.used = type(asking.used)()
        got = await client.post(f"{running.rest}/ships/1", content=b"cargo")
    assert (refused.status_code, got.status_code) == (502, 200)
    assert "cannot be sent twice" in refused.json()["detail"]
