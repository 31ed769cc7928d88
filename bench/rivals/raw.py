"""The floor of MCP in Python: a bare ASGI application that answers tools/call without any SDK or check."""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import quote

import aiohttp
import orjson

from serving import serve, upstream

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class Server:
    """Takes one message per POST and answers with the tool's result, as data and as text."""

    session: aiohttp.ClientSession

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.live(receive, send)
            return
        body, more = b"", True
        while more:
            event = await receive()
            body, more = body + event["body"], event["more_body"]
        message = orjson.loads(body)
        if message["method"] != "tools/call" or message["params"]["name"] != "get_job":
            await respond(send, {"error": {"code": -32601, "message": "not found"}, "id": message["id"]})
            return
        result = await self.call(message["params"]["arguments"])
        await respond(send, {"result": result, "id": message["id"]})

    async def live(self, receive: Receive, send: Send) -> None:
        await receive()
        async with AsyncExitStack() as stack:
            self.session = await stack.enter_async_context(upstream())
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})

    async def call(self, arguments: Message) -> Message:
        async with self.session.get(f"/v1/jobs/{quote(arguments['id'], safe='')}") as answer:
            value = orjson.loads(await answer.read())
        content = [{"type": "text", "text": orjson.dumps(value).decode()}]
        return {
            "resultType": "complete",
            "content": content,
            "structuredContent": value,
            "isError": answer.status >= 400,
        }


async def respond(send: Send, message: Message) -> None:
    body = orjson.dumps({"jsonrpc": "2.0", **message})
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


serve(Server())
