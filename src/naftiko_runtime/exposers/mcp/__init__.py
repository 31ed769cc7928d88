"""The tools of a surface over MCP, for clients of every protocol revision."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mcp import types
from mcp.server import Server
from mcp.server.caching import CacheableMethod, CacheHint
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler
from mcp.server.transport_security import TransportSecuritySettings

from ...plan.flow import Flow
from ...plan.surfaces import Invoke, McpSurface
from ..guard import Entrance, Guard
from .completion import Completer
from .prompts import Prompter
from .reports import Loudness
from .resources import Shelf
from .stdio import serve_lines
from .tools import Toolbox
from .wire import Front

_CACHED: tuple[CacheableMethod, ...] = (
    "server/discover",
    "tools/list",
    "prompts/list",
    "resources/list",
    "resources/templates/list",
    "resources/read",
)

__all__ = ["Front", "build_app", "build_server", "serve_lines"]


def build_app(
    surface: McpSurface,
    invoke: Invoke,
    guard: Guard,
    *,
    limit_bytes: int,
    rest_routes: Mapping[str, str],
    version: str,
) -> Front:
    """Serve a surface over HTTP; ``rest_routes`` says for a consumed call which URL streams its answer."""
    server = build_server(surface, invoke, rest_routes=rest_routes, version=version)
    managers = _manager(server, limit_bytes, is_json=True), _manager(server, limit_bytes, is_json=False)
    return Front(*managers, _reporting(surface), Entrance.of(surface, guard), limit_bytes)


def build_server(
    surface: McpSurface,
    invoke: Invoke,
    *,
    rest_routes: Mapping[str, str],
    version: str,
    is_connection: bool = False,
) -> Server[Any]:
    """Make what answers the messages of a surface, whatever carries them; what it does not have it denies.

    One connection lasts: it can be told once from which level on its client wants to hear a log.
    """
    loudness = Loudness() if is_connection else None
    toolbox = Toolbox.of(surface.tools, invoke, rest_routes, loudness)
    hint = CacheHint(surface.caching.ttl_ms, "public" if surface.caching.is_public else "private")
    server: Server[Any] = Server(  # the type of the SDK's lifespan state, which we do not use
        surface.namespace,
        version=version,
        instructions=surface.description or None,
        cache_hints=dict.fromkeys(_CACHED, hint),
        get_tool_input_schema=toolbox.input_schema,
        on_list_tools=toolbox.list,
        on_call_tool=toolbox.call,
        **_resource_handlers(surface, invoke),
        **_prompt_handlers(surface),
    )
    if loudness is not None:
        server.add_request_handler("logging/setLevel", types.SetLevelRequestParams, loudness.set)
    return server


def _resource_handlers(surface: McpSurface, invoke: Invoke) -> dict[str, Any]:
    if not surface.resources:
        return {}
    shelf = Shelf(invoke, surface.resources, surface.limit_bytes)
    return {
        "on_list_resources": shelf.list,
        "on_list_resource_templates": shelf.templates,
        "on_read_resource": shelf.read,
        "on_subscribe_resource": shelf.touch,
        "on_unsubscribe_resource": shelf.touch,
        "on_subscriptions_listen": ListenHandler(InMemorySubscriptionBus()),
    }


def _prompt_handlers(surface: McpSurface) -> dict[str, Any]:
    handlers: dict[str, Any] = {}
    if surface.prompts:
        prompter = Prompter({prompt.name: prompt for prompt in surface.prompts})
        handlers = {"on_list_prompts": prompter.list, "on_get_prompt": prompter.get}
    if surface.prompts or any(resource.uri.is_template for resource in surface.resources):
        handlers["on_completion"] = Completer.of(surface.prompts, surface.resources).complete
    return handlers


def _reporting(surface: McpSurface) -> frozenset[str]:
    """Name the tools that have something to tell while they run: those of several steps."""
    bodies = ((tool.name, tool.operation.body) for tool in surface.tools)
    return frozenset(name for name, body in bodies if isinstance(body, Flow) and len(body.steps) > 1)


def _manager(server: Server[Any], limit_bytes: int, *, is_json: bool) -> StreamableHTTPSessionManager:
    # nothing needs a session (D15); the entrance has checked Host and Origin
    return StreamableHTTPSessionManager(
        server,
        json_response=is_json,
        stateless=True,
        security_settings=TransportSecuritySettings(enable_dns_rebinding_protection=False),
        max_request_body_size=limit_bytes,
    )
