"""Servers that ask their callers who they are: on real sockets, over both faces, before anything else."""

from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client, types
from mcp.client.streamable_http import streamable_http_client

from naftiko_runtime.runtime.bindings import BindError
from serving import Served, compiled, served
from wire import Upstream

pytestmark = pytest.mark.anyio

SECRET = "s3cret-öf-callers"
ENVIRON = {"CALLERS": SECRET, "API_KEY": "key-of-api"}
CAPABILITY = """
naftiko: 1.0.0-alpha2
binds:
- namespace: env
  keys: {CALLERS: CALLERS, API_KEY: API_KEY}
capability:
  consumes:
  - type: http
    namespace: api
    baseUri: http://127.0.0.1:1
    AUTHENTICATION-OF-API
    resources:
    - name: things
      path: /things
      operations:
      - name: list
        method: GET
        inputParameters:
        - {name: Authorization, in: header}
        - {name: X-Key, in: header}
      - {name: make, method: POST, inputParameters: [{name: body, in: body, type: object}]}
  exposes:
  - type: rest
    namespace: things-rest
    port: 8080
    authentication: {OF-CALLERS}
    resources:
    - path: /things
      operations: [{method: GET, call: api.list}, {method: POST, call: api.make}]
  - type: mcp
    namespace: things-mcp
    port: 9090
    authentication: {OF-CALLERS}
    tools: [{name: list-things, call: api.list}]
"""
BEARER = "type: bearer, token: '{{env.CALLERS}}'"
BASIC = "type: basic, username: jo, password: '{{env.CALLERS}}'"
HEADER = "type: apikey, key: X-Key, value: '{{env.CALLERS}}'"
RAW = "type: apikey, key: Authorization, value: 'Token {{env.CALLERS}}'"
QUERY = "type: apikey, key: a key, placement: query, value: '{{env.CALLERS}}'"
SIGNED = "authentication: {type: bearer, token: '{{env.API_KEY}}'}"

LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
Headers = list[tuple[bytes, bytes]]


def basic(pair: str) -> bytes:
    return b"Basic " + b64encode(pair.encode())


@asynccontextmanager
async def asking(upstream: Upstream, of_callers: str, of_api: str = SIGNED) -> AsyncIterator[Served]:
    text = CAPABILITY.replace("OF-CALLERS", of_callers).replace("AUTHENTICATION-OF-API", of_api)
    options: dict[str, Any] = {"base_uris": {"api": upstream.url}, "forward_query": {"things-rest"}}
    async with served(compiled(text), ENVIRON, **options) as running:
        yield running


async def statuses(running: Served, headers: Headers, query: str = "") -> tuple[int, int]:
    """Ask both faces with the same credential."""
    async with httpx2.AsyncClient() as client:
        rest = await client.get(f"{running.rest}/things{query}", headers=headers)
        mcp = await client.post(f"{running.mcp}/mcp{query}", json=LIST, headers=headers)
    return rest.status_code, mcp.status_code


KNOWN: list[tuple[str, Headers, str]] = [
    (BEARER, [(b"Authorization", f"Bearer {SECRET}".encode())], ""),
    (BEARER, [(b"authorization", f"bEARER   {SECRET}".encode())], ""),
    (BASIC, [(b"Authorization", basic(f"jo:{SECRET}"))], ""),
    (HEADER, [(b"x-key", SECRET.encode())], ""),
    (RAW, [(b"Authorization", f"Token {SECRET}".encode())], ""),
    (QUERY, [], "?x=1&a+key=s3cret-%C3%B6f-callers"),
    (QUERY, [], "?a%20key=s3cret%2D%C3%B6f-callers&y"),
]


@pytest.mark.parametrize(("of_callers", "headers", "query"), KNOWN)
async def test_callers_who_present_what_is_asked_for_are_served(
    upstream: Upstream, of_callers: str, headers: Headers, query: str
) -> None:
    async with asking(upstream, of_callers) as running:
        assert await statuses(running, headers, query) == (200, 200)


@pytest.mark.parametrize(("of_callers", "headers", "query"), KNOWN)
async def test_what_callers_present_goes_to_no_upstream(
    upstream: Upstream, of_callers: str, headers: Headers, query: str
) -> None:
    async with asking(upstream, of_callers, of_api="description: open") as running:
        await statuses(running, headers, query)
    [seen] = upstream.seen
    assert (seen.header("authorization"), seen.header("x-key")) == (None, None)
    assert "s3cret" not in repr(seen)
    assert basic(f"jo:{SECRET}").decode() not in repr(seen)


async def test_a_credential_for_the_upstream_still_goes_there_beside_ours(upstream: Upstream) -> None:
    theirs: Headers = [(b"X-Key", SECRET.encode()), (b"Authorization", b"Bearer for-the-upstream")]
    async with asking(upstream, HEADER, of_api="description: open") as running:
        assert await statuses(running, theirs) == (200, 200)
    [seen] = upstream.seen
    assert (seen.header("authorization"), seen.header("x-key")) == ("Bearer for-the-upstream", None)


RIGHT = f"Bearer {SECRET}".encode()


WRONG: dict[str, list[tuple[Headers, str]]] = {
    BEARER: [
        ([], ""),
        ([], f"?token={SECRET}"),
        ([(b"Authorization", b"")], ""),
        ([(b"Authorization", b"Bearer")], ""),
        ([(b"Authorization", b"Bearer key-of-api")], ""),
        ([(b"Authorization", SECRET.encode())], ""),
        ([(b"Authorization", f"Basic {SECRET}".encode())], ""),
        ([(b"Authorization", f"Bearer\t{SECRET}".encode())], ""),
        ([(b"Authorization", f"Bearer {SECRET}".encode("latin-1"))], ""),
        ([(b"Authorization", RIGHT[:-1])], ""),
        ([(b"Authorization", RIGHT + b"x")], ""),
        ([(b"Authorization", RIGHT.swapcase())], ""),
        ([(b"Authorization", b"Bearer " + b"x" * 50_000)], ""),
        ([(b"Authorization", RIGHT), (b"Authorization", RIGHT)], ""),
        ([(b"Authorization", RIGHT), (b"Authorization", b"Bearer other")], ""),
        ([(b"Authorization", RIGHT + b", " + RIGHT)], ""),
    ],
    BASIC: [
        ([], ""),
        ([(b"Authorization", basic("jo:"))], ""),
        ([(b"Authorization", basic(f"jim:{SECRET}"))], ""),
        ([(b"Authorization", basic(f"jo:{SECRET}\n"))], ""),
        ([(b"Authorization", b"Basic")], ""),
        ([(b"Authorization", b"Basic \xff\xfe")], ""),
        ([(b"Authorization", b"Bearer" + basic(f"jo:{SECRET}")[5:])], ""),
    ],
    HEADER: [
        ([(b"X-Key", b"")], ""),
        ([(b"X-Key", RIGHT)], ""),
        ([(b"Authorization", RIGHT)], f"?X-Key={SECRET}"),
        ([(b"X-Key", SECRET.encode()), (b"X-Key", SECRET.encode())], ""),
    ],
    RAW: [
        ([(b"Authorization", RIGHT)], ""),
    ],
    QUERY: [
        ([(b"a-key", SECRET.encode())], ""),
        ([], "?a+key"),
        ([], "?a+key="),
        ([], f"?A+KEY={SECRET}"),
        ([], f"?a+key={SECRET}&a%20key={SECRET}"),
        ([], "?a+key=%ff%00"),
    ],
}


@pytest.mark.parametrize("of_callers", WRONG)
async def test_all_others_are_refused_by_both_faces(upstream: Upstream, of_callers: str) -> None:
    async with asking(upstream, of_callers) as running:
        told = [await statuses(running, headers, query) for headers, query in WRONG[of_callers]]
    assert told == [(401, 401)] * len(WRONG[of_callers])
    assert upstream.seen == []


@pytest.mark.parametrize(
    ("of_callers", "challenge"),
    [
        (BEARER, 'Bearer realm="things-{}"'),
        (BASIC, 'Basic realm="things-{}", charset="UTF-8"'),
        (HEADER, 'ApiKey realm="things-{}"'),
    ],
)
async def test_a_refusal_says_what_is_asked_for(upstream: Upstream, of_callers: str, challenge: str) -> None:
    async with asking(upstream, of_callers) as running, httpx2.AsyncClient() as client:
        rest = await client.post(f"{running.rest}/things", content=b"not JSON")
        mcp = await client.post(f"{running.mcp}/mcp", content=b"not JSON")
    for face, refused in (("rest", rest), ("mcp", mcp)):
        assert refused.headers["www-authenticate"] == challenge.format(face)
        assert refused.headers["content-type"] == "application/problem+json"
    assert rest.json() == mcp.json()
    assert rest.headers["x-should-retry"] == "false"


async def test_the_reasons_for_a_refusal_differ_in_the_sentence_alone(upstream: Upstream) -> None:
    async with asking(upstream, BEARER) as running, httpx2.AsyncClient() as client:
        given: list[Headers] = [[], [(b"Authorization", b"x")], [(b"Authorization", RIGHT)] * 2]
        told = [(await client.get(f"{running.rest}/things", headers=headers)).json() for headers in given]
    assert told == [
        {
            "title": "not authenticated",
            "status": 401,
            "detail": f"this server asks for a bearer token; {reason}",
            "code": "not-authenticated",
            "retryable": False,
        }
        for reason in ("none was given", "what was given is not it", "more than one was given")
    ]


async def test_who_is_not_known_learns_nothing_of_what_there_is(upstream: Upstream) -> None:
    asked = [
        ("GET", "/nothing-here"),
        ("DELETE", "/things"),
        ("OPTIONS", "/things"),
        ("HEAD", "/things"),
        ("GET", "/openapi.json"),
        ("GET", "/docs"),
        ("GET", "/.well-known/oauth-protected-resource"),
    ]
    async with asking(upstream, BEARER) as running, httpx2.AsyncClient() as client:
        for url in (running.rest, running.mcp):
            for method, path in asked:
                assert (await client.request(method, url + path)).status_code == 401
                known = await client.request(method, url + path, headers={b"Authorization": RIGHT})
                assert known.status_code != 401


async def test_pages_of_other_hosts_are_refused_before_anybody_is_asked(upstream: Upstream) -> None:
    async with asking(upstream, BEARER) as running:
        assert await statuses(running, [(b"Origin", b"https://evil.example")]) == (403, 403)
        assert await statuses(running, [(b"Host", b"evil.example")]) == (421, 421)
        assert await statuses(running, [(b"Origin", b"https://evil.example"), (b"Authorization", RIGHT)]) == (
            403,
            403,
        )


@pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])
async def test_an_mcp_client_with_the_header_uses_tools(upstream: Upstream, mode: Any) -> None:
    async with (
        asking(upstream, BEARER) as running,
        httpx2.AsyncClient(headers={b"Authorization": RIGHT}) as http,
        Client(streamable_http_client(f"{running.mcp}/mcp", http_client=http), mode=mode) as client,
    ):
        result = await client.call_tool("list-things", {})
    [block] = result.content
    assert isinstance(block, types.TextContent)
    assert (result.is_error, block.text) == (False, "{}")
    assert [seen.header("authorization") for seen in upstream.seen] == ["Bearer key-of-api"]


async def test_no_secret_is_logged(upstream: Upstream, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    logged: list[str] = []
    async with asking(upstream, QUERY) as running, httpx2.AsyncClient() as client:
        for url in (f"{running.rest}/things", f"{running.rest}/nowhere"):
            await client.get(f"{url}?a+key=nearly-right")
            await client.get(f"{url}?a+key={SECRET}")
        await client.post(f"{running.mcp}/mcp?a+key=nearly-right", json=LIST)
        logged = [record.getMessage() for record in caplog.records if record.name.startswith("naftiko")]
    assert "refused POST /mcp: 401 not authenticated" in logged
    assert "refused GET /things: 401 not authenticated" in logged
    assert not [line for line in logged if "s3cret" in line or "nearly-right" in line]


@pytest.mark.parametrize("value", [None, "", "  "])
async def test_a_secret_that_is_not_set_keeps_the_server_from_starting_with_stand_ins_too(
    value: str | None,
) -> None:
    text = CAPABILITY.replace("OF-CALLERS", BEARER).replace("AUTHENTICATION-OF-API", SIGNED)
    plan = compiled(text.replace("http://127.0.0.1:1", "https://api.together.ai/v1"))
    environ = {} if value is None else {"CALLERS": value}
    with pytest.raises(BindError) as caught:
        async with served(plan, environ):
            raise NotImplementedError
    [problem] = caught.value.diagnostics
    assert (problem.code, problem.message.partition(" ")[0]) == ("B001", "CALLERS")


async def test_a_stand_in_serves_without_its_own_key_whoever_knows_that_of_callers() -> None:
    text = CAPABILITY.replace("OF-CALLERS", BEARER).replace("AUTHENTICATION-OF-API", SIGNED)
    plan = compiled(text.replace("http://127.0.0.1:1", "https://api.together.ai/v1"))
    async with served(plan, {"CALLERS": SECRET}) as running, httpx2.AsyncClient() as client:
        for token, status in ((RIGHT, 404), (b"Bearer sandbox-key", 401)):
            answer = await client.get(f"{running.rest}/things", headers={b"Authorization": token})
            assert answer.status_code == status


@pytest.mark.parametrize("of_api", ["API_KEY", "CALLERS"])
async def test_a_stand_in_needs_of_the_files_only_the_one_that_callers_know(
    tmp_path: Path, of_api: str
) -> None:
    files = f"""\
- {{namespace: env, location: "file://{tmp_path}/callers.json", keys: {{CALLERS: key}}}}
- {{namespace: api, location: "file://{tmp_path}/api.json", keys: {{API_KEY: key}}}}
"""
    own = "- namespace: env\n  keys: {CALLERS: CALLERS, API_KEY: API_KEY}\n"
    text = CAPABILITY.replace(own, files).replace("OF-CALLERS", BEARER)
    text = text.replace(
        "AUTHENTICATION-OF-API", f"authentication: {{type: bearer, token: '{{{{{of_api}}}}}'}}"
    )
    plan = compiled(text.replace("http://127.0.0.1:1", "https://api.together.ai/v1"))
    with pytest.raises(BindError) as caught:
        async with served(plan, {}):
            raise NotImplementedError
    assert [(item.code, item.span.line) for item in caught.value.diagnostics] == [("B005", 4)]
    (tmp_path / "callers.json").write_text(f'{{"key": "{SECRET}"}}', encoding="utf-8")
    async with served(plan, {}) as running, httpx2.AsyncClient() as client:
        for token, status in ((RIGHT, 404), (b"Bearer sandbox-key", 401)):
            answer = await client.get(f"{running.rest}/things", headers={b"Authorization": token})
            assert answer.status_code == status
