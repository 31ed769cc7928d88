"""Sessions of clients that speak older revisions over HTTP, for servers whose calls have to know them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import anyio
from mcp.server import Server
from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken
from mcp.server.streamable_http import MCP_SESSION_ID_HEADER
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings
from mcp.shared.inbound import MCP_PROTOCOL_VERSION_HEADER
from mcp.types.version import HANDSHAKE_PROTOCOL_VERSIONS

from ...plan.verifier import Principal
from ...values import Json
from ...values.json import encode
from ..boundary import Message, Receive, Send, log
from .alone import Alone
from .live import Waiting
from .needs import Speaking

_CANCEL_S = 5
_ID, _REVISION = MCP_SESSION_ID_HEADER.encode(), MCP_PROTOCOL_VERSION_HEADER.encode()
_STREAM = re.compile(rb"text/(event-stream|\*)|\*/\*", re.IGNORECASE)
_REVISIONS = frozenset(revision.encode() for revision in HANDSHAKE_PROTOCOL_VERSIONS)


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """How many sessions there may be at a time, and for how long nothing needs to happen in one."""

    at_once: int = 5_000
    idle_s: float = 1800.0
    answer_s: float = 600.0  # within which a client that was asked has to answer


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

    @classmethod
    def of(
        cls,
        server: Server[Any],
        speaking: Speaking,
        waiting: Waiting,
        limit_bytes: int,
        limits: SessionLimits,
    ) -> Sessions:
        manager = StreamableHTTPSessionManager(
            server,
            # the entrance has checked Host and Origin
            security_settings=TransportSecuritySettings(enable_dns_rebinding_protection=False),
            max_request_body_size=limit_bytes,
            session_idle_timeout=limits.idle_s,
            max_sessions=limits.at_once,
        )
        return cls(manager, speaking, waiting)

    def has(self, scope: Message) -> bool:
        """Tell whether a request says that it is of a session, in a revision that has them."""
        return _is_old(scope) and any(name == _ID for name, _ in scope["headers"])

    def visit(self, scope: Message, caller: Principal, message: Mapping[str, Json]) -> Visit | None:
        """Take a request that is of a session or opens one; None for those that need none."""
        begins = message.get("method") == "initialize" and _is_old(scope) and hears(scope["headers"])
        if not (begins or self.has(scope)):
            return None
        is_stream = scope["method"] == "GET" or self.speaking.is_meant(message)
        return Visit(self.manager, caller, message, is_stream=is_stream)


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of a session, or the one that opens it."""

    manager: StreamableHTTPSessionManager
    caller: Principal
    message: Mapping[str, Json]
    is_stream: bool

    async def handle_request(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer it; a call whose caller hangs up is cancelled, since nobody can ask for its answer again."""
        token = AccessToken(token="", client_id=repr(self.caller), scopes=[])
        scope = {**scope, "user": AuthenticatedUser(token)}
        send = self._logged(scope, send if self.is_stream else Alone(send))
        try:
            await self.manager.handle_request(scope, receive, send)
        except asyncio.CancelledError:
            if "id" in self.message and "method" in self.message:
                await self._cancel(scope, self.message["id"])
            raise

    def _logged(self, scope: Message, send: Send) -> Send:
        async def logged(message: Message) -> None:
            if message.get("status", 0) >= 400:
                log.info("refused %s %s: %s", scope["method"], scope["path"], message["status"])
            await send(message)

        return logged

    async def _cancel(self, scope: Message, number: Json) -> None:
        """Say for the client what it did not say itself."""
        note: Json = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": number}}

        async def receive() -> Message:
            return {"type": "http.request", "body": encode(note), "more_body": False}

        async def send(message: Message) -> None:
            """Tell nobody."""

        # the SDK raises RuntimeError when the server stops at the same moment
        with anyio.move_on_after(_CANCEL_S), suppress(RuntimeError):
            await self.manager.handle_request(scope, receive, send)


def hears(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Tell whether a caller takes a stream for an answer."""
    return _STREAM.search(b",".join(value for name, value in headers if name == b"accept")) is not None


def _is_old(scope: Message) -> bool:
    return all(value in _REVISIONS for name, value in scope["headers"] if name == _REVISION)
