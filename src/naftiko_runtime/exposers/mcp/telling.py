"""What a client hears while a call runs: progress, and a log if it wants one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from ...values import Json
from ...values.json import encode
from .protocol import Fields, mapping, present
from .usual import LOG_LEVEL, Request

Write: TypeAlias = Callable[[bytes], Awaitable[None]]
"""Writes a line, or what stands on it; raises OSError where nobody reads any more."""

_LOUD_ENOUGH = frozenset({"debug", "info"})


def step_said(done: int, total: int, name: str) -> str:
    """Say where a flow is; no name means that its steps are done."""
    return f"step {name!r}, {done + 1} of {total}" if name else f"{total} of {total} steps are done"


def bytes_said(done: int, total: int | None) -> str:
    """Say how much of an answer is there."""
    return f"{done} bytes" if total is None else f"{done} of {total} bytes"


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells of one call over a connection that lasts.

    Newer revisions say in each request from which level on they want a log, older ones once for all.
    """

    say: Write
    tool: str
    token: Json
    wants_log: bool

    @classmethod
    def of(cls, request: Request, level: Json, say: Write) -> Teller:
        meta = mapping(request.params.get("_meta"))
        wanted = meta.get(LOG_LEVEL) if request.is_modern else level
        return cls(say, str(request.name), meta.get("progressToken"), wanted in _LOUD_ENOUGH)

    async def step(self, done: int, total: int, name: str) -> None:
        """Tell of the steps of a flow that has several."""
        if total < 2:
            return
        message = step_said(done, total, name)
        await self._progress(done, total, message)
        if self.wants_log:
            await self._notify("message", {"level": "info", "data": f"{self.tool}: {message}"})

    async def received(self, done: int, total: int | None) -> None:
        """Tell how much of a long answer has come."""
        await self._progress(done, total, bytes_said(done, total))

    async def _progress(self, done: int, total: int | None, message: str) -> None:
        if self.token is not None:
            told = present(progressToken=self.token, progress=done, total=total, message=message)
            await self._notify("progress", told)

    async def _notify(self, what: str, params: Mapping[str, Json]) -> None:
        told: Fields = {"jsonrpc": "2.0", "method": f"notifications/{what}", "params": {**params}}
        await self.say(encode(told))
