"""What a client hears while a call runs: progress, and a log if it asked for one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias, get_args

from mcp import types
from mcp.server import ServerRequestContext
from mcp.server.connection import allowed_log_levels
from mcp.types.version import MODERN_PROTOCOL_VERSIONS

_Exchange: TypeAlias = ServerRequestContext[Any]
_LEVELS: tuple[types.LoggingLevel, ...] = get_args(types.LoggingLevel)


@dataclass(slots=True)
class Loudness:
    """From which level on the one client of a connection wants to hear of older protocol revisions."""

    level: types.LoggingLevel = "info"

    async def set(self, exchange: _Exchange, params: types.SetLevelRequestParams) -> types.EmptyResult:
        self.level = params.level
        return types.EmptyResult()

    def lets(self, level: types.LoggingLevel) -> bool:
        return _LEVELS.index(level) >= _LEVELS.index(self.level)


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
        message = f"step {name!r}, {done + 1} of {total}" if name else f"{total} of {total} steps are done"
        await self.exchange.session.report_progress(done, total, message)
        if self._wants_log("info"):
            params = types.LoggingMessageNotificationParams(level="info", data=f"{self.tool}: {message}")
            note = types.LoggingMessageNotification(params=params)
            await self.exchange.session.send_notification(note, self.exchange.request_id)

    def _wants_log(self, level: types.LoggingLevel) -> bool:
        if self.exchange.protocol_version in MODERN_PROTOCOL_VERSIONS:
            return level in allowed_log_levels(self.exchange.protocol_version, self.exchange.meta)
        return self.loudness is not None and self.loudness.lets(level)
