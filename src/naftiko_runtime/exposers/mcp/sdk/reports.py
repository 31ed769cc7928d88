"""What a client hears while a call runs: progress, and a log if it asked for one."""

from __future__ import annotations

import weakref
from dataclasses import dataclass
from typing import Any, TypeAlias, get_args

from mcp import types
from mcp.server import ServerRequestContext
from mcp.server.connection import allowed_log_levels
from mcp.types.version import MODERN_PROTOCOL_VERSIONS

from ..telling import bytes_said, step_said

_Exchange: TypeAlias = ServerRequestContext[Any]
_LEVELS: tuple[types.LoggingLevel, ...] = get_args(types.LoggingLevel)


class Loudness:
    """From which level on clients of older revisions want to hear a log, each for its connection.

    The SDK hands out nothing that stands for a connection but what its client said of itself when it began,
    which lives as long.
    """

    def __init__(self) -> None:
        self._levels: dict[int, types.LoggingLevel] = {}

    async def set(self, exchange: _Exchange, params: types.SetLevelRequestParams) -> types.EmptyResult:
        client = exchange.session.client_params
        if client is not None and id(client) not in self._levels:
            weakref.finalize(client, self._levels.pop, id(client))
        self._levels[id(client)] = params.level
        return types.EmptyResult()

    def lets(self, exchange: _Exchange, level: types.LoggingLevel) -> bool:
        wanted = self._levels.get(id(exchange.session.client_params), "info")
        return _LEVELS.index(level) >= _LEVELS.index(wanted)


@dataclass(frozen=True, slots=True)
class Reporter:
    """Tells the caller of one call how it goes.

    Newer revisions say in each request whether they want a log; older ones once for their connection, and
    where there is none that lasts they hear nothing.
    """

    exchange: _Exchange
    tool: str
    loudness: Loudness | None = None

    async def step(self, done: int, total: int, name: str) -> None:
        """Tell of the steps of a flow that has several."""
        if total < 2:
            return
        message = step_said(done, total, name)
        await self.exchange.session.report_progress(done, total, message)
        if self._wants_log("info"):
            params = types.LoggingMessageNotificationParams(level="info", data=f"{self.tool}: {message}")
            note = types.LoggingMessageNotification(params=params)
            await self.exchange.session.send_notification(note, self.exchange.request_id)

    async def received(self, done: int, total: int | None) -> None:
        """Tell how much of a long answer has come."""
        await self.exchange.session.report_progress(done, total, bytes_said(done, total))

    def _wants_log(self, level: types.LoggingLevel) -> bool:
        if self.exchange.protocol_version in MODERN_PROTOCOL_VERSIONS:
            return level in allowed_log_levels(self.exchange.protocol_version, self.exchange.meta)
        return self.loudness is not None and self.loudness.lets(self.exchange, level)
