"""Lists and calls tools with LangChain's adapters: python langchain_flow.py TARGETS, see visiting.py."""

from contextlib import asynccontextmanager

from langchain_core.tools import ToolException
from langchain_mcp_adapters.client import MultiServerMCPClient
from langchain_mcp_adapters.tools import load_mcp_tools
from visiting import visit_all


@asynccontextmanager
async def langchain(at):
    where = (
        {"transport": "streamable_http", "url": at}
        if isinstance(at, str)
        else {"transport": "stdio", "command": at[0], "args": at[1:]}
    )
    async with MultiServerMCPClient({"it": where}).session("it") as session:
        tools = {tool.name: tool for tool in await load_mcp_tools(session)}
        for tool in tools.values():
            tool.handle_tool_error = False  # it would tell the model of the error, and not us

        async def call(name, arguments):
            try:
                return False, await tools[name].ainvoke(arguments)
            except ToolException:
                return True, []

        yield [*tools], call


visit_all(langchain)
