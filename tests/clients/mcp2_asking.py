"""Calls a tool that asks, with the MCP SDK of the 2.x line over stdio: python mcp2_asking.py COMMAND…

Prints what the tool answered, and how the server refuses a state that nobody sealed.
"""

import asyncio
import json
import os
import sys

from mcp import Client, StdioServerParameters, types
from mcp.shared.exceptions import MCPError


async def elicit(context, params):
    return types.ElicitResult(action="accept", content={"flag": "NO"})


async def sample(context, params):
    text = types.TextContent(text="She sailed.")
    return types.CreateMessageResult(role="assistant", content=text, model="m", stop_reason="endTurn")


async def main(command, *arguments):
    server = StdioServerParameters(command=command, args=[*arguments], env={**os.environ})
    async with Client(
        server, mode="2026-07-28", elicitation_callback=elicit, sampling_callback=sample
    ) as client:
        result = await client.call_tool("scrap", {"imo": "7"})
        try:
            await client.session.call_tool("scrap", {"imo": "7"}, request_state="v1.forged")
        except MCPError as error:
            refusal = error.error.message
    print(json.dumps([result.structured_content, refusal]))


asyncio.run(main(*sys.argv[1:]))
