"""Calls one operation from both faces and tells what each was answered."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx2
from mcp import types

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
