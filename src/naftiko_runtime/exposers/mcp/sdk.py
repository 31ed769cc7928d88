"""The SDK's server over the methods of a surface, for messages of every kind and revision."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias, get_args

from mcp import types
from mcp.server import Server, ServerRequestContext
from mcp.server.caching import CacheableMethod, CacheHint
from mcp.server.context import HandlerResult
from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler
from mcp.shared.exceptions import MCPError
from pydantic import BaseModel

from ...plan.surfaces import Caching, McpSurface
from .methods import Methods
from .protocol import Exchange, Method, Params, ProtocolError
from .reports import Loudness, Reporter

# the SDK leaves the type of its lifespan state open; we do not use it
_Exchange: TypeAlias = ServerRequestContext[Any]

_PARAMS: Mapping[str, type[BaseModel]] = {
    "tools/list": types.PaginatedRequestParams,
    "tools/call": types.CallToolRequestParams,
    "resources/list": types.PaginatedRequestParams,
    "resources/templates/list": types.PaginatedRequestParams,
    "resources/read": types.ReadResourceRequestParams,
    "resources/subscribe": types.SubscribeRequestParams,
    "resources/unsubscribe": types.UnsubscribeRequestParams,
    "prompts/list": types.PaginatedRequestParams,
    "prompts/get": types.GetPromptRequestParams,
    "completion/complete": types.CompleteRequestParams,
}


def build_server(
    surface: McpSurface, methods: Methods, *, version: str, is_connection: bool = False
) -> Server[Any]:
    """Make what answers the messages of a surface, whatever carries them; what it does not have it denies.

    One connection lasts: it can be told once from which level on its client wants to hear a log.
    """
    loudness = Loudness() if is_connection else None
    server: Server[Any] = Server(
        surface.namespace,
        version=version,
        instructions=surface.description or None,
        cache_hints=_hints(surface.caching),
        get_tool_input_schema=methods.toolbox.input_schema,
    )
    for name, method in methods.table.items():
        server.add_request_handler(name, _PARAMS[name], _Handler(method, loudness))
    if surface.resources:
        listen = ListenHandler(InMemorySubscriptionBus())
        server.add_request_handler("subscriptions/listen", types.SubscriptionsListenRequestParams, listen)
    if loudness is not None:
        server.add_request_handler("logging/setLevel", types.SetLevelRequestParams, loudness.set)
    return server


def _hints(caching: Caching) -> Mapping[CacheableMethod, CacheHint]:
    hint = CacheHint(caching.ttl_ms, "public" if caching.is_public else "private")
    return dict.fromkeys(get_args(CacheableMethod), hint)


class _Handler:
    """Lets the SDK check the parameters, and gives them to the method as they stood on the wire."""

    def __init__(self, method: Method, loudness: Loudness | None) -> None:
        self._method, self._loudness = method, loudness

    async def __call__(self, exchange: _Exchange, params: BaseModel) -> HandlerResult:
        sent: Params = exchange.params or {}
        reporter = Reporter(exchange, str(sent.get("name")), self._loudness)
        try:
            # revisions that do not know the type of a result are not shown it
            return {"resultType": "complete", **await self._method(sent, Exchange(reporter.step))}
        except ProtocolError as error:
            raise MCPError(error.code, error.message, error.data) from None
