"""Documents that nobody here wrote, from an upstream's bytes to callers of REST and MCP, or spoilt.

What each of them is as JSON, ``tests/formats/test_foreign.py`` compares with another reader.
"""

import json
import logging
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest

from foreign import documents, enough, jsons, manual_pages
from naftiko_runtime.formats import FORMATS, Hints
from serving import Served, compiled, mcp_client, served
from wire import Upstream, answer

CAPABILITY = """
naftiko: 1.0.0-alpha2
capability:
  consumes:
  - type: http
    namespace: api
    baseUri: http://127.0.0.1:1
    resources:
    - {name: things, path: /things, operations: [{name: list, method: GET, outputRawFormat: %s}]}
  exposes:
  - type: rest
    namespace: face
    port: 8080
    resources:
    - path: /things
      operations: [{method: GET, call: api.list, outputParameters: [{type: object, mapping: $.PART}]}]
  - type: mcp
    namespace: tools
    port: 9090
    tools: [{name: list, call: api.list, outputParameters: [{type: object, mapping: $.PART}]}]
"""


def json_lines() -> list[bytes]:
    return ["\n".join(json.dumps(item) for item in [value] * 3).encode() for _, value in jsons()]


def rows(delimiter: bytes) -> list[bytes]:
    plain = [data for data in documents("RECORD") if b'"' not in data and delimiter not in data]
    return [data.replace(b",", delimiter) for data in plain]


# who has documents of a format, and what is none in it
SOURCES: dict[str, tuple[Callable[[], list[bytes]], bytes]] = {
    "json": (lambda: [data for data, _ in jsons()], b'{"a": <hush>}'),
    "ndjson": (json_lines, b'{"a": 1}\n{"hush'),
    "xml": (
        lambda: [data for data in documents("*.xml", "*.svg") if b"<!DOCTYPE" not in data],
        b"<hush><a></hush>",
    ),
    "yaml": (lambda: documents("*.yaml", "*.yml", "WHEEL"), b"hush: [1"),
    "csv": (lambda: documents("RECORD", "*.csv"), b"a,b\n1,2,hush\n"),
    "tsv": (lambda: rows(b"\t"), b"a\tb\n1\t2\thush\n"),
    "psv": (lambda: rows(b"|"), b"a|b\n1|2|hush\n"),
    "html": (lambda: [*documents("*.html"), *manual_pages()], b"<table>hush\xff</table>"),
    "markdown": (lambda: documents("*.md"), b"# hush\xff"),
    "text": (lambda: documents("*.txt"), b"hush\xff"),
}


@asynccontextmanager
async def serving(kind: str, part: str = "") -> AsyncIterator[tuple[Served, Upstream, httpx2.AsyncClient]]:
    async with (
        Upstream.open() as upstream,
        served(
            compiled(CAPABILITY.replace("PART", part) % kind), {}, base_uris={"api": upstream.url}
        ) as running,
        httpx2.AsyncClient(base_url=running.rest, timeout=30) as client,
    ):
        yield running, upstream, client


def readable(kind: str, found: list[bytes]) -> list[tuple[bytes, Any]]:
    """Take the documents of packages that are what their names say; some are made to be broken."""
    pairs = []
    for data in found:
        try:
            pairs.append((data, FORMATS[kind].decode(data, Hints())))
        except ValueError:
            continue
    return [pair for pair in pairs if pair[1] is not None][:15]


@pytest.mark.parametrize("kind", SOURCES)
async def test_a_document_is_the_same_for_every_caller(kind: str) -> None:
    pairs = readable(kind, SOURCES[kind][0]())
    enough(data for data, _ in pairs)
    async with serving(kind) as (running, upstream, client), mcp_client(running.mcp) as tools:
        for data, value in pairs:
            upstream.respond = answer(data, content_type=f"application/{kind}")
            got = await client.get("/things")
            result = await tools.call_tool("list", {})
            text = result.content[0].text  # type: ignore[union-attr]
            assert (got.status_code, got.json(), result.is_error) == (200, value, False)
            assert (text if isinstance(value, str) else json.loads(text)) == value


@pytest.mark.parametrize("kind", SOURCES)
async def test_a_spoilt_document_is_refused_with_a_reason_that_quotes_nothing(
    kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "naftiko")
    async with serving(kind, part="a") as (running, upstream, client), mcp_client(running.mcp) as tools:
        upstream.respond = answer(SOURCES[kind][1], content_type="application/octet-stream")
        got = await client.get("/things")
        result = await tools.call_tool("list", {})
    assert got.status_code == 502
    assert re.match(f"api did not answer in {kind}: .", got.json()["detail"])
    assert (result.is_error, "hush" in got.text + str(result.content)) == (True, False)
    told = {record.levelname for record in caplog.records if "hush" in record.getMessage()}
    assert told == {"DEBUG"}
