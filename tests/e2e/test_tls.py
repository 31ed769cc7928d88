"""Mutual TLS over a socket, from both faces: the certificate that is asked for, and those that are not."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest

from certifying import Authority, Pair, serving_context
from serving import Served, compiled, mcp_client, served
from wire import Upstream, answer

CAPABILITY = """\
naftiko: 1.0.0-alpha2
binds:
- namespace: env
  keys: {CERT: CERT, KEY: KEY, CA: CA}
capability:
  consumes:
  - type: http
    namespace: ships
    baseUri: https://ships.example.org
    tls: {certificate: '{{env.CERT}}', key: '{{env.KEY}}', ca: '{{env.CA}}'}
    resources: [{name: ships, path: /ships, operations: [{name: list, method: GET}]}]
  exposes:
  - type: rest
    namespace: rest
    port: 8080
    resources: [{path: /ships, operations: [{name: list, method: GET, call: ships.list}]}]
  - type: mcp
    namespace: tools
    port: 9090
    tools: [{name: list-ships, description: List ships., call: ships.list}]
"""
HOME, AWAY = Authority("home"), Authority("away")


@pytest.fixture
async def guarded(tmp_path: Path) -> AsyncIterator[Upstream]:
    """Serve an upstream that takes only clients that ``HOME`` has certified."""
    async with Upstream.open(serving_context(HOME, tmp_path)) as upstream:
        yield upstream


@asynccontextmanager
async def serving_over(
    upstream: Upstream, pair: Pair, authority: Authority = HOME, text: str = CAPABILITY
) -> AsyncIterator[Served]:
    environ = {"CERT": pair.certificate, "KEY": pair.key, "CA": authority.pair.certificate}
    async with served(compiled(text), environ, base_uris={"ships": upstream.url}) as running:
        yield running


async def said(running: Served) -> tuple[int, str, bool]:
    """Call from both faces; return the status and the problem of REST, and whether the tool failed too."""
    async with httpx2.AsyncClient() as client:
        got = await client.get(f"{running.rest}/ships")
    async with mcp_client(running.mcp) as tools:
        told = await tools.call_tool("list-ships", {})
    return got.status_code, got.json().get("detail", ""), told.is_error


async def test_the_certificate_opens_the_door_for_both_faces(guarded: Upstream) -> None:
    async with serving_over(guarded, HOME.issue("ships")) as running:
        assert await said(running) == (200, "", False)
    assert [seen.target for seen in guarded.seen] == ["/ships", "/ships"]


async def test_a_certificate_of_somebody_else_does_not(
    guarded: Upstream, caplog: pytest.LogCaptureFixture
) -> None:
    pair = AWAY.issue("ships")
    async with serving_over(guarded, pair) as running:
        assert await said(running) == (502, "ships: no usable answer came", True)
    assert guarded.seen == []
    assert pair.key not in caplog.text


async def test_without_a_certificate_the_door_stays_shut(guarded: Upstream) -> None:
    text = CAPABILITY.replace("certificate: '{{env.CERT}}', key: '{{env.KEY}}', ", "")
    async with serving_over(guarded, HOME.issue("ships"), text=text) as running:
        status, _, is_error = await said(running)
    assert (status, is_error, guarded.seen) == (502, True, [])


async def test_a_server_that_the_authority_did_not_certify_is_sent_nothing(guarded: Upstream) -> None:
    async with serving_over(guarded, HOME.issue("ships"), AWAY) as running:
        status, sentence, is_error = await said(running)
    assert (status, is_error, guarded.seen) == (502, True, [])
    assert sentence.endswith("self-signed certificate in certificate chain")


async def test_a_redirect_does_not_take_the_certificate_elsewhere(
    guarded: Upstream, upstream: Upstream
) -> None:
    other = "  - {type: http, namespace: other, baseUri: https://other.example.org}\n  exposes:"
    environ = {
        "CERT": (pair := HOME.issue("ships")).certificate,
        "KEY": pair.key,
        "CA": HOME.pair.certificate,
    }
    base_uris = {"ships": guarded.url, "other": upstream.url}
    guarded.respond = answer(b"", "302 Found", location=f"{upstream.url}/ships")
    plan = compiled(CAPABILITY.replace("  exposes:", other))
    async with served(plan, environ, base_uris=base_uris) as running, httpx2.AsyncClient() as client:
        got = await client.get(f"{running.rest}/ships")
    assert (got.status_code, len(guarded.seen), upstream.seen) == (302, 1, [])


async def test_a_token_is_got_with_the_certificate_too(guarded: Upstream) -> None:
    oauth2 = f"{{type: oauth2, tokenEndpoint: '{guarded.url}/token', clientId: a, clientSecret: b}}"
    text = CAPABILITY.replace("    tls:", f"    authentication: {oauth2}\n    tls:")
    async with serving_over(guarded, HOME.issue("ships"), text=text) as running:
        status, sentence, _ = await said(running)
    assert (status, sentence.endswith("answered 200 without an access_token")) == (502, True)
    assert {seen.target for seen in guarded.seen} == {"/token"}
