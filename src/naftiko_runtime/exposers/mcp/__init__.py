"""The tools of a surface over MCP, for clients of every protocol revision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mcp.server import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings

from ...plan.surfaces import Invoke, McpSurface
from ..guard import Entrance, Guard
from .lane import Lane
from .live import Waiting
from .methods import Methods
from .needs import Speaking, needs_sessions, reporting_tools
from .sdk import Lasting
from .sdk import build_server as _build_server
from .sessions import SessionLimits, Sessions
from .stdio import serve_lines
from .wire import Front

__all__ = [
    "Front",
    "McpOptions",
    "SessionLimits",
    "build_app",
    "build_server",
    "needs_sessions",
    "serve_lines",
]


@dataclass(frozen=True, slots=True)
class McpOptions:
    """How a surface is served; ``rest_routes`` says for a consumed call which URL streams its answer."""

    limit_bytes: int
    version: str
    rest_routes: Mapping[str, str] = field(default_factory=dict)
    has_hot_lane: bool = True
    sessions: SessionLimits = field(default_factory=SessionLimits)


def build_app(surface: McpSurface, invoke: Invoke, guard: Guard, options: McpOptions) -> Front:
    """Serve a surface over HTTP."""
    limit_bytes, version = options.limit_bytes, options.version
    methods = Methods.of(surface, invoke, options.rest_routes)
    server = _build_server(surface, methods, version=version)
    lane = Lane.of(surface, methods, version) if options.has_hot_lane else None
    managers = _manager(server, limit_bytes, is_json=True), _manager(server, limit_bytes, is_json=False)
    entrance, sessions = Entrance.of(surface, guard), None
    if needs_sessions(surface):
        lasting = Lasting(waiting=Waiting(options.sessions.answer_s))
        kept = _build_server(surface, methods, version=version, lasting=lasting)
        sessions = Sessions.of(kept, Speaking.of(surface), lasting.waiting, limit_bytes, options.sessions)
    return Front(*managers, reporting_tools(surface), entrance, limit_bytes, lane, sessions)


def build_server(
    surface: McpSurface,
    invoke: Invoke,
    *,
    rest_routes: Mapping[str, str],
    version: str,
    is_connection: bool = False,
) -> Server[Any]:
    """Make what answers the messages of a surface, whatever carries them."""
    methods = Methods.of(surface, invoke, rest_routes)
    return _build_server(surface, methods, version=version, lasting=Lasting() if is_connection else None)


def _manager(server: Server[Any], limit_bytes: int, *, is_json: bool) -> StreamableHTTPSessionManager:
    # no message of these needs a session (D15); the entrance has checked Host and Origin
    return StreamableHTTPSessionManager(
        server,
        json_response=is_json,
        stateless=True,
        security_settings=TransportSecuritySettings(enable_dns_rebinding_protection=False),
        max_request_body_size=limit_bytes,
    )
