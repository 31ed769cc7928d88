"""Lists and calls tools with the MCP SDK of the 1.x line: python mcp1_flow.py TARGETS, see visiting.py."""

from contextlib import asynccontextmanager

from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamablehttp_client
from visiting import visit_all


@asynccontextmanager
async def mcp1(at):
    opened = (
        streamablehttp_client(at)
        if isinstance(at, str)
        else stdio_client(StdioServerParameters(command=at[0], args=at[1:]))
    )
    async with opened as (read, write, *_), ClientSession(read, write) as session:
        await session.initialize()

        async def call(name, arguments):
            result = await session.call_tool(name, arguments)
            return bool(result.isError), result.content

        yield [tool.name for tool in (await session.list_tools()).tools], call


visit_all(mcp1)
