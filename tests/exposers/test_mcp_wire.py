"""What an MCP server accepts and refuses over HTTP, message by message."""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TypeAlias
from urllib.parse import urlsplit

import anyio
import httpx2
import pytest

from naftiko_runtime.exposers.boundary import ASGIApp
from naftiko_runtime.exposers.guard import Guard
from naftiko_runtime.exposers.mcp import McpOptions, build_app
from naftiko_runtime.expr.path import Root
from naftiko_runtime.expr.scope import BindValue
from naftiko_runtime.expr.shape import Selected
from naftiko_runtime.plan.contract import Contract
from naftiko_runtime.plan.flow import Answer, Flow
from naftiko_runtime.plan.surfaces import Context, Invoke, McpSurface, McpTool, Operation, Result
from naftiko_runtime.schemes.static import Bearer
from naftiko_runtime.values import Json, Secret

pytestmark = pytest.mark.anyio

Serve: TypeAlias = Callable[[ASGIApp], AbstractAsyncContextManager[str]]

JSON = {"content-type": "application/json"}
MODERN_META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
}
MODERN = {"mcp-protocol-version": "2026-07-28", "mcp-method": "tools/call", "mcp-name": "wait"}
CALL = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "wait", "arguments": {}}}
MODERN_CALL = {**CALL, "params": {"name": "wait", "arguments": {}, "_meta": MODERN_META}}
FUTURE = {**MODERN, "mcp-protocol-version": "2031-01-01"}
FUTURE_META = {**MODERN_META, "io.modelcontextprotocol/protocolVersion": "2031-01-01"}
FUTURE_CALL = {**CALL, "params": {"name": "wait", "arguments": {}, "_meta": FUTURE_META}}
LIMIT_BYTES = 2000


@asynccontextmanager
async def at_once(operation: Operation, raw: Mapping[str, Json], context: Context) -> AsyncIterator[Result]:
    yield Answer(200, (), {"done": True})


def app(invoke: Invoke = at_once) -> ASGIApp:
    wait = Operation("ai.wait", "Wait.", Contract(), Flow((), Selected(Root())))
    surface = McpSurface("ai-mcp", "", None, 9090, (McpTool("wait", None, wait, {}),))
    return build_app(surface, invoke, Guard(), McpOptions(LIMIT_BYTES, "1"))


async def post(
    serve: Serve, body: object, headers: Mapping[str, str] = JSON, path: str = "/mcp"
) -> httpx2.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    async with serve(app()) as url, httpx2.AsyncClient() as client:
        return await client.post(url + path, content=content, headers={**JSON, **headers})


def outcome(response: httpx2.Response) -> tuple[int, object]:
    """Give the status with the structured result, or with the code of the error."""
    body = response.json()
    return response.status_code, body["error"]["code"] if "error" in body else body["result"][
        "structuredContent"
    ]


async def exchange(url: str, text: str) -> str:
    """Send bytes that no client library would, and read until the server closes."""
    host = urlsplit(url)
    async with await anyio.connect_tcp(host.hostname or "", host.port or 0) as stream:
        await stream.send(text.encode())
        return b"".join([chunk async for chunk in stream]).decode()


def request_text(body: object, headers: Mapping[str, str]) -> str:
    content = json.dumps(body)
    fields = {
        "host": "localhost",
        **JSON,
        "content-length": str(len(content)),
        "connection": "close",
        **headers,
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"POST /mcp HTTP/1.1\r\n{lines}\r\n{content}"


@pytest.mark.parametrize("path", ["/", "/mcp", "/mcp/", "/any/other"])
@pytest.mark.parametrize(("body", "headers"), [(CALL, {}), (MODERN_CALL, MODERN)])
async def test_both_eras_are_served_on_every_path(
    serve: Serve, path: str, body: object, headers: dict[str, str]
) -> None:
    assert outcome(await post(serve, body, headers, path)) == (200, {"done": True})


@pytest.mark.parametrize("revision", ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"])
async def test_every_handshake_revision_is_spoken(serve: Serve, revision: str) -> None:
    hello = {"protocolVersion": revision, "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}}
    response = await post(serve, {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello})
    assert response.json()["result"]["protocolVersion"] == revision
    assert outcome(await post(serve, CALL, {"mcp-protocol-version": revision})) == (200, {"done": True})


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT", "OPTIONS"])
async def test_other_methods_than_post_are_refused_at_once(serve: Serve, method: str) -> None:
    async with serve(app()) as url, httpx2.AsyncClient(timeout=2) as client:
        response = await client.request(method, f"{url}/mcp", headers={"accept": "text/event-stream"})
    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    assert response.headers["content-type"] == "application/problem+json"


async def test_a_client_that_looks_for_an_authorization_server_finds_none(serve: Serve) -> None:
    async with serve(app()) as url, httpx2.AsyncClient() as client:
        response = await client.get(f"{url}/.well-known/oauth-protected-resource/mcp")
    assert response.status_code == 404


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"host": "localhost"}, 200),
        ({"host": "localhost:9090"}, 200),
        ({"host": "[::1]:9090", "origin": "http://localhost:6274"}, 200),
        ({"host": "evil.example"}, 421),
        ({"origin": "https://evil.example"}, 403),
    ],
)
async def test_pages_of_other_hosts_cannot_call(serve: Serve, headers: dict[str, str], status: int) -> None:
    response = await post(serve, CALL, headers)
    kind = "application/json" if status == 200 else "application/problem+json"
    assert (response.status_code, response.headers["content-type"]) == (status, kind)


@pytest.mark.parametrize(
    "headers",
    [
        {"mcp-protocol-version": "2025-11-25 \t"},
        {"mcp-protocol-version": "2026-07-28 ", "mcp-method": "tools/call ", "mcp-name": "wait\t"},
    ],
)
async def test_blanks_behind_header_values_do_not_count(serve: Serve, headers: dict[str, str]) -> None:
    body = MODERN_CALL if "mcp-name" in headers else CALL
    async with serve(app()) as url:
        answered = await exchange(url, request_text(body, headers))
    assert answered.startswith("HTTP/1.1 200 ")
    assert '"structuredContent":{"done":true}' in answered


@pytest.mark.parametrize(("body", "headers"), [(CALL, {}), (MODERN_CALL, MODERN)])
@pytest.mark.parametrize("accept", ["application/json", "*/*", "application/json, text/event-stream"])
async def test_a_client_that_accepts_json_only_is_served(
    serve: Serve, body: object, headers: dict[str, str], accept: str
) -> None:
    assert outcome(await post(serve, body, {**headers, "accept": accept})) == (200, {"done": True})


async def test_a_client_that_does_not_say_what_it_accepts_is_served(serve: Serve) -> None:
    async with serve(app()) as url:
        answered = await exchange(url, request_text(CALL, {}))
    assert answered.startswith("HTTP/1.1 200 ")


@pytest.mark.parametrize("headers", [{}, MODERN])
@pytest.mark.parametrize("body", [b"{", b'{"id": NaN}', b"\xff", b"[" * 1500, b"[" * 300 + b"]" * 300])
async def test_what_is_not_json_is_a_parse_error(serve: Serve, headers: dict[str, str], body: bytes) -> None:
    assert outcome(await post(serve, body, headers)) == (400, -32700)


@pytest.mark.parametrize(
    ("body", "headers", "error"),
    [
        ([CALL], {}, (400, -32600)),
        ([CALL], MODERN, (400, -32600)),
        (MODERN_CALL, {**MODERN, "mcp-name": "other"}, (400, -32020)),
        (FUTURE_CALL, FUTURE, (400, -32022)),
        ({**CALL, "method": "tools/cull"}, {}, (200, -32601)),
        ({**CALL, "id": None}, {}, (400, -32600)),
        ({**MODERN_CALL, "id": [1]}, MODERN, (400, -32600)),
        ([[{}] * 100], {}, (400, -32600)),
    ],
)
async def test_a_malformed_message_is_a_protocol_error(
    serve: Serve, body: object, headers: dict[str, str], error: tuple[int, int]
) -> None:
    assert outcome(await post(serve, body, headers)) == error


async def test_nothing_can_be_subscribed_to(serve: Serve) -> None:
    params = {"_meta": MODERN_META, "notifications": {"toolsListChanged": True}}
    listen = {"jsonrpc": "2.0", "id": 1, "method": "subscriptions/listen", "params": params}
    headers = {"mcp-protocol-version": "2026-07-28", "mcp-method": "subscriptions/listen"}
    assert outcome(await post(serve, listen, headers)) == (404, -32601)


async def test_a_notification_is_accepted(serve: Serve) -> None:
    response = await post(serve, {"jsonrpc": "2.0", "method": "notifications/initialized"})
    assert response.status_code == 202


@pytest.mark.parametrize("announced", [True, False])
async def test_a_message_beyond_the_limit_is_refused(serve: Serve, announced: bool) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(4):
            yield b" " * (LIMIT_BYTES // 2)

    content = b" " * (LIMIT_BYTES + 1) if announced else pieces()
    async with serve(app()) as url, httpx2.AsyncClient() as client:
        response = await client.post(url, content=content, headers=JSON)
    assert response.status_code == 413
    assert response.json()["detail"] == f"the body is larger than {LIMIT_BYTES} bytes"


@pytest.mark.parametrize(("body", "headers"), [(CALL, {}), (MODERN_CALL, MODERN)])
async def test_a_caller_who_hangs_up_cancels_the_call(
    serve: Serve, body: object, headers: dict[str, str]
) -> None:
    started, cancelled = anyio.Event(), anyio.Event()

    @asynccontextmanager
    async def for_ever(
        operation: Operation, raw: Mapping[str, Json], context: Context
    ) -> AsyncIterator[Result]:
        started.set()
        try:
            await anyio.sleep_forever()
        finally:
            cancelled.set()
        yield Answer(200, (), None)

    async with serve(app(for_ever)) as url:
        host = urlsplit(url)
        with anyio.fail_after(5):
            async with await anyio.connect_tcp(host.hostname or "", host.port or 0) as stream:
                await stream.send(request_text(body, headers).encode())
                await started.wait()
                assert not cancelled.is_set()
            await cancelled.wait()


async def test_a_caller_who_hangs_up_before_the_message_is_whole_calls_nothing(serve: Serve) -> None:
    async with serve(app()) as url:
        host = urlsplit(url)
        async with await anyio.connect_tcp(host.hostname or "", host.port or 0) as stream:
            await stream.send(request_text(CALL, {}).encode()[:-5])
        async with httpx2.AsyncClient() as client:
            assert outcome(await client.post(url, json=CALL)) == (200, {"done": True})


ORIGIN = "http://localhost:6274"
QUESTION = {"origin": ORIGIN, "access-control-request-method": "POST"}


async def asked(serve: Serve, method: str, headers: dict[str, str], application: ASGIApp) -> httpx2.Response:
    async with serve(application) as url, httpx2.AsyncClient() as client:
        return await client.request(method, f"{url}/mcp", headers=headers)


async def test_a_browser_hears_that_pages_of_this_machine_may_call(serve: Serve) -> None:
    wanted = "content-type, mcp-protocol-version, mcp-param-region"
    headers = {**QUESTION, "access-control-request-headers": wanted}
    for application in (app(), asking_app()):
        answer = await asked(serve, "OPTIONS", headers, application)
        assert (answer.status_code, answer.content) == (204, b"")
        assert answer.headers["access-control-allow-origin"] == ORIGIN
        assert answer.headers["access-control-allow-methods"] == "POST"
        assert answer.headers["access-control-allow-headers"] == wanted
        assert answer.headers["vary"] == "origin"
    bare = await asked(serve, "OPTIONS", QUESTION, app())
    assert "access-control-allow-headers" not in bare.headers


@pytest.mark.parametrize("headers", [{}, {"origin": "https://evil.example"}, {"host": "evil.example"}])
async def test_a_browser_hears_nothing_for_other_pages(serve: Serve, headers: dict[str, str]) -> None:
    found = {**QUESTION, **headers} if headers else {"access-control-request-method": "POST"}
    answer = await asked(serve, "OPTIONS", found, app())
    assert answer.status_code in (403, 405, 421)
    assert not any(name.startswith("access-control") for name in answer.headers)


async def test_a_page_can_read_the_answer_and_what_it_needs_to_sign_in(serve: Serve) -> None:
    answer = await post(serve, CALL, {"origin": ORIGIN})
    assert answer.status_code == 200
    refused = await asked(serve, "POST", {"origin": ORIGIN}, asking_app())
    assert refused.status_code == 401
    plain = await asked(serve, "OPTIONS", {"origin": ORIGIN}, app())
    assert plain.status_code == 405
    for found in (answer, refused, plain):
        assert found.headers["access-control-allow-origin"] == ORIGIN
        assert "www-authenticate" in found.headers["access-control-expose-headers"]


def asking_app() -> ASGIApp:
    """Build an application that asks its callers for a token."""
    wait = Operation("ai.wait", "Wait.", Contract(), Flow((), Selected(Root())))
    tool = McpTool("wait", None, wait, {})
    surface = McpSurface("ai-mcp", "", None, 9090, (tool,), Bearer(BindValue("k")))
    guard = Guard(binds={"k": Secret("s3cret")})
    return build_app(surface, at_once, guard, McpOptions(LIMIT_BYTES, "1"))
