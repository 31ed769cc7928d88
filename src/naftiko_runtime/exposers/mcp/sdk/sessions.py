"""Sessions of clients that speak older revisions over HTTP, for servers whose calls have to know them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mcp.server import Server
from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings

from ....plan.verifier import Principal
from ....values import Json
from ...boundary import Message, Receive, Send, log
from ..needs import Speaking
from ..sessions import SessionLimits, has_session, opens_session
from .alone import Alone
from .known import Known, session_of
from .live import Waiting
from .wanted import until_unwanted


def session_manager(
    server: Server[Any], limit_bytes: int, limits: SessionLimits
) -> StreamableHTTPSessionManager:
    """Make what keeps sessions."""
    return StreamableHTTPSessionManager(
        server,
        # the entrance has checked Host and Origin
        security_settings=TransportSecuritySettings(enable_dns_rebinding_protection=False),
        max_request_body_size=limit_bytes,
        session_idle_timeout=limits.idle_s,
        max_sessions=limits.at_once,
    )


@dataclass(frozen=True, slots=True)
class Sessions:
    """Finds out which requests belong to a session; the SDK's manager keeps them.

    Ids are 122 random bits. A session is for the caller who opened it, and ends when its client says so or
    has been away for long enough. What may speak is answered by a stream, everything else with JSON, because
    there are clients that take no long answer from a stream.
    """

    manager: StreamableHTTPSessionManager
    speaking: Speaking
    waiting: Waiting
    known: Known | None

    def visit(self, scope: Message, caller: Principal, message: Mapping[str, Json]) -> Visit | None:
        """Take a request that is of a session or opens one; None for those that need none."""
        if not (has_session(scope) or opens_session(scope, message)):
            return None
        is_stream = scope["method"] == "GET" or self.speaking.is_meant(message)
        return Visit(self.manager, caller, message, self.known, is_stream=is_stream)


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of a session, or the one that opens it."""

    manager: StreamableHTTPSessionManager
    caller: Principal
    message: Mapping[str, Json]
    known: Known | None
    is_stream: bool

    async def handle_request(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer it; a call whose caller hangs up is cancelled, since nobody can ask for its answer again."""
        if self.known is not None and not self.is_stream:
            request = self.known.take(scope, self.caller, {**self.message})
            if request is not None:
                await self.known.answer(session_of(scope), request, send)
                return
        token = AccessToken(token="", client_id=repr(self.caller), scopes=[])
        scope, wanted = until_unwanted({**scope, "user": AuthenticatedUser(token)})
        send = self._watched(scope, send if self.is_stream else Alone(send))
        try:
            await self.manager.handle_request(scope, receive, send)
        except asyncio.CancelledError:
            wanted.cancel()
            raise

    def _watched(self, scope: Message, send: Send) -> Send:
        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._learn(scope, message)
            await send(message)

        return watched

    def _learn(self, scope: Message, start: Message) -> None:
        """Take note of how the SDK answers."""
        status = start["status"]
        if status >= 400:
            log.info("refused %s %s: %s", scope["method"], scope["path"], status)
        elif self.known is not None and scope["method"] == "DELETE":
            self.known.forget(session_of(scope))
        elif self.known is not None:
            self.known.hear(session_of(scope) or session_of(start), self.caller, self.message)
