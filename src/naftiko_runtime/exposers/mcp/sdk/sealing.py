"""The seal on what clients are given to keep while they answer; the SDK's own, with our keys and callers."""

from __future__ import annotations

from collections.abc import Sequence
from secrets import token_hex
from typing import Any

from mcp.server import Server, ServerRequestContext
from mcp.server.request_state import RequestStateBoundary, RequestStateSecurity
from starlette.requests import Request

from ....plan.surfaces import McpSurface
from ..asking import CALLER

_KEPT_S = 3600.0


def seal_states(server: Server[Any], surface: McpSurface, keys: Sequence[str]) -> None:
    """Let a server seal what its clients are given to keep, for an hour and the same call of the same caller.

    The first key seals, all open; without any nobody else can open what this server has sealed.
    """
    secret = keys or (token_hex(32),)
    security = RequestStateSecurity(keys=secret, ttl=_KEPT_S, bind_principal=_caller)
    server.middleware.append(RequestStateBoundary(security, default_audience=surface.namespace))


def _caller(exchange: ServerRequestContext[Any]) -> str | None:
    request = exchange.request
    return request.scope.get(CALLER) or None if isinstance(request, Request) else None
