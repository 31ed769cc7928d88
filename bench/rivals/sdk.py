"""An MCP server as one would write it by hand, on the low-level server of the official SDK."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

import aiohttp
import mcp.types as t
import orjson
from mcp.server import Server, ServerRequestContext

from serving import serve, tool_names, upstream

SCHEMA = {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]}
TOOLS = [t.Tool(name=name, description="Get job", input_schema=SCHEMA) for name in tool_names()]
Context = ServerRequestContext[aiohttp.ClientSession]


@asynccontextmanager
async def lifespan(server: Server[aiohttp.ClientSession]) -> AsyncIterator[aiohttp.ClientSession]:
    async with upstream() as session:
        yield session


async def list_tools(context: Context, params: t.PaginatedRequestParams | None) -> t.ListToolsResult:
    return t.ListToolsResult(tools=TOOLS)


async def call_tool(context: Context, params: t.CallToolRequestParams) -> t.CallToolResult:
    arguments: dict[str, Any] = params.arguments or {}
    async with context.lifespan_context.get(f"/v1/jobs/{quote(arguments['id'], safe='')}") as answer:
        body = await answer.read()
    value = orjson.loads(body)
    text = t.TextContent(text=orjson.dumps(value).decode())
    return t.CallToolResult(content=[text], structured_content=value, is_error=answer.status >= 400)


server = Server(
    "jobs",
    lifespan=lifespan,
    get_tool_input_schema=dict.fromkeys(tool_names(), SCHEMA).get,
    on_list_tools=list_tools,
    on_call_tool=call_tool,
)
serve(server.streamable_http_app(json_response=True, stateless_http=True))
