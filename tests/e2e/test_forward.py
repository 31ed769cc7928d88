"""What is forwarded reaches the API as it was sent, and nothing of the caller that is not trusted."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import pytest

from serving import compiled, served
from wire import Seen, Upstream, answer, silence

CAPABILITY = """
naftiko: 1.0.0-alpha2
binds:
  - {namespace: keys, keys: {TOKEN: TOKEN}}
capability:
  consumes:
    - type: http
      namespace: notes
      baseUri: https://notes.example/v1
      authentication: {type: bearer, token: "{{TOKEN}}"}
      inputParameters:
        - {name: Notes-Version, in: header, value: "2022-06-28"}
        - {name: region, in: query, value: "eu north"}
        - {name: tenant, in: cookie, value: blue}
      resources:
        - {name: pages, path: /pages, operations: [{name: list-pages}]}
  exposes:
    - type: rest
      namespace: desk
      port: 8080
      resources:
        - path: "/notes/{path}"
          forward: {targetNamespace: notes, trustedHeaders: [X-Trace, x-tags, Authorization]}
        - path: /notes/pages
          operations: [{method: GET, call: notes.list-pages}]
        - {path: "/only", forward: {targetNamespace: notes}}
        - {path: "/of/{team}/{path}", forward: {targetNamespace: notes}}
        - {path: "/broken/{path}", forward: {targetNamespace: note}}
"""


@asynccontextmanager
async def desk(upstream: Upstream) -> AsyncIterator[httpx2.AsyncClient]:
    base_uri = f"{upstream.url}/v1"
    async with (
        served(compiled(CAPABILITY), {"TOKEN": "s3cret"}, base_uris={"notes": base_uri}) as running,
        httpx2.AsyncClient(base_url=running.rest, timeout=30) as client,
    ):
        yield client


def named(seen: Seen) -> dict[str, str]:
    return {name.lower(): value for name, value in seen.headers}


async def raw(base_url: str, request: bytes) -> bytes:
    """Send bytes as they are, and read all that comes until the server closes."""
    url = httpx2.URL(base_url)
    reader, writer = await asyncio.open_connection(url.host, url.port)
    writer.write(request)
    got = await reader.read()
    writer.close()
    return got


async def test_a_request_arrives_with_what_the_file_adds_and_without_what_is_not_trusted(
    upstream: Upstream,
) -> None:
    sent = {
        "X-Trace": "t-1",
        "X-Other": "private",
        "Cookie": "session=1",
        "Authorization": "Bearer callers",
        "Notes-Version": "1999",
        "Accept": "text/html",
    }
    async with desk(upstream) as client:
        got = await client.get("/notes/search/a%2Fb?q=x+y&region=us&z=%C3%BC&r%65gion=us", headers=sent)
    [seen] = upstream.seen
    assert (got.status_code, got.content) == (200, b"{}")
    assert (seen.method, seen.target) == ("GET", "/v1/search/a%2Fb?q=x+y&z=%C3%BC&region=eu%20north")
    headers = named(seen)
    about_us = [headers.pop(name) for name in ("host", "user-agent", "accept-encoding")]
    assert about_us[0] == upstream.url.removeprefix("http://")
    assert headers == {
        "notes-version": "2022-06-28",
        "cookie": "tenant=blue",
        "x-trace": "t-1",
        "accept": "text/html",
        "authorization": "Bearer s3cret",
    }


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "REPORT", "HEAD"])
async def test_any_method_goes_on(upstream: Upstream, method: str) -> None:
    upstream.respond = answer(b"", "207 Multi-Status", content_type="text/x-own")
    async with desk(upstream) as client:
        got = await client.request(method, "/notes/pages/1")
    assert (got.status_code, got.headers["content-type"]) == (207, "text/x-own")
    assert [(seen.method, seen.target) for seen in upstream.seen] == [
        (method, "/v1/pages/1?region=eu%20north")
    ]


@pytest.mark.parametrize("has_length", [True, False])
async def test_a_body_arrives_byte_for_byte(upstream: Upstream, has_length: bool) -> None:
    content = bytes(range(256)) * 4096

    async def pieces() -> AsyncIterator[bytes]:
        for place in range(0, len(content), 10_000):
            yield content[place : place + 10_000]

    headers = {"Content-Type": "image/x", "Content-Encoding": "own"}
    async with desk(upstream) as client:
        await client.post("/notes/files", content=content if has_length else pieces(), headers=headers)
    [seen] = upstream.seen
    assert seen.body == content
    assert (seen.header("content-type"), seen.header("content-encoding")) == ("image/x", "own")
    assert seen.header("content-length") == (str(len(content)) if has_length else None)


async def test_a_repeated_trusted_header_stays_whole(upstream: Upstream) -> None:
    async with desk(upstream) as client:
        await client.get("/notes/x", headers=[("X-Tags", "a"), ("X-Tags", "b, c")])
    tags = [value for name, value in upstream.seen[0].headers if name.lower() == "x-tags"]
    assert tags == ["a", "b, c"]


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/notes/", "/v1/"),
        ("/notes/a//b/", "/v1/a//b/"),
        ("/notes/a;v=1/@b:c", "/v1/a;v=1/@b:c"),
        ("/notes/%F0%9F%9A%A2%20x", "/v1/%F0%9F%9A%A2%20x"),
        ("/notes/%252e%252e/x", "/v1/%252e%252e/x"),
        ("/notes/..x/.hidden", "/v1/..x/.hidden"),
        ("/notes//evil.example/x", "/v1//evil.example/x"),
        ("/notes/@evil.example", "/v1/@evil.example"),
        ("/only", "/v1"),
        ("/of/blue/x/y", "/v1/x/y"),
    ],
)
async def test_a_path_goes_on_as_it_was_written(upstream: Upstream, path: str, target: str) -> None:
    request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()
    async with desk(upstream) as client:
        got = await raw(str(client.base_url), request)
    assert got.startswith(b"HTTP/1.1 200")
    assert [seen.target for seen in upstream.seen] == [f"{target}?region=eu%20north"]


@pytest.mark.parametrize(
    "path",
    ["/notes/../x", "/notes/%2e%2e/x", "/notes/.", "/notes/a%2f..%2fb", "/notes/..%5Cx", "/notes/a/..\\b"],
)
async def test_a_path_that_may_lead_out_of_the_api_is_not_sent(upstream: Upstream, path: str) -> None:
    request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()
    async with desk(upstream) as client:
        got = await raw(str(client.base_url), request)
    assert got.startswith(b"HTTP/1.1 400")
    assert upstream.seen == []


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/notes", 404),
        ("GET", "/only/x", 404),
        ("GET", "/only/", 404),
        ("GET", "/of/blue", 404),
        ("GET", "/broken/x", 501),
        ("DELETE", "/openapi.json", 404),
    ],
)
async def test_what_is_not_below_the_path_is_not_forwarded(
    upstream: Upstream, method: str, path: str, status: int
) -> None:
    async with desk(upstream) as client:
        got = await client.request(method, path)
    assert (got.status_code, got.headers["content-type"]) == (status, "application/problem+json")
    assert upstream.seen == []


async def test_a_declared_operation_goes_before_a_forward_that_takes_its_other_methods(
    upstream: Upstream,
) -> None:
    async with desk(upstream) as client:
        listed = await client.get("/notes/pages?undeclared=1")
        made = await client.post("/notes/pages?undeclared=1", json={"a": 1})
    assert (listed.status_code, made.status_code) == (200, 200)
    region = "region=eu%20north"
    assert [seen.target for seen in upstream.seen] == [
        f"/v1/pages?{region}",
        f"/v1/pages?undeclared=1&{region}",
    ]


async def test_the_upstream_is_told_when_the_caller_hangs_up(upstream: Upstream) -> None:
    upstream.respond = silence
    async with desk(upstream) as client:
        with pytest.raises(httpx2.ReadTimeout):
            await client.get("/notes/slow", timeout=0.3)
        async with asyncio.timeout(5):
            await upstream.left.wait()


async def test_a_redirect_is_handed_back(upstream: Upstream) -> None:
    upstream.respond = answer(b"", "302 Found", location="https://elsewhere.example/")
    async with desk(upstream) as client:
        got = await client.get("/notes/x")
    assert (got.status_code, got.headers["location"], len(upstream.seen)) == (
        302,
        "https://elsewhere.example/",
        1,
    )


async def test_forwards_are_described(upstream: Upstream) -> None:
    async with desk(upstream) as client:
        paths = (await client.get("/openapi.json")).json()["paths"]
    assert {path: sorted(methods) for path, methods in paths.items()} == {
        "/notes/pages": ["get"],
        "/notes/{path}": ["delete", "get", "patch", "post", "put"],
        "/only": ["delete", "get", "patch", "post", "put"],
        "/of/{team}/{path}": ["delete", "get", "patch", "post", "put"],
        "/broken/{path}": ["delete", "get", "patch", "post", "put"],
    }
    assert [param["name"] for param in paths["/of/{team}/{path}"]["post"]["parameters"]] == ["team", "path"]


KEYED = """
naftiko: "0.2"
info: {name: Shop}
capability:
  exposes: [{port: 8080}]
  consumes:
    - targetUri: https://shop.example/v1/{{path}}
      authentication: {type: apikey, key: api_key, value: "{{env.KEY}}", placement: query}
"""


async def test_a_file_of_the_first_version_serves_and_no_caller_brings_a_key_of_his_own(
    upstream: Upstream,
) -> None:
    options = {"base_uris": {"target-1": upstream.url}}
    async with (
        served(compiled(KEYED), {"KEY": "k&1"}, **options) as running,
        httpx2.AsyncClient(base_url=running.rest) as client,
    ):
        got = await client.post("/orders/1?api_key=mine&a=1&api%5Fkey=mine", json={"n": 1})
    [seen] = upstream.seen
    assert (got.status_code, seen.method, seen.body) == (200, "POST", b'{"n":1}')
    assert seen.target == "/orders/1?a=1&api_key=k%261"
