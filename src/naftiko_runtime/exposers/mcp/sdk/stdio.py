"""The SDK's side of MCP over lines."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from secrets import token_hex
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
from ....values import Json
from ..messages import NotAMessage
from ..methods import Methods
from ..protocol import mapping
from ..telling import Write
from .messages import message_of, refusal_of
from .server import Lasting, build_server

_Outgoing: TypeAlias = MemoryObjectSendStream[SessionMessage]


def open_session(surface: McpSurface, methods: Methods, version: str) -> LineSession:
    """Make what answers the messages of one client."""
    return LineSession(build_server(surface, methods, version=version, lasting=Lasting()))


@dataclass(frozen=True, slots=True)
class LineSession:
    """A connection to one client, which may have begun elsewhere."""

    server: Server[Any]

    async def serve(self, opening: Sequence[Json], messages: AsyncIterator[Json], say: Write) -> None:
        """Answer messages until there are no more; those that open it were answered before."""
        server, unheard = self.server, {f"opening-{token_hex(8)}": message for message in opening}
        to_server, incoming = anyio.create_memory_object_stream[SessionMessage | Exception]()
        outgoing, from_server = anyio.create_memory_object_stream[SessionMessage]()
        reader = _Reader(server, outgoing.clone(), to_server)
        async with server.lifespan(server) as state, anyio.create_task_group() as tasks:
            tasks.start_soon(_write_all, from_server, say, {*unheard})
            tasks.start_soon(reader.read, [_renamed(*each) for each in unheard.items()], messages)
            options = server.create_initialization_options()
            await serve_dual_era_loop(server, incoming, outgoing, lifespan_state=state, init_options=options)


def _renamed(name: str, message: Json) -> Json:
    """Say a question again under a name of ours, by which its answer is known."""
    return {**mapping(message), "id": name} if "id" in mapping(message) else message


async def _write_all(
    messages: MemoryObjectReceiveStream[SessionMessage], say: Write, unheard: set[str]
) -> None:
    async with messages:
        async for item in messages:
            message = item.message
            if isinstance(message, types.JSONRPCResponse | types.JSONRPCError) and message.id in unheard:
                continue
            await say(message.model_dump_json(by_alias=True, exclude_unset=True).encode())


class _Reader:
    """Hands messages on; what is none, and what a client asks before it chooses an era, is answered here.

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

    async def read(self, opening: Sequence[Json], messages: AsyncIterator[Json]) -> None:
        async with self._answers, self._messages:
            self._has_chosen = any("id" in mapping(message) for message in opening)
            for message in opening:
                await self._take(message)
            async for message in messages:
                await self._take(message)

    async def _take(self, value: Json) -> None:
        try:
            message = message_of(value, "line")
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
