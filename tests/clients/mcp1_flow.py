"""Lists and calls all tools with the MCP SDK of the 1.x line; prints what it found as JSON.

Usage: python mcp1_flow.py MCP_URL. Runs in an environment that has ``mcp`` 1.x, not this project.
"""

import asyncio
import json
import sys

from mcp import ClientSession
from mcp.client.streamable_http import streamablehttp_client

ORDER = {"model": "meta-llama/Meta-Llama-3.1-8B-Instruct-Reference", "training_file": "file-train"}


async def main(url: str) -> None:
    async with streamablehttp_client(url) as (read, write, _), ClientSession(read, write) as session:
        await session.initialize()
        tools = [tool.name for tool in (await session.list_tools()).tools]
        created = await session.call_tool("create-job", {"body": ORDER})
        job = created.structuredContent["id"]
        arguments = {
            "estimate-price": {"body": ORDER},
            "get-model-limits": {"model_name": ORDER["model"]},
            "list-all-jobs": {},
            "list-supported-models": {},
        }
        called = [
            name for name in tools if name not in ("create-job", "download-model", "delete-fine-tune-job")
        ]
        results = [await session.call_tool(name, arguments.get(name, {"id": job})) for name in called]
        missing = await session.call_tool("cancel-job", {})
        found = {
            "tools": tools,
            "created": created.structuredContent,
            "errors": [result.isError for result in results],
            "missing": [missing.isError, missing.content[0].text],
        }
        print(json.dumps(found))


asyncio.run(main(sys.argv[1]))
