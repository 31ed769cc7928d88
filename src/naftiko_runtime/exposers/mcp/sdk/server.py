"""The SDK's server over the methods of a surface, for messages of every kind and revision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias, get_args

from mcp import types
from mcp.server import Server, ServerRequestContext
from mcp.server.caching import CacheableMethod, CacheHint
from mcp.server.context import HandlerResult
from mcp.shared.exceptions import MCPError
from mcp.types.version import MODERN_PROTOCOL_VERSIONS
from pydantic import BaseModel

from ....plan.asking import NOBODY, Suspended
from ....plan.surfaces import Caching, McpSurface
from ..asking import Returning
from ..methods import Methods
from ..needs import needs_sessions
from ..protocol import Exchange, Fields, Method, Params, ProtocolError
from .changes import Listening
from .live import Live, Waiting
from .reports import Loudness, Reporter
from .sealing import seal_states
from .wanted import CANCELLED, wanted_in

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


@dataclass(frozen=True, slots=True)
class Lasting:
    """What one server keeps for all of its connections that last."""

    loudness: Loudness = field(default_factory=Loudness)
    waiting: Waiting = field(default_factory=Waiting)


def build_server(
    surface: McpSurface,
    methods: Methods,
    *,
    version: str,
    state_keys: Sequence[str] = (),
    lasting: Lasting | None = None,
) -> Server[Any]:
    """Make what answers the messages of a surface, whatever carries them; what it does not have it denies.

    Where connections last, clients of older revisions say once from which level on they want to hear a log,
    and can be asked.
    """
    server: Server[Any] = Server(
        surface.namespace,
        version=version,
        instructions=surface.description or None,
        cache_hints=_hints(surface.caching),
        get_tool_input_schema=methods.toolbox.input_schema,
    )
    is_asking = needs_sessions(surface)
    if is_asking:
        seal_states(server, surface, state_keys)
    for name, method in methods.table.items():
        server.add_request_handler(name, _PARAMS[name], _Handler(method, lasting, is_asking=is_asking))
    if surface.resources:
        listening = Listening(surface.resources)
        server.add_request_handler("subscriptions/listen", types.SubscriptionsListenRequestParams, listening)
    if lasting is not None:
        server.add_request_handler("logging/setLevel", types.SetLevelRequestParams, lasting.loudness.set)
    return server


def _hints(caching: Caching) -> Mapping[CacheableMethod, CacheHint]:
    hint = CacheHint(caching.ttl_ms, "public" if caching.is_public else "private")
    return dict.fromkeys(get_args(CacheableMethod), hint)


class _Handler:
    """Lets the SDK check the parameters, and gives them to the method as they stood on the wire."""

    def __init__(self, method: Method, lasting: Lasting | None, *, is_asking: bool) -> None:
        self._method, self._lasting, self._is_asking = method, lasting, is_asking

    async def __call__(self, exchange: _Exchange, params: BaseModel) -> HandlerResult:
        with wanted_in(exchange.request):
            return await self._answer(exchange)
        raise MCPError(CANCELLED, "Request cancelled")  # which nobody hears

    async def _answer(self, exchange: _Exchange) -> HandlerResult:
        sent: Params = exchange.params or {}
        loudness = self._lasting.loudness if self._lasting is not None else None
        reporter = Reporter(exchange, str(sent.get("name")), loudness)
        is_modern = exchange.protocol_version in MODERN_PROTOCOL_VERSIONS
        try:
            if is_modern and self._is_asking:
                fields = await self._ask(sent, reporter)
            else:
                asker = Live(exchange, self._lasting.waiting) if self._lasting is not None else NOBODY
                fields = await self._method(sent, Exchange(reporter.step, asker, hear=reporter.received))
        except ProtocolError as error:
            raise MCPError(error.code, error.message, error.data) from None
        return {"resultType": "complete", **fields} if is_modern else fields

    async def _ask(self, sent: Params, reporter: Reporter) -> Fields:
        """Answer, or ask first; what a request brings to go on with was sealed by this server."""
        asker = Returning.of(sent)
        try:
            exchange = Exchange(reporter.step, asker, asker.journal, reporter.received)
            return await self._method(sent, exchange)
        except Suspended as suspended:
            return asker.waiting(suspended.questions)
