"""Raw bodies go from the caller to the upstream in pieces."""

import asyncio
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest

from serving import Served, compiled, read, served
from wire import Upstream, answer, silence

CAPABILITY = Path(__file__).parents[1] / "golden" / "body-raw" / "capability.yaml"


@asynccontextmanager
async def serving_over(base_uri: str, **options: float) -> AsyncIterator[tuple[Served, httpx2.AsyncClient]]:
    async with (
        served(compiled(read(CAPABILITY)), {}, base_uris={"store": base_uri}, **options) as running,
        httpx2.AsyncClient(base_url=running.rest, timeout=30) as client,
    ):
        yield running, client


async def pieces(number: int, size: int, pause_s: float = 0) -> AsyncIterator[bytes]:
    for place in range(number):
        yield bytes([place % 256]) * size
        await asyncio.sleep(pause_s)


async def test_a_raw_body_arrives_as_it_was_sent(upstream: Upstream) -> None:
    content = bytes(range(256)) * 40
    async with serving_over(upstream.url) as (_, client):
        got = await client.put("/files/a%2Fb", content=content, headers={"Content-Type": "image/png"})
    [seen] = upstream.seen
    assert got.status_code == 200
    assert (seen.method, seen.target, seen.body) == ("PUT", "/files/a%2Fb", content)
    assert (seen.header("content-type"), seen.header("content-length")) == ("image/png", str(len(content)))


async def test_an_upload_without_a_length_is_chunked_and_takes_no_memory() -> None:
    received, chunked = 0, b""

    async def drink(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal received, chunked
        head = await reader.readuntil(b"\r\n\r\n")
        chunked = next(line for line in head.split(b"\r\n") if line.lower().startswith(b"transfer-encoding"))
        while (size := int(await reader.readline(), 16)) > 0:
            received += len(await reader.readexactly(size))
            await reader.readexactly(2)
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(drink, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server, serving_over(url) as (_, client):
        await client.put("/files/warm", content=pieces(1, 10))
        received = 0
        tracemalloc.start()
        got = await client.put("/files/big", content=pieces(1000, 100_000))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert (got.status_code, received) == (204, 100_000_000)
    assert chunked.lower() == b"transfer-encoding: chunked"
    assert peak < 20_000_000


async def test_a_slow_upload_may_take_longer_than_the_deadline(upstream: Upstream) -> None:
    async with serving_over(upstream.url, timeout_s=0.5) as (_, client):
        got = await client.put(
            "/files/slow", content=pieces(8, 10, pause_s=0.15), headers={"Content-Length": "80"}
        )
    assert (got.status_code, len(upstream.seen[0].body)) == (200, 80)


async def test_an_upstream_that_is_silent_after_an_upload_times_out(upstream: Upstream) -> None:
    upstream.respond = silence
    async with serving_over(upstream.url, timeout_s=0.3) as (_, client):
        got = await client.put("/files/x", content=b"abc")
    assert got.status_code == 504


async def test_an_upload_that_the_upstream_refuses_early_is_told(upstream: Upstream) -> None:
    upstream.respond = answer(b'{"error":"full"}', "507 Insufficient Storage")
    async with serving_over(upstream.url) as (_, client):
        got = await client.put("/files/x", content=b"abc")
    assert (got.status_code, got.json()) == (507, {"error": "full"})


async def test_a_caller_who_leaves_in_the_middle_of_an_upload_leaves_no_whole_request_behind(
    caplog: pytest.LogCaptureFixture,
) -> None:
    arrived: asyncio.Queue[bytes | None] = asyncio.Queue()

    async def watch(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        while piece := await reader.read(65536):
            await arrived.put(piece)
        await arrived.put(None)
        writer.close()

    server = await asyncio.start_server(watch, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server, serving_over(url) as (running, _):
        host, port = running.rest.removeprefix("http://").split(":")
        _, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"PUT /files/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nonly this")
        await writer.drain()
        assert await asyncio.wait_for(arrived.get(), 5) == b"only this"
        writer.close()
        assert await asyncio.wait_for(arrived.get(), 5) is None
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


async def test_an_upload_is_described_by_the_document(upstream: Upstream) -> None:
    async with serving_over(upstream.url) as (_, client):
        document = (await client.get("/openapi.json")).json()
    assert document["paths"]["/files/{name}"]["put"]["requestBody"] == {
        "required": True,
        "content": {"*/*": {"schema": {}}},
    }
