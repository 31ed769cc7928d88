"""Downloads that tools pass through: what the SDK's client hears of them while their bytes arrive."""

import asyncio
from base64 import b64decode
from pathlib import Path

import pytest
from mcp import Client, StdioServerParameters, types
from mcp.client.stdio import stdio_client

from process import COMMANDS
from serving import compiled, mcp_client, served
from wire import Seen, Upstream

pytestmark = pytest.mark.anyio

SOURCES = Path(__file__).parents[2] / "src"
SIZE = 600_000
PIECE = bytes(range(250)) * 400
CAPABILITY = """
naftiko: 1.0.0-alpha2
capability:
  consumes:
  - type: http
    namespace: depot
    baseUri: http://127.0.0.1:1
    resources:
    - name: files
      path: /files
      operations: [{name: load, method: GET, outputRawFormat: binary}]
  exposes:
  - type: mcp
    namespace: tools
    port: 9090
    maxBinarySize: 700KiB
    tools: [{name: load, description: Loads a file, call: depot.load}]
"""


async def slowly(seen: Seen, writer: asyncio.StreamWriter) -> None:
    """Answer piece after piece; each is a step that is told."""
    writer.write(
        f"HTTP/1.1 200 OK\r\nContent-Type: application/zip\r\nContent-Length: {SIZE}\r\n\r\n".encode()
    )
    for _ in range(SIZE // len(PIECE)):
        writer.write(PIECE)
        await writer.drain()
        await asyncio.sleep(0.05)


async def load(client: Client) -> list[float]:
    """Load the file and return what was told of it."""
    heard: list[tuple[float, float | None]] = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        assert message == f"{progress:.0f} of {total:.0f} bytes"
        heard.append((progress, total))

    result = await client.call_tool("load", {}, progress_callback=hear)
    (block,) = result.content
    assert isinstance(block, types.EmbeddedResource)
    assert isinstance(block.resource, types.BlobResourceContents)
    assert b64decode(block.resource.blob) == PIECE * (SIZE // len(PIECE))
    assert {total for _, total in heard} == {SIZE}
    return [progress for progress, _ in heard]


@pytest.mark.parametrize("era", ["legacy", "2026-07-28"])
async def test_a_client_over_http_hears_of_the_bytes_of_a_download(upstream: Upstream, era: str) -> None:
    upstream.respond = slowly
    async with (
        served(compiled(CAPABILITY), {}, base_uris={"depot": upstream.url}) as running,
        mcp_client(running.mcp, era) as client,
    ):
        heard = await load(client)
    assert len(heard) >= 3
    assert heard == sorted(set(heard))
    assert heard[-1] <= SIZE


async def test_a_client_over_stdio_hears_of_the_bytes_of_a_download(
    upstream: Upstream, tmp_path: Path
) -> None:
    upstream.respond = slowly
    file = tmp_path / "depot.yaml"
    file.write_text(CAPABILITY, encoding="utf-8")
    command = ["run", str(file), "--stdio", "--base-uri", f"depot={upstream.url}"]
    parameters = StdioServerParameters(
        command=str(COMMANDS / "naftiko"), args=command, env={"PYTHONPATH": str(SOURCES)}
    )
    async with Client(stdio_client(parameters)) as client:
        heard = await load(client)
    assert len(heard) >= 3
    assert heard == sorted(set(heard))
