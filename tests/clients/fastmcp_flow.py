"""Lists and calls tools with FastMCP's client: python fastmcp_flow.py TARGETS, see visiting.py."""

from contextlib import asynccontextmanager

from fastmcp import Client
from fastmcp.client.transports import StdioTransport
from visiting import visit_all


@asynccontextmanager
async def fastmcp(at):
    target = at if isinstance(at, str) else StdioTransport(command=at[0], args=at[1:])
    async with Client(target) as client:

        async def call(name, arguments):
            result = await client.call_tool(name, arguments, raise_on_error=False)
            return result.is_error, result.content

        yield [tool.name for tool in await client.list_tools()], call


visit_all(fastmcp)
