"""Answers in every format, from the upstream's bytes to what callers of REST and MCP get."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest

from serving import Served, compiled, mcp_client, served
from wire import Upstream, answer

# what the upstream says, of which media type, and what it is as JSON
ANSWERS: dict[str, tuple[bytes, str, Any]] = {
    "json": (b'{"a": 1}', "application/json", {"a": 1}),
    "ndjson": (b'{"a": 1}\n{"a": 2}\n', "application/x-ndjson", [{"a": 1}, {"a": 2}]),
    "xml": (b"<r><a>\xe9</a></r>", "text/xml; charset=iso-8859-1", {"a": "\u00e9"}),
    "yaml": (b"a: 1\n", "application/yaml", {"a": 1}),
    "csv": (b"a,b\n1,2\n", "text/csv", [{"a": "1", "b": "2"}]),
    "tsv": (b"a\tb\n1\t2\n", "text/tab-separated-values", [{"a": "1", "b": "2"}]),
    "psv": (b"a|b\n1|2\n", "text/plain", [{"a": "1", "b": "2"}]),
    "html": (
        b"<table><tr><th>x</table><table id=t><tr><th>a<tr><td>1</table>",
        'text/html; charset="utf-8"',
        {"tables": [[{"a": "1"}]]},
    ),
    "markdown": (
        b"# A\n\ntext\n",
        "text/markdown",
        {"frontMatter": {}, "tables": [], "sections": [{"heading": "A", "level": 1, "content": "text"}]},
    ),
    "text": (b"hello\n", "text/plain", "hello\n"),
}

CAPABILITY = """
naftiko: 1.0.0-alpha2
capability:
  consumes:
  - type: http
    namespace: api
    baseUri: http://127.0.0.1:1
    resources:
    - name: things
      path: /things
      operations:
      - {name: list, method: GET, outputRawFormat: %s%s}
  exposes:
  - type: rest
    namespace: face
    port: 8080
    resources:
    - path: /whole
      operations: [{method: GET, call: api.list, outputParameters: [{type: object, mapping: $.}]}]
    - path: /part
      operations: [{method: GET, call: api.list, outputParameters: [{mapping: '$.a'}]}]
  - type: mcp
    namespace: tools
    port: 9090
    tools:
    - {name: whole, description: Everything, call: api.list}
"""


@asynccontextmanager
async def serving(kind: str, body: bytes, media_type: str) -> AsyncIterator[tuple[Served, Upstream]]:
    schema = ", outputSchema: '#t'" if kind == "html" else ""
    async with Upstream.open() as upstream:
        upstream.respond = answer(body, content_type=media_type)
        plan = compiled(CAPABILITY % (kind.upper(), schema))
        async with served(plan, {}, base_uris={"api": upstream.url}) as running:
            yield running, upstream


@pytest.mark.parametrize("kind", ANSWERS)
async def test_an_answer_is_json_for_every_caller(kind: str) -> None:
    body, media_type, expected = ANSWERS[kind]
    async with serving(kind, body, media_type) as (running, _):
        async with httpx2.AsyncClient(base_url=running.rest) as client:
            whole = await client.get("/whole")
            part = await client.get("/part")
        async with mcp_client(running.mcp) as tools:
            result = await tools.call_tool("whole", {})
    assert (whole.status_code, whole.headers["content-type"]) == (200, "application/json")
    assert whole.json() == expected
    assert part.status_code == (200 if isinstance(expected, dict) and "a" in expected else 204)
    structured = expected if isinstance(expected, dict) else {"result": expected}
    assert result.structured_content == (None if kind == "text" else structured)
    assert not result.is_error


@pytest.mark.parametrize("kind", [kind for kind in ANSWERS if kind != "json"])
async def test_a_malformed_answer_is_a_502_that_quotes_nothing(
    kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "naftiko")
    async with serving(kind, b"\xff<hush>", "text/plain") as (running, _):
        async with httpx2.AsyncClient(base_url=running.rest) as client:
            failed = await client.get("/whole")
        async with mcp_client(running.mcp) as tools:
            result = await tools.call_tool("whole", {})
    assert (failed.status_code, failed.headers["content-type"]) == (502, "application/problem+json")
    sentence = f"api did not answer in {kind}"
    assert failed.json() == {
        "title": "undecodable answer",
        "status": 502,
        "detail": sentence,
        "code": "undecodable-answer",
        "retryable": False,
    }
    assert result.is_error
    assert sentence in str(result.content)
    assert {record.levelname for record in caplog.records if "hush" in record.getMessage()} == {"DEBUG"}


async def test_no_content_is_nothing_in_every_format() -> None:
    async with serving("xml", b"", "text/xml") as (running, upstream):
        upstream.respond = answer(b"", "204 No Content")
        async with httpx2.AsyncClient(base_url=running.rest) as client:
            assert (await client.get("/whole")).status_code == 204


async def test_a_long_answer_is_read_as_a_short_one() -> None:
    rows = [{"a": str(number), "b": "x"} for number in range(20_000)]
    body = b"a,b\n" + b"".join(b"%d,x\n" % number for number in range(20_000))
    async with serving("csv", body, "text/csv") as (running, _), httpx2.AsyncClient() as client:
        assert (await client.get(f"{running.rest}/whole")).json() == rows
