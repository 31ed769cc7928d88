"""A capability whose upstream fails: calls an operation from both faces and tells what each was answered."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

import httpx2
from mcp import types

from digesting import PASSWORD, USER
from serving import Served, compiled, served

CAPABILITY = """\
naftiko: 1.0.0-alpha2
binds:
- namespace: env
  keys: {{USER: SHIPS_USER, PASSWORD: SHIPS_PASSWORD, CA: SHIPS_CA}}
capability:
  consumes:
  - type: http
    namespace: ships
    baseUri: https://ships.example.org{more}
    resilience: {{backoff: none, {limits}}}
    resources:
    - name: ships
      path: /ships
      operations:
      - {{name: read, method: GET}}
      - {{name: build, method: POST, inputParameters: [{{name: body, in: body, type: object}}]}}
      - {{name: change, method: PUT, inputParameters: [{{name: body, in: body, type: object}}]}}
      - {{name: load, method: PUT, body: {{type: binary}}}}
      - {{name: scan, method: GET, outputRawFormat: xml}}
      - {{name: table, method: GET, outputRawFormat: csv}}
    - {{name: first, path: /first, operations: [{{name: first, method: GET}}, {{name: start, method: POST}}]}}
  exposes:
  - type: rest
    namespace: rest
    port: 8080
    resources:
    - path: /read
      operations:
      - {{name: read, method: GET, call: ships.ships.read}}
      - {{name: build, method: POST, call: ships.ships.build}}
      - {{name: change, method: PUT, call: ships.ships.change}}
    - path: /load
      operations: [{{name: load, method: PUT, call: ships.ships.load}}]
    - path: /shape
      operations:
      - {{name: shape, method: GET, call: ships.ships.read, outputParameters: {shape}}}
      - {{name: make, method: POST, call: ships.ships.build, outputParameters: {shape}}}
    - path: /scan
      operations: [{{name: scan, method: GET, call: ships.ships.scan, outputParameters: {shape}}}]
    - path: /table
      operations: [{{name: table, method: GET, call: ships.ships.table, outputParameters: {whole}}}]
    - path: /tour
      operations:
      - {{name: tour, method: GET, steps: {tour}, outputParameters: {whole}}}
      - {{name: trade, method: POST, steps: {trade}, outputParameters: {whole}}}
  - type: mcp
    namespace: tools
    port: 9090
    tools:
    - {{name: read, description: Reads., call: ships.ships.read}}
    - {{name: build, description: Builds., call: ships.ships.build}}
    - {{name: shape, description: Reads., call: ships.ships.read, outputParameters: {shape}}}
    - {{name: make, description: Builds., call: ships.ships.build, outputParameters: {shape}}}
    - {{name: scan, description: Reads., call: ships.ships.scan, outputParameters: {shape}}}
    - {{name: table, description: Reads., call: ships.ships.table, outputParameters: {whole}}}
    - {{name: tour, description: Tours., steps: {tour}, outputParameters: {whole}}}
    - {{name: trade, description: Trades., steps: {trade}, outputParameters: {whole}}}
"""
SHAPE = "[{name: name, type: string, mapping: $.name}]"
WHOLE = "[{type: array, mapping: $.}]"
TOUR = "[{type: call, name: a, call: ships.first.first}, {type: call, name: b, call: ships.ships.read}]"
TRADE = "[{type: call, name: a, call: ships.first.start}, {type: call, name: b, call: ships.ships.read}]"
# three silent attempts fit into the deadline, on a busy machine too
DEADLINE_S = 1.2
LIMITS = "idleTimeout: 250, circuitBreaker: {failures: 0}"
DIGEST = "authentication: {type: digest, username: '{{env.USER}}', password: '{{env.PASSWORD}}'}"

POSTS = {"read": "build", "shape": "make", "tour": "trade"}

AGAIN = "a retry may help"
CHECK = "the request may have been processed: check before repeating it"
UNCHANGED = "do not retry it unchanged"
LATER = "retry later"

F = TypeVar("F")

HANGS_S = 20
_HEADERS = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-06-18"}


@dataclass(frozen=True)
class Ours:
    """A problem document."""

    status: int
    title: str
    detail: str


@dataclass(frozen=True)
class Passed:
    """The upstream's own answer; of its headers those that the other side names too."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class BrokenOff:
    """An answer that began and did not come to its end."""


@dataclass(frozen=True)
class Said:
    """The text of a tool's result."""

    text: str
    is_error: bool = False


UNREACHABLE = Ours(502, "upstream unreachable", "ships: no usable answer came")


@dataclass(frozen=True)
class Row(Generic[F]):
    """A fault, what both faces answer to a GET and, when ``advice_on_post`` says so, to a POST.

    The text of a tool's result is the cause, and the advice on the next line. ``seen`` and ``posted`` are how
    many requests reach the upstream; ``call`` is what is asked for on either face.
    """

    fault: F
    rest: Ours | Passed | BrokenOff
    cause: str
    advice: str = ""
    seen: int = 1
    advice_on_post: str | None = None
    posted: int = 1
    call: str = "read"
    is_error: bool = True
    post: tuple[Ours | Passed, str] | None = None


@dataclass(frozen=True)
class Trial:
    """How a row is tried; ``arm`` sets the fault up anew and forgets what the upstream has ``seen``."""

    running: Served
    method: str
    path: str
    arm: Callable[[], Awaitable[None]]
    seen: Callable[[], Awaitable[int]]


def on_post(row: Row[F]) -> Row[F]:
    """Say what the row says of a POST as if it were one of a GET."""
    rest, cause = row.post or (row.rest, row.cause)
    is_error = row.is_error or (isinstance(rest, Passed) and rest.status >= 400)
    told = replace(row, rest=rest, cause=cause, is_error=is_error)
    return replace(told, advice=row.advice_on_post or "", seen=row.posted, call=POSTS[row.call])


async def check_row(row: Row[F], trial: Trial) -> None:
    """Call from both faces, and check the answers and how often the upstream was asked."""
    named = row.rest.headers if isinstance(row.rest, Passed) else {}
    await trial.arm()
    assert await ask_rest(trial.method, f"{trial.running.rest}/{trial.path}", named) == row.rest
    assert await trial.seen() == row.seen
    await trial.arm()
    text = f"{row.cause}\n{row.advice}" if row.advice else row.cause
    assert await ask_mcp(trial.running.mcp, row.call) == Said(text, row.is_error)
    assert await trial.seen() == row.seen


def text_of(more: str = "", limits: str = LIMITS) -> str:
    """Write the capability; ``more`` are further keys of the consumed API, ``limits`` what it bears."""
    filled = {"shape": SHAPE, "whole": WHOLE, "tour": TOUR, "trade": TRADE}
    return CAPABILITY.format(more=more and f"\n    {more}", limits=limits, **filled)


@asynccontextmanager
async def facing(
    base_uri: str, text: str, timeout_s: float = DEADLINE_S, ca: str = "", **options: Any
) -> AsyncIterator[Served]:
    """Serve the capability with an upstream of the test."""
    environ = {"SHIPS_USER": USER, "SHIPS_PASSWORD": PASSWORD, "SHIPS_CA": ca or "unused"}
    chosen = {"base_uris": {"ships": base_uri}, "timeout_s": timeout_s, **options}
    async with served(compiled(text), environ, **chosen) as running:
        yield running


async def ask_rest(method: str, url: str, named: Mapping[str, str]) -> Ours | Passed | BrokenOff:
    """Send one request; ``named`` are the headers that matter."""
    try:
        async with httpx2.AsyncClient(timeout=HANGS_S, verify=False) as client:
            content = b"{}" if method in ("POST", "PUT") else None
            given = {"Content-Type": "application/json"} if content else {}
            got = await client.request(method, url, content=content, headers=given)
    except httpx2.RemoteProtocolError:
        return BrokenOff()
    if got.headers.get("content-type") == "application/problem+json":
        document = got.json()
        return Ours(document["status"], document["title"], document["detail"])
    kept = {name: got.headers.get(name, "") for name in named}
    return Passed(got.status_code, got.content, kept)


async def ask_mcp(url: str, tool: str) -> Said:
    """Call a tool without arguments."""
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": tool, "arguments": {}}}
    async with httpx2.AsyncClient(timeout=HANGS_S, verify=False) as client:
        got = await client.post(f"{url}/mcp", json=message, headers=_HEADERS)
    result = types.CallToolResult.model_validate(got.json()["result"])
    return Said(" | ".join(_told(part) for part in result.content), bool(result.is_error))


def _told(part: types.ContentBlock) -> str:
    match part:
        case types.TextContent():
            return part.text
        case types.ResourceLink():
            return f"link to {part.uri}"
        case _:
            return part.type
