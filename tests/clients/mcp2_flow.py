"""Lists and calls tools with the MCP SDK of the 2.x line: python mcp2_flow.py TARGETS, see visiting.py."""

from contextlib import asynccontextmanager

from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from visiting import visit_all


@asynccontextmanager
async def mcp2(at):
    target = at if isinstance(at, str) else stdio_client(StdioServerParameters(command=at[0], args=at[1:]))
    async with Client(target) as client:

        async def call(name, arguments):
            result = await client.call_tool(name, arguments)
            return bool(result.is_error), result.content

        yield [tool.name for tool in (await client.list_tools()).tools], call


visit_all(mcp2)
