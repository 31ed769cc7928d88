"""MCP over streamable HTTP: the tools of a surface, for clients of every protocol revision."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mcp.server import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings

from ...plan.surfaces import Invoke, McpSurface
from ..boundary import ASGIApp
from ..guard import Entrance, Guard
from .tools import Toolbox
from .wire import Front


def build_app(
    surface: McpSurface,
    invoke: Invoke,
    guard: Guard,
    *,
    limit_bytes: int,
    rest_routes: Mapping[str, str],
    version: str,
) -> ASGIApp:
    """Serve a surface; ``rest_routes`` says for a consumed call which URL streams the same answer."""
    toolbox = Toolbox.of(surface.tools, invoke, rest_routes)
    server: Server[Any] = Server(  # the type of the SDK's lifespan state, which we do not use
        surface.namespace,
        version=version,
        instructions=surface.description or None,
        get_tool_input_schema=toolbox.input_schema,
        on_list_tools=toolbox.list,
        on_call_tool=toolbox.call,
    )
    return Front(_manager(server, limit_bytes), Entrance.of(surface, guard), limit_bytes)


def _manager(server: Server[Any], limit_bytes: int) -> StreamableHTTPSessionManager:
    # no tool notifies, so nothing needs a session or a stream (D15); the entrance has checked Host and Origin
    return StreamableHTTPSessionManager(
        server,
        json_response=True,
        stateless=True,
        security_settings=TransportSecuritySettings(enable_dns_rebinding_protection=False),
        max_request_body_size=limit_bytes,
    )
