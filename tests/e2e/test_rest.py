"""The REST face over a raw upstream: what goes through, what does not, and what is said about it."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import pytest

from serving import Served, compiled, served
from wire import Seen, Upstream, answer, hang_up, silence

CAPABILITY = """
naftiko: 1.0.0-alpha2
info: {label: Test, modified: '2026-01-02'}
binds:
- namespace: env
  keys: {API_KEY: API_KEY}
capability:
  consumes:
  - type: http
    namespace: api
    baseUri: http://127.0.0.1:1
    authentication: {type: bearer, token: '{{env.API_KEY}}'}
    resources:
    - name: things
      path: /things
      operations:
      - name: list
        method: GET
        inputParameters:
        - {name: tag, in: query, type: array}
        - {name: X-Tenant, in: header}
        - {name: flavour, in: cookie}
      - name: make
        method: POST
        inputParameters:
        - {name: body, in: body, type: object, required: true}
      - name: patch
        method: PATCH
        inputParameters:
        - {name: size, in: body, type: integer}
        - {name: colour, in: body, type: string}
    - name: thing
      path: /things/{id}
      operations:
      - {name: fetch, method: GET}
      - {name: drop, method: DELETE}
  exposes:
  - type: rest
    namespace: test-rest
    port: 8080
    resources:
    - path: /things
      operations:
      - {method: GET, call: api.list, description: List things}
      - {method: POST, call: api.make}
      - {method: PATCH, call: api.patch}
    - path: /things/{id}
      operations:
      - {method: GET, call: api.fetch}
      - {method: DELETE, call: api.drop}
    - path: /names
      operations:
      - method: GET
        call: api.list
        outputParameters:
        - {name: first, type: string, mapping: '$.items[0].name'}
        - {name: all, type: array, mapping: '$.items[*].name'}
    - path: /broken
      operations:
      - {method: GET, call: api.nothing}
"""


@asynccontextmanager
async def serving_over(
    upstream: Upstream, **options: object
) -> AsyncIterator[tuple[Served, httpx2.AsyncClient]]:
    plan = compiled(CAPABILITY)
    base_uris = {"api": upstream.url}
    async with (
        served(plan, {"API_KEY": "key-of-api"}, base_uris=base_uris, **options) as running,
        httpx2.AsyncClient(base_url=running.rest) as client,
    ):
        yield running, client


async def test_only_what_is_declared_reaches_the_upstream(upstream: Upstream) -> None:
    async with serving_over(upstream) as (_, client):
        await client.get(
            "/things?tag=a%2Fb&tag=c&other=1",
            headers={
                "X-Tenant": "acme",
                "X-Other": "no",
                "Authorization": "Bearer of-the-caller",
                "Cookie": "flavour=sweet; session=secret; alone",
                "Accept": "application/json",
                "Accept-Encoding": "gzip",
            },
        )
    [seen] = upstream.seen
    assert (seen.method, seen.target, seen.body) == ("GET", "/things?tag=a%2Fb&tag=c", b"")
    assert {name.lower(): value for name, value in seen.headers} == {
        "host": upstream.url.removeprefix("http://"),
        "user-agent": seen.header("user-agent"),
        "x-tenant": "acme",
        "cookie": "flavour=sweet",
        "accept": "application/json",
        "accept-encoding": "gzip",
        "authorization": "Bearer key-of-api",
    }


async def test_undeclared_query_parameters_are_passed_on_when_the_operator_says_so(
    upstream: Upstream,
) -> None:
    async with serving_over(upstream, forward_query=frozenset({"test-rest"})) as (_, client):
        await client.get("/things?tag=a&page=2&q=x%26y")
    assert upstream.seen[0].target == "/things?tag=a&page=2&q=x%26y"


async def test_an_answer_comes_as_the_upstream_gave_it(upstream: Upstream) -> None:
    body = b'{"big": 123456789012345678901234567890, "spelt": 1.50}'
    upstream.respond = answer(
        body,
        "201 Created",
        etag='"v1"',
        x_ratelimit_remaining="7",
        retry_after="3",
        location="/things/9",
        x_request_id="r-1",
        content_disposition="attachment",
        set_cookie="a=b",
        server="hidden",
        access_control_allow_origin="*",
        connection="x-hop",
        x_hop="dropped",
    )
    async with serving_over(upstream) as (_, client):
        got = await client.get("/things")
    assert (got.status_code, got.content) == (201, body)
    headers = dict(got.headers)
    headers.pop("date")
    assert headers == {
        "content-type": "application/json",
        "content-length": str(len(body)),
        "etag": '"v1"',
        "x-ratelimit-remaining": "7",
        "retry-after": "3",
        "location": "/things/9",
        "x-request-id": "r-1",
        "content-disposition": "attachment",
    }


async def test_compression_is_passed_through(upstream: Upstream) -> None:
    packed = bytes.fromhex("1f8b0800000000000003abae050043bfa6a302000000")
    upstream.respond = answer(packed, content_encoding="gzip")
    async with serving_over(upstream) as (_, client):
        got = await client.get("/things", headers={"Accept-Encoding": "gzip"})
    assert (got.headers["content-encoding"], got.content) == ("gzip", b"{}")


@pytest.mark.parametrize("status", ["304 Not Modified", "204 No Content"])
async def test_answers_without_a_body_have_none(upstream: Upstream, status: str) -> None:
    upstream.respond = answer(b"", status, content_length="0")
    async with serving_over(upstream) as (_, client):
        got = await client.get("/things", headers={"If-None-Match": '"v1"'})
    assert (got.status_code, got.content) == (int(status[:3]), b"")
    assert upstream.seen[0].header("if-none-match") == '"v1"'


async def test_redirects_are_relayed_and_not_followed(upstream: Upstream) -> None:
    upstream.respond = answer(b"", "302 Found", location="http://example.invalid/")
    async with serving_over(upstream) as (_, client):
        got = await client.get("/things")
    assert (got.status_code, got.headers["location"]) == (302, "http://example.invalid/")


async def test_head_is_answered_by_get_without_a_body(upstream: Upstream) -> None:
    upstream.respond = answer(b'{"a":1}')
    async with serving_over(upstream) as (_, client):
        got = await client.head("/things")
    assert (got.status_code, got.headers["content-length"], got.content) == (200, "7", b"")


async def test_options_says_what_a_path_answers(upstream: Upstream) -> None:
    async with serving_over(upstream) as (_, client):
        got = await client.options("/things")
    assert (got.status_code, got.headers["allow"]) == (204, "GET, HEAD, OPTIONS, PATCH, POST")


async def test_a_shaped_answer_is_json_of_its_own(upstream: Upstream) -> None:
    upstream.respond = answer(b'{"items":[{"name":"a"},{"name":"b"}]}', etag='"v"', x_request_id="r")
    async with serving_over(upstream) as (_, client):
        got = await client.get("/names")
    assert got.json() == {"first": "a", "all": ["a", "b"]}
    assert got.headers["x-request-id"] == "r"
    assert "etag" not in got.headers


async def test_a_shaped_call_passes_an_upstream_error_on(upstream: Upstream) -> None:
    upstream.respond = answer(b'{"error":"no"}', "422 Nope", retry_after="1")
    async with serving_over(upstream) as (_, client):
        got = await client.get("/names")
    assert (got.status_code, got.json(), got.headers["retry-after"]) == (422, {"error": "no"}, "1")


async def test_an_undecodable_answer_is_a_bad_gateway(upstream: Upstream) -> None:
    upstream.respond = answer(b"<html>")
    async with serving_over(upstream) as (_, client):
        got = await client.get("/names")
    assert got.status_code == 502
    assert got.json() == {
        "title": "undecodable answer",
        "status": 502,
        "detail": "api did not answer in json: "
        "unexpected character, expected a JSON value: line 1 column 1 (char 0)",
        "code": "undecodable-answer",
        "retryable": False,
    }


async def test_the_fields_of_a_body_become_one_object(upstream: Upstream) -> None:
    async with serving_over(upstream) as (_, client):
        await client.patch("/things", json={"size": 0, "colour": "", "more": 1})
    assert upstream.seen[0].body == b'{"size":0,"colour":""}'


@pytest.mark.parametrize("content", [b"", b" \n"])
async def test_an_empty_body_is_no_json_error(upstream: Upstream, content: bytes) -> None:
    async with serving_over(upstream) as (_, client):
        got = await client.patch("/things", content=content, headers={"Content-Type": "application/json"})
    assert got.status_code == 200
    assert upstream.seen[0].body == b""


async def test_json_is_read_whatever_the_client_calls_it(upstream: Upstream) -> None:
    async with serving_over(upstream) as (_, client):
        await client.post(
            "/things", content=b'{"a":1}', headers={"Content-Type": "application/x-www-form-urlencoded"}
        )
    assert (upstream.seen[0].body, upstream.seen[0].header("content-type")) == (
        b'{"a":1}',
        "application/json",
    )


@pytest.mark.parametrize(
    ("method", "path", "content", "media_type", "status", "detail"),
    [
        ("POST", "/things", b"", "application/json", 400, "body: is required"),
        ("POST", "/things", b"[1]", "application/json", 400, "body: must be object, not array"),
        ("POST", "/things", b'{"a":', "application/json", 400, "body: is not JSON: "),
        ("POST", "/things", b"a=1", "application/x-www-form-urlencoded", 415, "this operation reads"),
        ("GET", "/things/..", b"", "", 400, "id: gives '..' as a path segment"),
        ("GET", "/things/%2e%2e", b"", "", 400, "id: gives '..' as a path segment"),
        ("GET", "/things/", b"", "", 400, "id: gives '' as a path segment"),
        ("GET", "/thing", b"", "", 404, "nothing is exposed under this path; the nearest path is /things"),
        ("PUT", "/things", b"", "", 405, "/things answers GET, HEAD, OPTIONS, PATCH, POST"),
        (
            "GET",
            "/broken",
            b"",
            "",
            501,
            "this operation is refused (L001): no consumed operation 'api.nothing'",
        ),
        ("GET", "/things?tag=%ff", b"", "", 400, "tag: is not UTF-8"),
    ],
)
async def test_what_cannot_be_done_is_said_and_not_sent(
    upstream: Upstream, method: str, path: str, content: bytes, media_type: str, status: int, detail: str
) -> None:
    async with serving_over(upstream) as (running, _):
        # a raw connection: HTTP clients fold dots away before they send
        headers = f"Content-Type: {media_type}\r\nContent-Length: {len(content)}\r\nConnection: close\r\n"
        got = await raw(
            running.rest, f"{method} {path} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n".encode() + content
        )
    assert got.status_code == status
    assert got.headers["content-type"] == "application/problem+json"
    assert got.json()["detail"].startswith(detail)
    assert upstream.seen == []


async def raw(url: str, request: bytes) -> httpx2.Response:
    """Send bytes as they are and parse the answer."""
    host, port = url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(request)
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    lines = head.decode().split("\r\n")
    headers = [(line.partition(":")[0], line.partition(":")[2].strip()) for line in lines[1:]]
    return httpx2.Response(int(lines[0].split()[1]), headers=headers, content=body)


async def test_a_body_beyond_the_limit_is_refused_with_and_without_a_length(upstream: Upstream) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(11):
            yield b" " * 1024 * 1024

    async with serving_over(upstream) as (_, client):
        declared = await client.post("/things", content=b" " * (10 * 1024 * 1024 + 1))
        streamed = await client.post("/things", content=pieces())
    assert (declared.status_code, streamed.status_code) == (413, 413)
    assert upstream.seen == []


@pytest.mark.parametrize(
    ("host", "origin", "status"),
    [
        ("localhost", None, 200),
        ("localhost:8080", "http://localhost:3000", 200),
        ("127.0.0.1", None, 200),
        ("[::1]:8080", None, 200),
        ("192.0.2.7:8080", None, 200),
        ("192.0.2.7", "http://192.0.2.7", 200),
        ("proxy.example", None, 200),
        ("Proxy.Example:443", "https://proxy.example", 200),
        ("evil.example", None, 421),
        ("", None, 421),
        ("localhost.evil.example", None, 421),
        ("localhost", "https://evil.example", 403),
        ("localhost", "null", 403),
        ("localhost", "http://192.0.2.7", 403),
        ("localhost", "http://[", 403),
    ],
)
async def test_foreign_hosts_and_pages_are_turned_away(
    upstream: Upstream, host: str, origin: str | None, status: int
) -> None:
    lines = [f"Host: {host}", "Connection: close", *([f"Origin: {origin}"] if origin is not None else [])]
    request = "GET /things HTTP/1.1\r\n" + "".join(f"{line}\r\n" for line in lines) + "\r\n"
    async with serving_over(upstream, allowed_hosts=frozenset({"proxy.example"})) as (running, _):
        got = await raw(running.rest, request.encode())
    assert got.status_code == status
    assert len(upstream.seen) == (1 if status == 200 else 0)


async def test_an_upstream_that_is_down_is_a_bad_gateway_that_says_so(upstream: Upstream) -> None:
    plan = compiled(CAPABILITY)
    async with (
        served(plan, {"API_KEY": "k"}, base_uris={"api": "http://127.0.0.1:1"}) as running,
        httpx2.AsyncClient(base_url=running.rest) as client,
    ):
        got = await client.post("/things", json={})
    assert got.status_code == 502
    assert got.json()["detail"].startswith("cannot connect to api at 127.0.0.1:1: ")
    assert got.headers["x-should-retry"] == "false"


async def test_a_silent_upstream_is_a_timeout_that_posts_must_not_repeat(upstream: Upstream) -> None:
    upstream.respond = silence
    async with serving_over(upstream, timeout_s=0.3) as (_, client):
        got = await client.post("/things", json={})
        again = await client.get("/things")
    assert (got.status_code, got.headers["x-should-retry"]) == (504, "false")
    assert got.json()["detail"] == "api gave no answer within 0.3 s"
    assert (again.status_code, "x-should-retry" in again.headers) == (504, False)
    assert [seen.method for seen in upstream.seen] == ["POST", "GET"]


async def test_an_upstream_that_hangs_up_is_a_bad_gateway(upstream: Upstream) -> None:
    upstream.respond = hang_up
    async with serving_over(upstream) as (_, client):
        got = await client.post("/things", json={})
    assert (got.status_code, len(upstream.seen)) == (502, 1)


async def test_an_answer_that_breaks_off_is_broken_off(upstream: Upstream) -> None:
    async def half(seen: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf of it")
        await writer.drain()
        writer.close()

    upstream.respond = half
    async with serving_over(upstream) as (_, client):
        with pytest.raises(httpx2.RemoteProtocolError):
            await client.get("/things")


async def test_a_caller_who_hangs_up_stops_the_upstream_call(upstream: Upstream) -> None:
    upstream.respond = silence
    async with serving_over(upstream) as (_, client):
        with pytest.raises(httpx2.ReadTimeout):
            await client.get("/things", timeout=0.3)
        await asyncio.wait_for(upstream.left.wait(), 1)


async def test_a_caller_who_leaves_in_the_middle_of_a_download_stops_it(upstream: Upstream) -> None:
    async def endless(seen: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n")
        while True:
            writer.write(b"x" * 65536)
            await writer.drain()

    upstream.respond = endless
    async with serving_over(upstream) as (_, client):
        async with client.stream("GET", "/things") as got:
            async for _ in got.aiter_bytes():
                break
        await asyncio.wait_for(upstream.left.wait(), 1)


async def test_a_caller_who_does_not_read_stops_the_upstream_from_sending(upstream: Upstream) -> None:
    written = 0

    async def endless(seen: Seen, writer: asyncio.StreamWriter) -> None:
        nonlocal written
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n")
        while True:
            writer.write(b"x" * 65536)
            await writer.drain()
            written += 65536

    upstream.respond = endless
    async with serving_over(upstream) as (_, client), client.stream("GET", "/things"):
        before, deadline = -1, time.monotonic() + 10
        while written != before and time.monotonic() < deadline:
            before = written
            await asyncio.sleep(0.5)
        assert written == before
        assert written < 40 * 1024 * 1024


async def test_a_server_that_is_told_to_stop_finishes_what_runs(upstream: Upstream) -> None:
    reached, go_on = asyncio.Event(), asyncio.Event()

    async def slow(seen: Seen, writer: asyncio.StreamWriter) -> None:
        reached.set()
        await go_on.wait()
        await answer(b'{"done":true}')(seen, writer)

    upstream.respond = slow
    async with serving_over(upstream) as (running, _):
        call = asyncio.ensure_future(
            raw(running.rest, b"GET /things HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        )
        await asyncio.wait_for(reached.wait(), 5)
        asyncio.get_running_loop().call_later(0.3, go_on.set)
    assert (await call).json() == {"done": True}


async def test_a_refused_request_is_logged_without_its_query(
    upstream: Upstream, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", "naftiko")
    async with serving_over(upstream) as (_, client):
        await client.get("/secret-path?token=abc")
        await client.get("/things?token=abc&tag=t")
    lines = [record.getMessage() for record in caplog.records]
    assert "refused GET /secret-path: 404 not exposed" in lines
    assert "test-rest./things.get: undeclared query parameters go nowhere: token" in lines
    assert any(line.startswith("rest test-rest./things.get: 200 in ") for line in lines)
    assert not any("abc" in line for line in lines)
