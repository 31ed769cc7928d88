"""Nothing of a forward leads out of its base URI, shows a credential, or is sent twice."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import pytest

from naftiko_runtime.cli.health import _answers
from serving import Served, compiled, served
from wire import Upstream, answer

CAPABILITY = """\
naftiko: 1.0.0-alpha2
capability:
  consumes: [{type: http, namespace: plain, baseUri: 'https://plain.example'}]
  exposes:
  - type: rest
    namespace: face
    port: 8080
    resources:
    - {path: '/bare/{path}', forward: {targetNamespace: plain, trustedHeaders: [X-Trace, Cookie]}}
    - {path: '/{path}', forward: {targetNamespace: plain}}
"""


@asynccontextmanager
async def serving_over(upstream: Upstream, **options: object) -> AsyncIterator[Served]:
    async with served(compiled(CAPABILITY), {}, base_uris={"plain": upstream.url}, **options) as running:
        yield running


async def raw(url: str, target: str, method: str = "GET", *headers: str) -> bytes:
    """Say something in so many bytes, and read the answer until the server closes."""
    host, port = url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    lines = "".join(f"{line}\r\n" for line in ("Host: localhost", "Connection: close", *headers))
    writer.write(f"{method} {target} HTTP/1.1\r\n{lines}\r\n".encode("latin-1"))
    got = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    return got


@pytest.mark.parametrize(
    ("rest", "named"),
    [
        ("..", "'..'"),
        ("%2e%2E/b", "'%2e%2E'"),
        ("a%2f..%2fb", "'a%2f..%2fb'"),
        ("..%5cb", "'..%5cb'"),
        ("..;x/b", "'..;x'"),
        ("a/.;", "'.;'"),
    ],
)
async def test_a_path_that_could_leave_the_base_is_refused_by_name(
    upstream: Upstream, rest: str, named: str
) -> None:
    async with serving_over(upstream) as running:
        got = await raw(running.rest, f"/bare/{rest}")
    assert got.startswith(b"HTTP/1.1 400"), got
    assert named.encode() in got
    assert upstream.seen == []


async def test_a_query_arrives_byte_for_byte(upstream: Upstream) -> None:
    query = 'q=%20+%2B&q=[1]|"{x}"&&=&next=/../x'
    async with serving_over(upstream) as running:
        await raw(running.rest, f"/bare/a?{query}")
    assert [seen.target for seen in upstream.seen] == [f"/a?{query}"]


async def test_a_method_that_would_show_the_credential_is_not_forwarded(upstream: Upstream) -> None:
    async with serving_over(upstream) as running:
        got = await raw(running.rest, "/bare/x", "TRACE")
    assert got.startswith(b"HTTP/1.1 405"), got
    assert b"\r\nallow: DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT\r\n" in got
    assert upstream.seen == []


async def test_trusted_headers_go_as_often_as_they_came_but_not_those_of_the_connection(
    upstream: Upstream,
) -> None:
    async with serving_over(upstream) as running:
        await raw(running.rest, "/bare/x", "GET", "X-Trace: 1", "Cookie: a=1", "x-trace: 2, 3", "Cookie: b=2")
        await raw(running.rest, "/bare/x", "GET", "Connection: X-Trace", "X-Trace: 1", "Cookie: a=1")
    names = ("x-trace", "cookie")
    found = [
        [(name, value) for name, value in seen.headers if name.lower() in names] for seen in upstream.seen
    ]
    assert found == [
        [("x-trace", "1"), ("cookie", "a=1"), ("x-trace", "2, 3"), ("cookie", "b=2")],
        [("cookie", "a=1")],
    ]


async def test_an_upstream_that_is_busy_is_called_once(upstream: Upstream) -> None:
    upstream.respond = answer(b"later", "503 Service Unavailable")
    async with serving_over(upstream, retries=3) as running, httpx2.AsyncClient() as client:
        got = await client.get(f"{running.rest}/bare/x")
    assert (got.status_code, got.text, len(upstream.seen)) == (503, "later", 1)


async def test_the_health_of_a_server_that_forwards_everything_is_its_own(upstream: Upstream) -> None:
    async with serving_over(upstream) as running:
        assert await asyncio.to_thread(_answers, running.rest)
    assert upstream.seen == []
