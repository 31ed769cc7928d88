"""What callers of both faces are told when a call fails: the same, each in its form."""

import gzip
from typing import Any

import httpx2
import pytest

from serving import compiled, mcp_client, served
from wire import Respond, Upstream, answer, hang_up, silence

CAPABILITY = """
naftiko: 1.0.0-alpha2
capability:
  consumes:
  - type: http
    namespace: api
    baseUri: http://127.0.0.1:1
    resilience: {timeout: 100, retries: 0}
    errors:
    - {status: 409, when: $.e, equals: E1, code: already-there, message: It is there, hint: Read it}
    - {status: 503, code: closed, retryable: true, retryAfter: 60}
    - {status: 500, code: theirs, message: $.text}
    resources:
    - name: things
      path: /things
      operations:
      - {name: list, method: GET}
      - {name: make, method: POST}
  exposes:
  - type: rest
    namespace: r
    port: 8080
    resources:
    - path: /things
      operations: [{method: GET, call: api.list}, {method: POST, call: api.make}]
    - path: /flow
      operations: [{method: GET, call: api.list, outputParameters: [{name: a, type: string, mapping: $.a}]}]
  - type: mcp
    namespace: m
    port: 9090
    tools:
    - {name: list, call: api.list}
    - {name: make, call: api.make}
    - {name: flow, call: api.list, outputParameters: [{name: a, type: string, mapping: $.a}]}
"""
ROUTES = {"list": ("GET", "/things"), "make": ("POST", "/things"), "flow": ("GET", "/flow")}


async def told(upstream: Upstream, name: str) -> tuple[httpx2.Response, str, dict[str, Any]]:
    """Call over both faces; return what REST answers, the text of MCP, and what stands beside it."""
    async with served(compiled(CAPABILITY), {}, base_uris={"api": upstream.url}) as running:
        async with httpx2.AsyncClient(base_url=running.rest) as client:
            method, path = ROUTES[name]
            over_rest = await client.request(method, path)
        async with mcp_client(running.mcp) as tools:
            over_mcp = await tools.call_tool(name, {})
    assert over_mcp.is_error
    [content] = over_mcp.content
    assert content.type == "text"
    return over_rest, content.text, dict((over_mcp.meta or {})["io.naftiko/error"])


CASES: list[tuple[Respond, str, int, str, dict[str, Any]]] = [
    (
        answer(b'{"e": "E1"}', "409 Conflict"),
        "make",
        409,
        "already-there: It is there\nRead it",
        {"code": "already-there", "hint": "Read it", "retryable": False},
    ),
    (
        answer(b"", "503 Service Unavailable", retry_after="5"),
        "flow",
        503,
        "closed: the upstream answered 503\nretry after 60 s",
        {"code": "closed", "hint": "retry after 60 s", "retryable": True, "retryAfter": 60},
    ),
    (
        answer(gzip.compress(b'{"text": "out of ink"}'), "500 Oops", content_encoding="gzip"),
        "list",
        500,
        "theirs: out of ink\na retry may help",
        {"code": "theirs", "hint": "a retry may help", "retryable": True},
    ),
    (
        silence,
        "list",
        504,
        "api gave no answer within 0.1 s\na retry may help",
        {"code": "upstream-timed-out", "hint": "a retry may help", "retryable": True},
    ),
    (
        hang_up,
        "make",
        502,
        "api: no usable answer came\nthe request may have been processed: check before repeating it",
        {
            "code": "upstream-unreachable",
            "hint": "the request may have been processed: check before repeating it",
            "retryable": False,
        },
    ),
]


@pytest.mark.parametrize(("respond", "name", "status", "text", "envelope"), CASES)
async def test_both_faces_tell_the_same(
    upstream: Upstream, respond: Respond, name: str, status: int, text: str, envelope: dict[str, Any]
) -> None:
    upstream.respond = respond
    over_rest, said, beside = await told(upstream, name)
    assert (over_rest.status_code, said) == (status, text)
    assert over_rest.headers["content-type"] == "application/problem+json"
    document = ("title", "status", "detail")
    assert {key: value for key, value in over_rest.json().items() if key not in document} == envelope
    assert beside == {"status": status, "message": said.splitlines()[0], **envelope}
    wait = envelope.get("retryAfter")
    assert over_rest.headers.get("retry-after") == (None if wait is None else str(wait))


@pytest.mark.parametrize("size", [2, 100_000])
async def test_an_error_without_a_rule_is_what_the_upstream_answered(upstream: Upstream, size: int) -> None:
    upstream.respond = answer(b"x" * size, "409 Conflict", content_type="text/plain")
    over_rest, _, beside = await told(upstream, "list")
    assert (over_rest.status_code, over_rest.content) == (409, b"x" * size)
    assert (beside["code"], beside["status"], beside["retryable"]) == ("conflict", 409, False)


async def test_an_error_that_cannot_be_unpacked_is_judged_by_its_status(upstream: Upstream) -> None:
    upstream.respond = answer(b"broken", "500 Oops", content_encoding="gzip")
    over_rest, said, _ = await told(upstream, "list")
    assert over_rest.json()["code"] == "theirs"
    assert said.startswith("theirs: the upstream answered 500")


async def test_an_error_too_large_to_look_into_is_judged_by_its_status(upstream: Upstream) -> None:
    upstream.respond = answer(b"x" * 100_000, "503 Busy")
    over_rest, _, _ = await told(upstream, "list")
    assert over_rest.json()["code"] == "closed"
