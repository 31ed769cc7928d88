"""Tokens of an authorization server over a socket, for both faces; nothing secret is ever told."""

import asyncio
import json
from base64 import b64decode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs

import httpx2
import pytest

from serving import Served, compiled, mcp_client, served
from wire import Respond, Seen, Upstream, answer, hang_up

CAPABILITY = """\
naftiko: 1.0.0-alpha2
binds:
- namespace: env
  keys: {ID: CLIENT_ID, SECRET: CLIENT_SECRET}
capability:
  consumes:
  - type: http
    namespace: ships
    baseUri: https://ships.example.org
    authentication:
      type: oauth2
      tokenEndpoint: TOKENS/oauth/token
      clientId: '{{env.ID}}'
      clientSecret: '{{env.SECRET}}'
      scopes: [ships.read, ships.write]
    resources:
    - name: ship
      path: /ships/{imo}
      operations:
      - {name: read, method: GET}
      - {name: change, method: PUT, inputParameters: [{name: body, in: body, type: object}]}
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
  - type: mcp
    namespace: tools
    port: 9090
    tools:
    - {name: read-ship, description: Read a ship., call: ships.read}
"""
SECRET = "s3cret-of-the-client"
WAIT_S = 5


@dataclass
class Issuing:
    """Gives out t-1, t-2 and so on to who knows the secret; ``ended`` are not taken by the API any more."""

    ended: set[str] = field(default_factory=set)
    given: int = 0
    more: dict[str, object] = field(default_factory=dict)

    async def tokens(self, seen: Seen, writer: asyncio.StreamWriter) -> None:
        word = (seen.header("authorization") or "").removeprefix("Basic ")
        asked = parse_qs(seen.body.decode())
        if b64decode(word).decode() != f"me:{SECRET}" or asked["grant_type"] != ["client_credentials"]:
            await answer(b'{"error": "invalid_client"}', "401 Unauthorized")(seen, writer)
            return
        self.given += 1
        said = {"access_token": f"t-{self.given}", "token_type": "Bearer", **self.more}
        await answer(json.dumps(said).encode())(seen, writer)

    async def ships(self, seen: Seen, writer: asyncio.StreamWriter) -> None:
        token = (seen.header("authorization") or "").removeprefix("Bearer ")
        known = token.startswith("t-") and token not in self.ended
        await (answer() if known else answer(b"who?", "401 Unauthorized"))(seen, writer)


@dataclass
class Harbour:
    """A served capability between an API and its authorization server."""

    running: Served
    api: Upstream
    tokens: Upstream
    issuing: Issuing

    def signed(self) -> list[tuple[str, str]]:
        return [(seen.method, seen.header("authorization") or "") for seen in self.api.seen]


@asynccontextmanager
async def harbour(secret: str = SECRET) -> AsyncIterator[Harbour]:
    issuing = Issuing()
    async with Upstream.open() as api, Upstream.open() as tokens:
        api.respond, tokens.respond = issuing.ships, issuing.tokens
        plan = compiled(CAPABILITY.replace("TOKENS", tokens.url))
        environ = {"CLIENT_ID": "me", "CLIENT_SECRET": secret}
        async with served(plan, environ, base_uris={"ships": api.url}) as running:
            yield Harbour(running, api, tokens, issuing)


async def test_both_faces_share_one_token() -> None:
    async with harbour() as port:
        async with httpx2.AsyncClient() as client:
            got = await client.get(f"{port.running.rest}/ships/1")
            changed = await client.put(f"{port.running.rest}/ships/1", json={"name": "Ada"})
        async with mcp_client(port.running.mcp) as tools:
            told = await tools.call_tool("read-ship", {"imo": "1"})
        assert (got.status_code, changed.status_code, told.is_error) == (200, 200, False)
        assert port.signed() == [("GET", "Bearer t-1"), ("PUT", "Bearer t-1"), ("GET", "Bearer t-1")]
        [asked] = port.tokens.seen
    assert (asked.method, asked.target) == ("POST", "/oauth/token")
    assert parse_qs(asked.body.decode()) == {
        "grant_type": ["client_credentials"],
        "scope": ["ships.read ships.write"],
    }


async def test_callers_at_the_same_time_share_one_token_before_and_after_its_end() -> None:
    async with harbour() as port, httpx2.AsyncClient() as client:
        url = f"{port.running.rest}/ships/1"
        first = await asyncio.gather(*(client.get(url) for _ in range(20)))
        port.issuing.ended.add("t-1")
        second = await asyncio.gather(*(client.get(url) for _ in range(20)))
        assert {each.status_code for each in (*first, *second)} == {200}
        assert port.issuing.given == 2


async def test_a_post_that_was_refused_for_its_token_is_sent_again_with_a_new_one() -> None:
    async with harbour() as port, httpx2.AsyncClient() as client:
        port.issuing.ended.add("t-1")
        got = await client.put(f"{port.running.rest}/ships/1", json={"name": "Ada"})
        assert got.status_code == 200
        assert port.signed() == [("PUT", "Bearer t-1"), ("PUT", "Bearer t-2")]
        assert [seen.body for seen in port.api.seen] == [b'{"name":"Ada"}'] * 2


async def test_a_refusal_that_no_token_changes_is_passed_on() -> None:
    async with harbour() as port, httpx2.AsyncClient() as client:
        port.issuing.ended |= {"t-1", "t-2"}
        got = [await client.get(f"{port.running.rest}/ships/1") for _ in range(3)]
        assert [(each.status_code, each.text) for each in got] == [(401, "who?")] * 3
        assert port.issuing.given == 2


async def test_a_token_is_renewed_when_its_time_is_over() -> None:
    async with harbour() as port, httpx2.AsyncClient() as client:
        port.issuing.more = {"expires_in": "0"}
        for _ in range(2):
            await client.get(f"{port.running.rest}/ships/1")
        assert port.signed() == [("GET", "Bearer t-1"), ("GET", "Bearer t-2")]


NOT_HAD = "the credential for ships cannot be had: the token endpoint at 127.0.0.1"
FAILURES: dict[str, tuple[Respond, int, str]] = {
    "refuses": (
        answer(b'{"error": "invalid_grant"}', "400 Bad Request"),
        502,
        f"{NOT_HAD} answered 400 (invalid_grant)",
    ),
    "fails": (
        answer(b"<html>", "503 Service Unavailable"),
        502,
        f"{NOT_HAD} answered 503",
    ),
    "hangs up": (hang_up, 502, "the token endpoint of ships: no usable answer came"),
    "redirects": (
        answer(b"", "307 Temporary Redirect", location="http://127.0.0.1:1/"),
        502,
        f"{NOT_HAD} answered 307",
    ),
}


@pytest.mark.parametrize("name", FAILURES)
async def test_a_token_that_cannot_be_had_is_told_in_a_sentence_on_both_faces(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    respond, status, sentence = FAILURES[name]
    async with harbour() as port:
        port.tokens.respond = respond
        async with httpx2.AsyncClient() as client:
            got = await client.get(f"{port.running.rest}/ships/1")
        async with mcp_client(port.running.mcp) as tools:
            told = await tools.call_tool("read-ship", {"imo": "1"})
        assert (got.status_code, got.json()["detail"], told.is_error) == (status, sentence, True)
        assert sentence in str(told.content)
        assert port.api.seen == []
    assert SECRET not in f"{caplog.text} {got.text} {told}"


async def test_a_wrong_secret_reaches_neither_the_api_nor_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    async with harbour("wr0ng") as port, httpx2.AsyncClient() as client:
        got = await client.get(f"{port.running.rest}/ships/1")
        assert got.json()["detail"].endswith("answered 401 (invalid_client)")
        assert port.api.seen == []
    assert "wr0ng" not in caplog.text + got.text


async def test_nothing_secret_of_a_call_that_works_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    async with harbour() as port, httpx2.AsyncClient() as client:
        await client.get(f"{port.running.rest}/ships/1")
    assert "200" in caplog.text
    assert [secret for secret in (SECRET, "t-1", "Bearer") if secret in caplog.text] == []
