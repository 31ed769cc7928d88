"""Answers in every format, from the upstream's bytes to what callers of REST and MCP get."""

import asyncio
import gzip
import json
import logging
import time
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from mcp import types

from serving import Served, compiled, mcp_client, served
from wire import Seen, Upstream, answer

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
    - {name: part, description: A part, call: api.list, outputParameters: [{mapping: '$.a'}]}
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


REASONS = dict.fromkeys(ANSWERS, "byte 0 is not utf-8") | {
    "ndjson": "line 1: str is not valid UTF-8: surrogates not allowed: line 1 column 1 (char 0)"
}


def text_of(result: types.CallToolResult) -> str:
    [content] = result.content
    assert isinstance(content, types.TextContent)
    return content.text


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
    sentence = f"api did not answer in {kind}: {REASONS[kind]}"
    assert failed.json() == {
        "title": "undecodable answer",
        "status": 502,
        "detail": sentence,
        "code": "undecodable-answer",
        "retryable": False,
    }
    assert result.is_error
    assert sentence in text_of(result)
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


DEEP = 100_000
LAUGHS = b"hush: 1\na0: &a0 [x]\n" + b"".join(
    b"a%d: &a%d [%s]\n" % (level, level, b",".join([b"*a%d" % (level - 1)] * 9)) for level in range(1, 12)
)
ENTITIES = b"<!DOCTYPE r [<!ENTITY a 'hush'>%s]><r>&f;</r>" % b"".join(
    b"<!ENTITY %c '%s'>" % (code, b"&%c;" % (code - 1) * 99) for code in b"bcdef"
)
ZEROS = bytes(40 << 20)
BARE = zlib.compressobj(wbits=-zlib.MAX_WBITS)
MOST = f"more than {32 << 20}"
TOO_LARGE = "the call succeeded, but its answer has {} bytes, more than can be held here"
# what the upstream says in which format, with which headers, and what callers are told
HOSTILE: dict[str, tuple[str, bytes, dict[str, str], str]] = {
    "entities": ("xml", ENTITIES, {}, "a document type is declared, which could define entities"),
    "outer entities": (
        "xml",
        b'<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]><r>&a;</r>',
        {},
        "a document type is declared, which could define entities",
    ),
    "aliases": ("yaml", LAUGHS, {}, "it expands to more than 1000000 values"),
    "deep XML": ("xml", b"<hush>" * DEEP, {}, "it is nested more than 100 deep"),
    "deep YAML": ("yaml", b"[" * DEEP, {}, "it is nested more than 100 deep"),
    "deep HTML": ("html", b"<div>" * DEEP, {}, "it is nested more than 512 deep"),
    "deep JSON": ("json", b"[" * DEEP, {}, "depth limit exceeded: line 1 column 1026 (char 1025)"),
    "deep JSON with a large number": ("json", b"[" * DEEP + b"1" * 20, {}, "JSON is nested too deep"),
    "deep NDJSON": (
        "ndjson",
        b'"hush"\n' + b"[" * DEEP,
        {},
        "line 2: depth limit exceeded: line 1 column 1026 (char 1025)",
    ),
    "many cells": ("csv", b"hush,b\n" + b"1,2,3\n", {}, "line 2: 3 cells, but 2 columns have names"),
    "another charset": (
        "csv", b"a\nhush \x80\n", {"content_type": "text/csv; charset=utf-8"}, "byte 7 is not utf-8",
    ),
    "no charset at all": (
        "csv",
        b"a\nhush\n",
        {"content_type": "text/csv; charset=hush"},
        "the charset that it names is not known",
    ),
    "no charset in XML": (
        "xml",
        b'<?xml version="1.0" encoding="hush"?><a/>',
        {"content_type": "text/xml"},
        "the charset that it names is not known",
    ),
    "not packed": (
        "json", b"\x1f\x8bhush", {"content_encoding": "gzip"}, "the upstream's answer cannot be decompressed",
    ),
    "packed in part": (
        "json",
        gzip.compress(b'{"a": "hush"}')[:-4],
        {"content_encoding": "gzip"},
        "the upstream's compressed answer is not whole",
    ),
    "packed otherwise": (
        "json", b"hush", {"content_encoding": "br"},
        "the upstream's answer is encoded as 'br', which was not asked for",
    ),
    "gzip": ("text", gzip.compress(ZEROS), {"content_encoding": "gzip"}, TOO_LARGE.format(MOST)),
    "deflate": ("csv", zlib.compress(ZEROS), {"content_encoding": "deflate"}, TOO_LARGE.format(MOST)),
    "bare deflate": (
        "xml",
        BARE.compress(ZEROS) + BARE.flush(),
        {"content_encoding": "deflate"},
        TOO_LARGE.format(MOST),
    ),
    "too long": ("json", b"", {"content_length": str(33554433)}, TOO_LARGE.format(33554433)),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
async def test_a_hostile_answer_is_refused_with_a_reason_in_little_time(
    case: str, caplog: pytest.LogCaptureFixture
) -> None:
    kind, body, headers, reason = HOSTILE[case]
    caplog.set_level(logging.DEBUG, "naftiko")
    async with serving(kind, b"", "text/plain") as (running, upstream), mcp_client(running.mcp) as tools:
        upstream.respond = answer(body, **headers)
        async with httpx2.AsyncClient(base_url=running.rest) as client:
            began = time.perf_counter()
            failed = await client.get("/part")
            took_s = time.perf_counter() - began
        result = await tools.call_tool("part", {})
    assert (failed.status_code, failed.json()["status"], result.is_error) == (502, 502, True)
    assert failed.json()["detail"].removeprefix(f"api did not answer in {kind}: ") == reason
    assert text_of(result).splitlines()[0] == failed.json()["detail"]
    assert "hush" not in failed.text + str(result)
    assert {record.levelname for record in caplog.records if "hush" in record.getMessage()} <= {"DEBUG"}
    assert took_s < 2


async def without_length(seen: Seen, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + ZEROS)
    writer.close()


async def test_an_answer_whose_length_nobody_said_is_read_within_the_limit() -> None:
    async with serving("yaml", b"", "text/plain") as (running, upstream), httpx2.AsyncClient() as client:
        upstream.respond = without_length
        failed = await client.get(f"{running.rest}/part")
    assert (failed.status_code, failed.json()["code"]) == (502, "answer-too-large")


CHARSETS = [
    ("xml", "<?xml version='1.0' encoding='UTF-16'?><r><a>\u20ac</a></r>", "utf-16", ""),
    ("xml", "<?xml version='1.0' encoding='windows-1252'?><r><a>\u20ac</a></r>", "windows-1252", ""),
    ("xml", "<?xml version='1.0' encoding='utf-8'?><r><a>\xe9</a></r>", "iso-8859-1", "iso-8859-1"),
    ("json", '\ufeff{"a": "\u20ac"}', "utf-8", ""),
    ("json", '{"a": "\u20ac"}', "utf-16", ""),
    ("json", '{"a": "\xe9"}', "iso-8859-1", "ISO-8859-1"),
    ("json", '{"a": "\u20ac"}', "utf-8", "iso-8859-1"),
    ("yaml", "a: \u20ac", "utf-16", ""),
    ("yaml", "a: \xe9", "iso-8859-1", '"iso-8859-1"'),
]


@pytest.mark.parametrize(("kind", "text", "charset", "named"), CHARSETS)
async def test_an_answer_is_read_in_the_charset_it_names(
    kind: str, text: str, charset: str, named: str
) -> None:
    media_type = f"application/{kind}" + (f"; charset={named}" if named else "")
    async with serving(kind, text.encode(charset), media_type) as (running, _):
        async with httpx2.AsyncClient() as client:
            got = await client.get(f"{running.rest}/part")
        async with mcp_client(running.mcp) as tools:
            result = await tools.call_tool("part", {})
    assert (got.status_code, [got.json()]) == (200, [sign for sign in "\u20ac\xe9" if sign in text])
    assert text_of(result) == got.json()


async def test_rows_in_windows_1252_are_read_where_the_headers_say_so() -> None:
    rows = "name,price\n\u201eSt\xfcck\u201c,5 \u20ac\n".encode("windows-1252")
    media_type = "text/csv; charset=windows-1252"
    async with serving("csv", rows, media_type) as (running, upstream), httpx2.AsyncClient() as client:
        said = await client.get(f"{running.rest}/whole")
        upstream.respond = answer(rows, content_type="text/csv")
        unsaid = await client.get(f"{running.rest}/whole")
    assert said.json() == [{"name": "\u201eSt\xfcck\u201c", "price": "5 \u20ac"}]
    assert (unsaid.status_code, unsaid.json()["detail"]) == (
        502,
        "api did not answer in csv: byte 11 is not utf-8",
    )


@pytest.mark.parametrize(
    ("coding", "pack"),
    [
        ("gzip", gzip.compress),
        ("gzip", lambda data: gzip.compress(data[:5]) + gzip.compress(data[5:])),
        ("deflate", zlib.compress),
        ("deflate", lambda data: zlib.compress(data)[2:-4]),
    ],
    ids=["gzip", "members", "zlib", "bare"],
)
async def test_an_answer_is_unpacked_although_nobody_asked_for_packing(
    coding: str, pack: Callable[[bytes], bytes]
) -> None:
    async with serving("xml", b"", "text/xml") as (running, upstream):
        upstream.respond = answer(pack(b"<r><a>1</a></r>"), content_encoding=coding)
        async with httpx2.AsyncClient() as client:
            got = await client.get(f"{running.rest}/part")
        async with mcp_client(running.mcp) as tools:
            result = await tools.call_tool("part", {})
    assert (got.json(), text_of(result)) == ("1", "1")
    assert "content-encoding" not in got.headers
    assert {seen.header("accept-encoding") for seen in upstream.seen} == {"identity"}


@pytest.mark.parametrize("depth", [90, 150, 900])
async def test_deep_json_reaches_callers_whole(depth: int) -> None:
    body = b'{"a":' * depth + b"1" + b"}" * depth
    async with serving("json", body, "application/json") as (running, _):
        async with httpx2.AsyncClient() as client:
            got = await client.get(f"{running.rest}/whole")
        async with mcp_client(running.mcp) as tools:
            result = await tools.call_tool("whole", {})
    assert (got.content, text_of(result).encode(), result.is_error) == (body, body, False)
    assert result.structured_content == (json.loads(body) if depth < 100 else None)
