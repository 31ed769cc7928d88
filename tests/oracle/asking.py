"""Calls of routes and tools, written byte by byte, so that no client's own encoding stands between."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from naftiko_runtime.plan.surfaces import McpTool, RestRoute
from oracle.raw import text
from oracle.words import PATH_HOLE


async def ask(url: str, unit: RestRoute | McpTool, arguments: Mapping[str, Any]) -> str:
    """Call a route or a tool with arguments, and return the whole answer."""
    parts = urlsplit(url)
    head, body = _route(unit, arguments) if isinstance(unit, RestRoute) else _tool(unit, arguments)
    lines = [*head, f"Host: {parts.netloc}", f"Content-Length: {len(body)}", "Connection: close", "", ""]
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    writer.write("\r\n".join(lines).encode() + body)
    answer = await reader.read()
    writer.close()
    return answer.decode()


def _tool(tool: McpTool, arguments: Mapping[str, Any]) -> tuple[list[str], bytes]:
    params = {"name": tool.name, "arguments": arguments}
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    head = [
        "POST /mcp HTTP/1.1",
        "Accept: application/json, text/event-stream",
        "Content-Type: application/json",
        "MCP-Protocol-Version: 2025-06-18",
    ]
    return head, json.dumps(message).encode()


def _route(route: RestRoute, arguments: Mapping[str, Any]) -> tuple[list[str], bytes]:
    """Put every argument where the route looks for it."""
    placed: dict[str, list[tuple[str | None, Any]]] = {}
    for item in route.inputs:
        if item.argument in arguments:
            key = item.argument if item.key is None and item.place != "body" else item.key
            placed.setdefault(item.place, []).append((key, arguments[item.argument]))
    path = {str(name): value for name, value in placed.get("path", [])}
    written = route.path.replace("?", "%3F").replace("#", "%23")
    target = PATH_HOLE.sub(lambda found: quote(text(path[found[1] or found[2]]), safe=""), written)
    query = "&".join(_pairs(placed.get("query", []), "&"))
    head = [f"{route.method} {target}{'?' if query else ''}{query} HTTP/1.1"]
    head += [f"{name}: {text(value)}" for name, value in placed.get("header", [])]
    if cookies := "; ".join(_pairs(placed.get("cookie", []), "; ")):
        head.append(f"Cookie: {cookies}")
    body = _body(placed.get("body", []))
    if body and not any(line.lower().startswith("content-type:") for line in head):
        head.append("Content-Type: application/json")
    return head, body


def _pairs(found: list[tuple[str | None, Any]], separator: str) -> list[str]:
    return [
        f"{quote(str(name), safe='')}={quote(text(item), safe='')}"
        for name, value in found
        for item in (value if isinstance(value, list) and separator == "&" else [value])
    ]


def _body(found: list[tuple[str | None, Any]]) -> bytes:
    if not found:
        return b""
    (name, value), *_ = found
    return json.dumps(value if name is None else dict(found)).encode()
