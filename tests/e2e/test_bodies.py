"""Bodies of every kind, from the callers of both faces to the bytes that reach the upstream."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest

from naftiko_runtime.values import Json
from serving import Served, compiled, mcp_client, read, served
from wire import Upstream

CAPABILITY = Path(__file__).parents[1] / "golden" / "bodies" / "capability.yaml"

FORM = "application/x-www-form-urlencoded"
NASTY = 'a"b\\<&>=+\r\n--é'
# a tool or route, what it is given, and what the upstream gets
CASES: dict[str, tuple[dict[str, Json], str, str]] = {
    "text-of-json": (
        {"imo": 9, "crew": ["x", None]},
        "POST application/json",
        '{"ship":"9","crew":["x",null]}',
    ),
    "structure": (
        {"name": NASTY, "tag": {"t": 1}},
        "PUT application/json",
        '{"name":"a\\"b\\\\<&>=+\\r\\n--é","tags":[{"t":1},"fixed"]}',
    ),
    "xml": (
        {"id": NASTY, "name": "</thing>"},
        "POST application/xml",
        '<thing id="a&quot;b\\&lt;&amp;&gt;=+&#13;&#10;--é">&lt;/thing&gt;</thing>',
    ),
    "text": ({"name": "Ada"}, "POST text/plain", "Dear Ada"),
    "form": (
        {"scope": ["a b", "c&d"]},
        f"POST {FORM}",
        "scope=a+b&scope=c%26d&secret=s%26t",
    ),
    "parts": (
        {"title": 'x"\r\n', "text": "a,b\r\n--LINE--"},
        "POST multipart/form-data; boundary=LINE",
        '--LINE\r\nContent-Disposition: form-data; name="title"\r\n\r\nx"\r\n\r\n'
        '--LINE\r\nContent-Disposition: form-data; name="file"; filename="x%22%0D%0A.csv"\r\n'
        "Content-Type: text/csv\r\n\r\na,b\r\n--LINE--\r\n--LINE--\r\n",
    ),
    "fields": (
        {"photo": "bytes"},
        "POST multipart/form-data; boundary=LINE",
        '--LINE\r\nContent-Disposition: form-data; name="photo"; filename="photo"\r\n'
        "Content-Type: application/octet-stream\r\n\r\nbytes\r\n--LINE--\r\n",
    ),
}


@asynccontextmanager
async def serving_over(upstream: Upstream) -> AsyncIterator[Served]:
    plan = compiled(read(CAPABILITY))
    async with served(plan, {"SHOP_SECRET": "s&t"}, base_uris={"shop": upstream.url}) as running:
        yield running


def arrived(upstream: Upstream) -> tuple[str, str]:
    """Take what arrived last; the line between the parts of a form is made short."""
    seen = upstream.seen.pop()
    kind, body = f"{seen.method} {seen.header('content-type')}", seen.body.decode()
    assert seen.header("content-length") == str(len(seen.body))
    line = re.search(r"boundary=(\w+)", kind)
    return (kind.replace(line[1], "LINE"), body.replace(line[1], "LINE")) if line else (kind, body)


@pytest.mark.parametrize("name", CASES)
async def test_a_body_reaches_the_upstream_from_a_route_and_from_a_tool(
    name: str, upstream: Upstream
) -> None:
    given, kind, body = CASES[name]
    async with serving_over(upstream) as running:
        async with httpx2.AsyncClient() as client:
            got = await client.post(f"{running.rest}/{name}", json=given)
        by_route = arrived(upstream)
        async with mcp_client(running.mcp) as tools:
            told = await tools.call_tool(name, given)
        by_tool = arrived(upstream)
    assert (got.status_code, told.is_error) == (200, False)
    assert (by_route, by_tool) == ((kind, body), (kind, body))


async def test_the_callers_body_is_sent_as_it_is(upstream: Upstream) -> None:
    async with serving_over(upstream) as running:
        async with httpx2.AsyncClient() as client:
            await client.post(f"{running.rest}/whole", json=[1, {"a": None}])
        by_route = arrived(upstream)
        async with mcp_client(running.mcp) as tools:
            await tools.call_tool("whole", {"body": [1, {"a": None}]})
        by_tool = arrived(upstream)
    assert by_route == by_tool == ("PATCH application/json", '[1,{"a":null}]')


async def test_a_body_is_sent_with_delete(upstream: Upstream) -> None:
    async with serving_over(upstream) as running:
        async with httpx2.AsyncClient() as client:
            await client.delete(f"{running.rest}/drop", params={"ids": ["1", "2"]})
        by_route = arrived(upstream)
        async with mcp_client(running.mcp) as tools:
            await tools.call_tool("drop", {"ids": ["1", "2"]})
        by_tool = arrived(upstream)
    assert by_route == by_tool == ("DELETE application/json", '{"ids":["1","2"]}')


async def test_what_a_body_cannot_hold_is_refused_and_nothing_is_sent(upstream: Upstream) -> None:
    async with serving_over(upstream) as running, httpx2.AsyncClient() as client:
        got = await client.post(f"{running.rest}/xml", json={"id": "\0", "name": ["a"]})
    assert got.status_code == 400
    assert [problem["argument"] for problem in got.json()["errors"]] == ["id, name"]
    assert upstream.seen == []


async def test_nothing_is_sent_of_what_was_left_out(upstream: Upstream) -> None:
    async with serving_over(upstream) as running, httpx2.AsyncClient() as client:
        await client.post(f"{running.rest}/structure", json={})
        left = arrived(upstream)
        await client.post(f"{running.rest}/whole")
    [seen] = upstream.seen
    assert left == ("PUT application/json", '{"tags":["fixed"]}')
    assert (seen.body, seen.header("content-type")) == (b"", None)
