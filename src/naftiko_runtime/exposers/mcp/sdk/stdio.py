"""MCP over lines: one client, in whose hands both ends of a process are."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeAlias

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp import types
from mcp.server import Server
from mcp.server.runner import serve_dual_era_loop
from mcp.shared.inbound import InboundModernRoute, classify_inbound_request
from mcp.shared.message import SessionMessage
from mcp.types.version import MODERN_PROTOCOL_VERSIONS

from ....plan.surfaces import McpSurface
from ..messages import NotAMessage, json_of
from ..methods import Methods
from .messages import message_of, refusal_of
from .server import Lasting, build_server

Write: TypeAlias = Callable[[bytes], Awaitable[None]]
_Outgoing: TypeAlias = MemoryObjectSendStream[SessionMessage]


async def serve_lines(
    surface: McpSurface, methods: Methods, version: str, lines: AsyncIterator[bytes], write: Write
) -> None:
    """Answer one JSON-RPC message a line until there are no more; what still runs then is given up."""
    server = build_server(surface, methods, version=version, lasting=Lasting())
    to_server, incoming = anyio.create_memory_object_stream[SessionMessage | Exception]()
    outgoing, from_server = anyio.create_memory_object_stream[SessionMessage]()
    async with server.lifespan(server) as state, anyio.create_task_group() as tasks:
        tasks.start_soon(_write_all, from_server, write, tasks.cancel_scope.cancel)
        tasks.start_soon(_Reader(server, outgoing.clone(), to_server).read, lines)
        options = server.create_initialization_options()
        await serve_dual_era_loop(server, incoming, outgoing, lifespan_state=state, init_options=options)


async def _write_all(
    messages: MemoryObjectReceiveStream[SessionMessage], write: Write, stop: Callable[[], None]
) -> None:
    async with messages:
        async for item in messages:
            try:
                await write(item.message.model_dump_json(by_alias=True, exclude_unset=True).encode() + b"\n")
            except OSError:  # nobody reads any more
                return stop()
    return None


class _Reader:
    """Reads messages; what is none, and what a client asks before it chooses an era, is answered here.

    The SDK holds a connection to the era of its first request. Clients that ask ``server/discover`` first
    may still choose the older era afterwards, so that question must not choose for them.
    """

    def __init__(
        self,
        server: Server[Any],
        answers: _Outgoing,
        messages: MemoryObjectSendStream[SessionMessage | Exception],
    ) -> None:
        self._server, self._answers, self._messages = server, answers, messages
        self._has_chosen = False

    async def read(self, lines: AsyncIterator[bytes]) -> None:
        async with self._answers, self._messages:
            async for line in lines:
                if line.strip():
                    await self._take(line)

    async def _take(self, line: bytes) -> None:
        try:
            message = message_of(json_of(line, "line"), "line")
        except NotAMessage as none:
            await self._answers.send(SessionMessage(refusal_of(none)))
            return
        if isinstance(message, types.JSONRPCRequest) and not self._has_chosen:
            if (found := self._discovered(message)) is not None:
                await self._answers.send(SessionMessage(found))
                return
            self._has_chosen = True
        await self._messages.send(SessionMessage(message))

    def _discovered(self, request: types.JSONRPCRequest) -> types.JSONRPCResponse | None:
        """Answer an early ``server/discover`` as the SDK does."""
        if request.method != "server/discover":
            return None
        route = classify_inbound_request({"method": request.method, "params": request.params})
        if not isinstance(route, InboundModernRoute):
            return None
        found = types.DiscoverResult(
            supported_versions=[*MODERN_PROTOCOL_VERSIONS],
            capabilities=self._server.get_capabilities(protocol_version=route.protocol_version),
            instructions=self._server.instructions,
            _meta={types.SERVER_INFO_META_KEY: self._server.server_info_stamp},
        )
        result = found.model_dump(by_alias=True, mode="json", exclude_none=True)
        return types.JSONRPCResponse(jsonrpc="2.0", id=request.id, result=result)
