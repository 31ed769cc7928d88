"""The HTTP side of an MCP server: what is refused before the SDK sees it, and what happens on a hang-up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from ...plan.errors import CallError, UnknownOperation, WrongMethod
from ...plan.verifier import Principal
from ...values import Json
from ...values.json import encode
from ..boundary import Failure, Message, Receive, Send, failure_of, log_refusal, unless_hung_up
from ..guard import Entrance
from ..receiving import Hangup, read_body
from .asking import CALLER
from .lane import Lane
from .messages import NotAMessage, json_of
from .protocol import mapping
from .sending import JSON, send_written
from .sessions import has_session, hears, opens_session
from .sharing import allowed_origin, is_question, say_yes, sharing
from .standby import Arrival, Standby
from .usual import LOG_LEVEL, Request, said

_RawHeaders = list[tuple[bytes, bytes]]
_ASKS = frozenset({"progressToken", LOG_LEVEL})
_OF_ALL, _OF_SESSIONS = ("POST",), ("GET", "POST", "DELETE")


@dataclass(frozen=True, slots=True)
class Front:
    """Takes one JSON-RPC message per POST, on any path: usual ones go to the hot lane, others to the SDK."""

    standby: Standby
    reporting: frozenset[str]
    entrance: Entrance
    limit_bytes: int
    lane: Lane | None = None
    has_sessions: bool = False

    def stop(self) -> None:
        """End the streams that would never end by themselves."""
        self.standby.stop()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        scope = {**scope, "headers": _trimmed(scope["headers"])}
        origin = allowed_origin(scope, self.entrance.guard)
        if origin is not None:
            send = sharing(send, origin)
            if is_question(scope):
                await say_yes(scope, send, _OF_SESSIONS if self.has_sessions else _OF_ALL)
                return
        await self._answer(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        async with self.standby.run():
            if self.has_sessions or self.lane is None:
                await self.standby.desk()  # the first message would need it
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})

    async def _answer(self, scope: Message, receive: Receive, send: Send) -> None:
        try:
            caller = await self.entrance.admit(scope)
            is_kept = self.has_sessions and has_session(scope)
            _check_kind(scope, _OF_SESSIONS if is_kept else _OF_ALL)
            length = said(scope["headers"], b"content-length") or b""
            body = await read_body(receive, length, self.limit_bytes)
        except Hangup:
            return
        except CallError as error:
            log_refusal(scope, error)
            await _refuse(failure_of(error), send)
            return
        try:
            await self._take(scope, caller, body, receive, send)
        except NotAMessage as none:
            await send_written(send, 400, encode(none.answer))

    async def _take(
        self, scope: Message, caller: Principal, body: bytes, receive: Receive, send: Send
    ) -> None:
        """Find who answers a message; raises NotAMessage."""
        message = json_of(body, "body") if scope["method"] == "POST" else None
        scope = self.entrance.cleared(scope)
        tells = self._tells(message, scope["headers"])
        lane = None if tells or self._is_kept(scope, message) else self.lane
        if lane is not None and (request := lane.take(scope["headers"], message)) is not None:
            await unless_hung_up(receive, send, partial(_answer_usual, lane, request))
            return
        desk = await self.standby.desk()
        await desk.answer(
            Arrival({**scope, CALLER: caller.mark}, caller, body, message, tells), receive, send
        )

    def _is_kept(self, scope: Message, message: Json) -> bool:
        return self.has_sessions and (has_session(scope) or opens_session(scope, mapping(message)))

    def _tells(self, message: Json, headers: _RawHeaders) -> bool:
        """Tell whether a call has something to tell to a caller who asks for it and can hear it."""
        if not self.reporting:
            return False
        params = mapping(mapping(message).get("params"))
        if str(params.get("name")) not in self.reporting or _ASKS.isdisjoint(mapping(params.get("_meta"))):
            return False
        return hears(headers)


async def _answer_usual(lane: Lane, request: Request, send: Send) -> None:
    status, body = await lane.answer(request)
    await send_written(send, status, body, JSON if body or not request.is_modern else None)


def _check_kind(scope: Message, methods: tuple[str, ...]) -> None:
    if scope["path"].startswith("/.well-known/"):
        # clients look here for an authorization server; only 404 tells them that there is none
        raise UnknownOperation("nothing is published here")
    if scope["method"] not in methods:
        raise WrongMethod("an MCP message is sent with POST", headers=(("Allow", ", ".join(methods)),))


def _trimmed(headers: Iterable[tuple[bytes, bytes]]) -> _RawHeaders:
    """Drop blanks around values, which httptools keeps and the SDK compares; no Accept means anything."""
    trimmed = [(name, value.strip(b" \t")) for name, value in headers]
    if said(trimmed, b"accept") is None:
        trimmed.append((b"accept", b"*/*"))
    return trimmed


async def _refuse(failure: Failure, send: Send) -> None:
    extra = [(name.lower().encode("latin-1"), text.encode("latin-1")) for name, text in failure.headers]
    body = encode(failure.problem())
    await send_written(send, failure.status, body, b"application/problem+json", extra)
