"""The tools of a surface over MCP, for clients of every protocol revision."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mcp.server import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings

from ...plan.surfaces import Invoke, McpSurface
from ..boundary import ASGIApp
from ..guard import Entrance, Guard
from .stdio import serve_lines
from .tools import Toolbox
from .wire import Front

__all__ = ["build_app", "build_server", "serve_lines"]


def build_app(
    surface: McpSurface,
    invoke: Invoke,
    guard: Guard,
    *,
    limit_bytes: int,
    rest_routes: Mapping[str, str],
    version: str,
) -> ASGIApp:
    """Serve a surface over HTTP; ``rest_routes`` says for a consumed call which URL streams its answer."""
    server = build_server(surface, invoke, rest_routes=rest_routes, version=version)
    return Front(_manager(server, limit_bytes), Entrance.of(surface, guard), limit_bytes)


def build_server(
    surface: McpSurface, invoke: Invoke, *, rest_routes: Mapping[str, str], version: str
) -> Server[Any]:
    """Make what answers the messages of a surface, whatever carries them."""
    toolbox = Toolbox.of(surface.tools, invoke, rest_routes)
    return Server(  # the type of the SDK's lifespan state, which we do not use
        surface.namespace,
        version=version,
        instructions=surface.description or None,
        get_tool_input_schema=toolbox.input_schema,
        on_list_tools=toolbox.list,
        on_call_tool=toolbox.call,
    )


def _manager(server: Server[Any], limit_bytes: int) -> StreamableHTTPSessionManager:
    # no tool notifies, so nothing needs a session or a stream (D15); the entrance has checked Host and Origin
    return StreamableHTTPSessionManager(
        server,
        json_response=True,
        stateless=True,
        security_settings=TransportSecuritySettings(enable_dns_rebinding_protection=False),
        max_request_body_size=limit_bytes,
    )
