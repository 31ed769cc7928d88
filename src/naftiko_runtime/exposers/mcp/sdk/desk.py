"""What the SDK answers over HTTP: with JSON, with a stream, or in a session."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import field
from functools import partial
from typing import Any

import anyio
from mcp.server import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings

from ....plan.surfaces import McpSurface
from ....values.record import dataclass
from ...boundary import Message, Receive, Send, unless_hung_up
from ..lane import Lane
from ..methods import Methods
from ..needs import Speaking, needs_sessions
from ..sessions import SessionLimits
from ..standby import Arrival
from .known import Known
from .live import Waiting
from .messages import message_of
from .server import Lasting, build_server
from .sessions import Sessions, Visit, session_manager


@dataclass(frozen=True, slots=True)
class SdkDesk:
    """Runs the SDK's session managers.

    One answers with JSON, the other with a stream: who asks to hear of a call that has something to tell gets
    that, and nobody else, because there are clients that take no long answer from a stream. Where there are
    sessions, they take what belongs to them.
    """

    plain: StreamableHTTPSessionManager
    streaming: StreamableHTTPSessionManager
    sessions: Sessions | None
    _open: set[asyncio.Task[None]] = field(default_factory=set)

    @asynccontextmanager
    async def run(self) -> AsyncIterator[None]:
        """Be open while the context lasts."""
        kept = () if self.sessions is None else (self.sessions.manager,)
        async with AsyncExitStack() as stack:
            for manager in (self.plain, self.streaming, *kept):
                await stack.enter_async_context(manager.run())
            yield

    def stop(self) -> None:
        """End the streams that would never end by themselves."""
        for task in self._open:
            task.cancel()
        if self.sessions is not None:
            self.sessions.waiting.stop()

    async def answer(self, arrival: Arrival, receive: Receive, send: Send) -> None:
        """Find who answers a message; raises NotAMessage."""
        scope, fields = arrival.scope, arrival.fields
        visit = None
        if self.sessions is not None:
            visit = self.sessions.visit(scope, arrival.caller, fields)
        if scope["method"] == "POST":
            message_of(arrival.message, "body")
        is_endless = scope["method"] == "GET" or fields.get("method") == "subscriptions/listen"
        manager = visit or (self.streaming if is_endless or arrival.tells else self.plain)
        work = _pass_on(manager, scope, arrival.body, receive, send)
        await (self._until_stopped(work) if is_endless else work)

    async def _until_stopped(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._open.add(task)
        try:
            await asyncio.gather(task, return_exceptions=True)
        finally:
            self._open.discard(task)


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """What servers are made with; ``state_keys`` seal what clients are given to keep."""

    version: str
    limit_bytes: int
    state_keys: tuple[str, ...] = field(default=(), repr=False)


def open_desk(
    surface: McpSurface, methods: Methods, made: ServerOptions, limits: SessionLimits, lane: Lane | None
) -> SdkDesk:
    """Make the SDK's server for a surface, twice where some of its clients have sessions."""
    version, limit_bytes = made.version, made.limit_bytes
    server = build_server(surface, methods, version=version, state_keys=made.state_keys)
    managers = _manager(server, limit_bytes, is_json=True), _manager(server, limit_bytes, is_json=False)
    if not needs_sessions(surface):
        return SdkDesk(*managers, None)
    lasting = Lasting(waiting=Waiting(limits.answer_s))
    kept = build_server(surface, methods, version=version, lasting=lasting)
    known = None if lane is None else Known(lane, limits.idle_s)
    manager = session_manager(kept, limit_bytes, limits)
    return SdkDesk(*managers, Sessions(manager, Speaking.of(surface), lasting.waiting, known))


def _manager(server: Server[Any], limit_bytes: int, *, is_json: bool) -> StreamableHTTPSessionManager:
    # no message of these needs a session (D15); the entrance has checked Host and Origin
    return StreamableHTTPSessionManager(
        server,
        json_response=is_json,
        stateless=True,
        security_settings=TransportSecuritySettings(enable_dns_rebinding_protection=False),
        max_request_body_size=limit_bytes,
    )


async def _pass_on(
    manager: StreamableHTTPSessionManager | Visit,
    scope: Message,
    body: bytes,
    receive: Receive,
    send: Send,
) -> None:
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        if not messages:
            await anyio.sleep_forever()  # the disconnect is ours to watch
        return messages.pop()

    # in JSON mode the SDK lets a tool run on after its caller has hung up
    await unless_hung_up(receive, send, partial(manager.handle_request, scope, replay))
