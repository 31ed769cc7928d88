"""Answers that are bytes, from an upstream to callers of REST and MCP: whole, of their type, not too many."""

import asyncio
import os
from base64 import b64decode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from mcp import types

from serving import Served, compiled, mcp_client, served
from wire import Respond, Seen, Upstream, answer

DATA = os.urandom(5000)
CAPABILITY = """
ikanos: 1.0.0-beta5
capability:
  consumes:
  - type: http
    namespace: api
    baseUri: http://127.0.0.1:1
    resources:
      photo:
        path: /photo
        operations: {get: {method: GET, outputRawFormat: binary%s}}
  exposes:
  - type: rest
    namespace: face
    port: 8080
    maxBinarySize: %s
    resources:
      photo:
        path: /photo
        operations: {get: {method: GET, call: api.get%s}}
  - type: mcp
    namespace: tools
    port: 9090
    maxBinarySize: %s
    tools:
      photo: {description: A photo, call: api.get}
    resources:
      photo: {uri: 'photo://it', display: Photo, description: A photo, binary: true, call: api.get}
"""


@asynccontextmanager
async def serving(
    respond: Respond, operation: str = "", route: str = "", *, rest: str = "8KiB", mcp: str = "8KiB"
) -> AsyncIterator[Served]:
    async with Upstream.open() as upstream:
        upstream.respond = respond
        plan = compiled(CAPABILITY % (operation, rest, route, mcp))
        async with served(plan, {}, base_uris={"api": upstream.url}) as running:
            yield running


async def over_rest(running: Served, method: str = "GET", path: str = "/photo") -> httpx2.Response:
    async with httpx2.AsyncClient(base_url=running.rest) as client:
        return await client.request(method, path)


async def over_mcp(running: Served) -> types.CallToolResult:
    async with mcp_client(running.mcp) as tools:
        return await tools.call_tool("photo", {})


def block(result: types.CallToolResult) -> tuple[str, str | None, bytes]:
    """Return the kind of the only content, its media type, and its bytes."""
    [content] = result.content
    if isinstance(content, types.ImageContent | types.AudioContent):
        return content.type, content.mime_type, b64decode(content.data)
    assert isinstance(content, types.EmbeddedResource)
    assert isinstance(content.resource, types.BlobResourceContents)
    return content.type, content.resource.mime_type, b64decode(content.resource.blob)


def typed(media_type: str) -> Respond:
    async def respond(seen: Seen, writer: asyncio.StreamWriter) -> None:
        line = f"Content-Type: {media_type}\r\n" if media_type else ""
        writer.write(f"HTTP/1.1 200 OK\r\n{line}Content-Length: {len(DATA)}\r\n\r\n".encode() + DATA)

    return respond


async def in_pieces(seen: Seen, writer: asyncio.StreamWriter) -> None:
    """Send all data without saying how much it is."""
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    for start in range(0, len(DATA), 1000):
        writer.write(b"3e8\r\n" + DATA[start : start + 1000] + b"\r\n")
        await writer.drain()
    writer.write(b"0\r\n\r\n")


PDF = ", responseBinary: {mediaType: application/pdf}"
# what upstream, operation and route say, what both faces then say, and how tools show it
TYPES = [
    ("image/png", "", "", "image/png", "image/png", "image"),
    ("audio/ogg", "", "", "audio/ogg", "audio/ogg", "audio"),
    ("text/plain", "", "", "text/plain", "text/plain", "resource"),
    ("application/json", "", "", "application/json", "application/json", "resource"),
    ("", "", "", "application/octet-stream", "application/octet-stream", "resource"),
    ("application/octet-stream", ", outputMediaType: image/png", "", "image/png", "image/png", "image"),
    ("", ", outputMediaType: audio/ogg", PDF, "audio/ogg", "audio/ogg", "audio"),
    ("text/plain", ", outputMediaType: image/png", "", "image/png", "image/png", "image"),
    ("", "", PDF, "application/pdf", "application/octet-stream", "resource"),
]


@pytest.mark.parametrize(("given", "operation", "route", "rest_type", "mcp_type", "kind"), TYPES)
async def test_bytes_are_of_the_type_that_is_declared_or_that_the_upstream_says(
    given: str, operation: str, route: str, rest_type: str, mcp_type: str, kind: str
) -> None:
    async with serving(typed(given), operation, route) as running:
        got, result = await over_rest(running), await over_mcp(running)
        async with mcp_client(running.mcp) as client:
            [contents] = (await client.read_resource("photo://it")).contents
    assert (got.status_code, got.headers["content-type"], got.content) == (200, rest_type, DATA)
    assert (block(result), result.is_error) == ((kind, mcp_type, DATA), False)
    assert isinstance(contents, types.BlobResourceContents)
    assert (contents.mime_type, b64decode(contents.blob)) == (mcp_type, DATA)


TOO_LARGE = "the call succeeded, but its answer has {} bytes, more than the {} that are passed on"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_what_says_that_it_is_too_large_is_refused_before_it_begins(method: str) -> None:
    async with serving(answer(DATA), ", maxBinarySize: 4999B") as running:
        got, result = await over_rest(running, method), await over_mcp(running)
    assert (got.status_code, got.headers["content-type"]) == (502, "application/problem+json")
    if method == "GET":
        assert (got.json()["code"], got.json()["detail"]) == (
            "answer-too-large",
            TOO_LARGE.format(5000, 4999),
        )
    assert result.is_error
    [content] = result.content
    assert isinstance(content, types.TextContent)
    assert content.text == TOO_LARGE.format(5000, 4999)


async def test_what_turns_out_to_be_too_large_is_broken_off() -> None:
    async with serving(in_pieces, ", maxBinarySize: 4KiB") as running:
        with pytest.raises(httpx2.RemoteProtocolError):
            await over_rest(running)
        result = await over_mcp(running)
    assert result.is_error
    assert TOO_LARGE.format("more than 4096", 4096) in str(result.content)


@pytest.mark.parametrize("respond", [answer(DATA), in_pieces], ids=["said", "unsaid"])
async def test_as_many_bytes_as_are_allowed_pass(respond: Respond) -> None:
    async with serving(respond, ", maxBinarySize: 5000B, outputMediaType: image/png") as running:
        got, result = await over_rest(running), await over_mcp(running)
    assert (got.status_code, got.content) == (200, DATA)
    assert block(result) == ("image", "image/png", DATA)


@pytest.mark.parametrize("respond", [answer(DATA), in_pieces], ids=["said", "unsaid"])
async def test_a_tool_links_to_the_route_that_passes_on_more(respond: Respond) -> None:
    async with serving(respond, rest="8KiB", mcp="1KiB") as running:
        result = await over_mcp(running)
        text, link = result.content
        assert isinstance(link, types.ResourceLink)
        async with httpx2.AsyncClient() as client:
            got = await client.get(str(link.uri))
    assert (got.content, result.is_error) == (DATA, False)
    assert isinstance(text, types.TextContent)
    assert "is streamed by" in text.text


async def test_a_tool_does_not_link_to_a_route_that_passes_on_no_more() -> None:
    async with serving(answer(DATA), rest="1KiB", mcp="1KiB") as running:
        got, result = await over_rest(running), await over_mcp(running)
    assert (got.status_code, result.is_error, len(result.content)) == (502, True, 1)


async def test_an_error_keeps_its_type_and_its_size() -> None:
    respond = answer(DATA, "404 Not Found", content_type="application/problem+json")
    async with serving(respond, ", maxBinarySize: 1B, outputMediaType: image/png") as running:
        got, result = await over_rest(running), await over_mcp(running)
    assert (got.status_code, got.headers["content-type"]) == (404, "application/problem+json")
    assert (got.content, result.is_error) == (DATA, True)


async def test_nothing_keeps_its_type_and_ranges_keep_their_boundary() -> None:
    async with serving(answer(b"", "204 No Content"), ", outputMediaType: image/png") as running:
        got = await over_rest(running)
    assert (got.status_code, got.headers["content-type"]) == (204, "application/json")
    ranges = "multipart/byteranges; boundary=x"
    respond = answer(DATA, "206 Partial Content", content_type=ranges)
    async with serving(respond, ", outputMediaType: image/png") as running:
        got = await over_rest(running)
    assert (got.status_code, got.headers["content-type"], got.content) == (206, ranges, DATA)


SAID = ", responses: {'200': {description: Rows, content: {text/csv: {schema: {type: string}}}}, '404': {}}"
BYTES = {"schema": {"type": "string", "format": "binary"}}


@pytest.mark.parametrize(
    ("operation", "route", "expected"),
    [
        ("", "", {"2XX": {"application/octet-stream": BYTES}}),
        (", outputMediaType: image/png", "", {"2XX": {"image/png": BYTES}}),
        ("", PDF, {"200": {"application/pdf": BYTES}}),
        ("", SAID, {"200": {"text/csv": {"schema": {"type": "string"}}}, "404": {}}),
    ],
)
async def test_openapi_shows_what_routes_say_that_they_answer(
    operation: str, route: str, expected: dict[str, Any]
) -> None:
    async with serving(answer(DATA), operation, route) as running:
        document = (await over_rest(running, path="/openapi.json")).json()
    shown = document["paths"]["/photo"]["get"]["responses"]
    assert {status: shown[status]["content"] for status in expected} == expected
    assert set(shown) == {*expected, "default"}


async def test_json_that_passes_is_called_what_the_file_calls_it() -> None:
    media_type = "application/vnd.photo+json"
    text = CAPABILITY.replace("outputRawFormat: binary", f"outputMediaType: {media_type}")
    plan = compiled(text % ("", "1B", "", "1B"))
    async with Upstream.open() as upstream:
        upstream.respond = answer(b'{"a": 1}', content_type="text/plain")
        async with served(plan, {}, base_uris={"api": upstream.url}) as running:
            got, result = await over_rest(running), await over_mcp(running)
            document = (await over_rest(running, path="/openapi.json")).json()
    assert (got.headers["content-type"], got.json()) == (media_type, {"a": 1})
    assert result.structured_content == {"a": 1}
    shown = document["paths"]["/photo"]["get"]["responses"]["2XX"]["content"]
    assert shown == {media_type: {}}
