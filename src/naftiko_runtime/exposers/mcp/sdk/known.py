"""Usual requests in sessions that are known to be open: the hot lane answers them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import field
from time import monotonic

import anyio

from ....plan.verifier import Principal
from ....values import Json
from ....values.json import encode
from ....values.record import dataclass
from ...boundary import Message, Send
from ..lane import Lane
from ..sending import send_written
from ..usual import SESSION, Request, said
from .wanted import CANCELLED

_CANCELLED: Json = {"code": CANCELLED, "message": "Request cancelled"}
_SHARE = 30


@dataclass(slots=True)
class Known:
    """Remembers for a while what the SDK said of sessions: it counts their time, and says when they are over.

    A session may therefore end one part in thirty sooner than its idle time says.
    """

    lane: Lane
    idle_s: float
    _open: dict[bytes, tuple[Principal, float]] = field(default_factory=dict)
    _running: dict[tuple[bytes, str | int], anyio.CancelScope] = field(default_factory=dict)

    def hear(self, session: bytes, caller: Principal, message: Mapping[str, Json]) -> None:
        """Note that the SDK took a message in a session, which is therefore open."""
        is_new = session not in self._open
        self._open[session] = caller, monotonic() + self.idle_s / _SHARE
        if is_new:
            self._look_again(session)
        if message.get("method") == "notifications/cancelled":
            params = message.get("params")
            self._cancel(session, params.get("requestId") if isinstance(params, dict) else None)

    def _look_again(self, session: bytes) -> None:
        """Drop what is not fresh any more, when it is not."""
        told = self._open.get(session)
        left_s = 0.0 if told is None else told[1] - monotonic()
        if left_s > 0:
            asyncio.get_running_loop().call_later(left_s, self._look_again, session)
        else:
            self._open.pop(session, None)

    def forget(self, session: bytes) -> None:
        """Forget a session that is over, and give up what runs in it."""
        self._open.pop(session, None)
        for (one, _), running in self._running.items():
            if one == session:
                running.cancel()

    def _cancel(self, session: bytes, number: Json) -> None:
        if isinstance(number, str | int) and (session, number) in self._running:
            self._running[session, number].cancel()

    def take(self, scope: Message, caller: Principal, message: Json) -> Request | None:
        """Read a request that the lane answers as the SDK would; None for all others."""
        told = self._open.get(session_of(scope))
        if told is None or told[0] != caller:
            return None
        others = [pair for pair in scope["headers"] if pair[0] != SESSION]
        request = self.lane.take(others, message)
        is_meant = request is not None and request.id is not None and request.method in self.lane.methods
        return request if is_meant else None

    async def answer(self, session: bytes, request: Request, send: Send) -> None:
        """Answer a request, unless it is given up meanwhile."""
        number = request.id or 0
        body = encode({"jsonrpc": "2.0", "id": number, "error": _CANCELLED})
        with anyio.CancelScope() as running:
            self._running[session, number] = running
            try:
                _, body = await self.lane.answer(request)
            finally:
                if self._running.get((session, number)) is running:
                    del self._running[session, number]
        await send_written(send, 200, body, extra=[(SESSION, session)])


def session_of(scope: Message) -> bytes:
    """Find the session that a request says it is of."""
    return said(scope["headers"], SESSION) or b""
