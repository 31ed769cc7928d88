"""The HTTP side of an MCP server: what is refused before the SDK sees it, and what happens on a hang-up."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial

import anyio
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.types import LOG_LEVEL_META_KEY

from ...plan.errors import CallError, TooLarge, UnknownOperation, WrongMethod
from ...plan.verifier import Principal
from ...values import Json
from ...values.json import encode
from ..boundary import Failure, Message, Receive, Send, failure_of, log_refusal, unless_hung_up
from ..guard import Entrance
from .lane import Lane
from .messages import NotAMessage, json_of, message_of
from .sessions import Sessions, Visit, hears
from .sharing import allowed_origin, is_question, say_yes, sharing
from .usual import Request

_RawHeaders = list[tuple[bytes, bytes]]
_ASKS = frozenset({"progressToken", LOG_LEVEL_META_KEY})
_OF_ALL, _OF_SESSIONS = ("POST",), ("GET", "POST", "DELETE")


@dataclass(frozen=True, slots=True)
class Front:
    """Takes one JSON-RPC message per POST, on any path, and runs the SDK's session managers.

    One answers with JSON, the other with a stream: who asks to hear of a call that has something to tell gets
    that, and nobody else, because there are clients that take no long answer from a stream. Where there are
    sessions, they take what belongs to them.
    """

    plain: StreamableHTTPSessionManager
    streaming: StreamableHTTPSessionManager
    reporting: frozenset[str]
    entrance: Entrance
    limit_bytes: int
    lane: Lane | None = None
    sessions: Sessions | None = None
    _open: set[asyncio.Task[None]] = field(default_factory=set, init=False, repr=False)

    def stop(self) -> None:
        """End the streams that would never end by themselves."""
        for task in self._open:
            task.cancel()
        if self.sessions is not None:
            self.sessions.waiting.stop()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        scope = {**scope, "headers": _trimmed(scope["headers"])}
        origin = allowed_origin(scope, self.entrance.guard)
        if origin is not None:
            send = sharing(send, origin)
            if is_question(scope):
                await say_yes(scope, send, _OF_ALL if self.sessions is None else _OF_SESSIONS)
                return
        await self._answer(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        async with AsyncExitStack() as stack:
            for manager in self._managers():
                await stack.enter_async_context(manager.run())
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})

    def _managers(self) -> tuple[StreamableHTTPSessionManager, ...]:
        kept = () if self.sessions is None else (self.sessions.manager,)
        return (self.plain, self.streaming, *kept)

    async def _answer(self, scope: Message, receive: Receive, send: Send) -> None:
        try:
            caller = await self.entrance.admit(scope)
            has_session = self.sessions is not None and self.sessions.has(scope)
            _check_kind(scope, _OF_SESSIONS if has_session else _OF_ALL)
            body = await _read(scope["headers"], receive, self.limit_bytes)
        except CallError as error:
            log_refusal(scope, error)
            await _refuse(failure_of(error), send)
            return
        if body is None:
            return
        try:
            await self._take(scope, caller, body, receive, send)
        except NotAMessage as none:
            refusal = none.answer.model_dump(by_alias=True, mode="json", exclude_unset=True)
            await _send_json(send, 400, refusal)

    async def _take(
        self, scope: Message, caller: Principal, body: bytes, receive: Receive, send: Send
    ) -> None:
        """Find who answers a message; raises NotAMessage."""
        message = json_of(body, "body") if scope["method"] == "POST" else None
        fields = _mapping(message)
        visit = self.sessions.visit(scope, caller, fields) if self.sessions is not None else None
        tells = self._tells(fields, scope["headers"])
        if visit is None and self.lane is not None and not tells:
            request = self.lane.take(scope["headers"], message)
            if request is not None:
                await unless_hung_up(receive, send, partial(_answer_usual, self.lane, request))
                return
        if scope["method"] == "POST":
            message_of(message, "body")
        is_endless = scope["method"] == "GET" or fields.get("method") == "subscriptions/listen"
        manager = visit or (self.streaming if is_endless or tells else self.plain)
        work = self._pass_on(manager, self.entrance.cleared(scope), body, receive, send)
        await (self._until_stopped(work) if is_endless else work)

    def _tells(self, message: Mapping[str, Json], headers: _RawHeaders) -> bool:
        """Tell whether a call has something to tell to a caller who asks for it and can hear it."""
        params = _mapping(message.get("params"))
        if str(params.get("name")) not in self.reporting or _ASKS.isdisjoint(_mapping(params.get("_meta"))):
            return False
        return hears(headers)

    async def _until_stopped(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._open.add(task)
        try:
            await asyncio.gather(task, return_exceptions=True)
        finally:
            self._open.discard(task)

    async def _pass_on(
        self,
        manager: StreamableHTTPSessionManager | Visit,
        scope: Message,
        body: bytes,
        receive: Receive,
        send: Send,
    ) -> None:
        messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def replay() -> Message:
            if not messages:
                await anyio.sleep_forever()  # the disconnect is ours to watch
            return messages.pop()

        # in JSON mode the SDK lets a tool run on after its caller has hung up
        await unless_hung_up(receive, send, partial(manager.handle_request, scope, replay))


async def _answer_usual(lane: Lane, request: Request, send: Send) -> None:
    status, body = await lane.answer(request)
    headers = [(b"content-length", str(len(body)).encode())]
    if body or not request.is_modern:
        headers.append((b"content-type", b"application/json"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _check_kind(scope: Message, methods: tuple[str, ...]) -> None:
    if scope["path"].startswith("/.well-known/"):
        # clients look here for an authorization server; only 404 tells them that there is none
        raise UnknownOperation("nothing is published here")
    if scope["method"] not in methods:
        raise WrongMethod("an MCP message is sent with POST", headers=(("Allow", ", ".join(methods)),))


def _trimmed(headers: Iterable[tuple[bytes, bytes]]) -> _RawHeaders:
    """Drop blanks around values, which httptools keeps and the SDK compares; no Accept means anything."""
    trimmed = [(name, value.strip(b" \t")) for name, value in headers]
    if not any(name == b"accept" for name, _ in trimmed):
        trimmed.append((b"accept", b"*/*"))
    return trimmed


async def _read(headers: _RawHeaders, receive: Receive, limit_bytes: int) -> bytes | None:
    """Read the whole body; None when the caller hung up, TooLarge as soon as it is known."""
    announced = next((value for name, value in headers if name == b"content-length"), b"")
    body, size, more = bytearray(), int(announced) if announced.isdigit() else 0, True
    while more and size <= limit_bytes:
        message = await receive()
        if message["type"] != "http.request":
            return None
        body += message.get("body", b"")
        size, more = len(body), message.get("more_body", False)
    if size > limit_bytes:
        raise TooLarge(f"a message may have {limit_bytes} bytes")
    return bytes(body)


def _mapping(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, dict) else {}


async def _refuse(failure: Failure, send: Send) -> None:
    await _send_json(send, failure.status, failure.problem(), b"application/problem+json", failure.headers)


async def _send_json(
    send: Send,
    status: int,
    value: Json,
    media_type: bytes = b"application/json",
    extra: Iterable[tuple[str, str]] = (),
) -> None:
    body = encode(value)
    headers = [(b"content-type", media_type), (b"content-length", str(len(body)).encode())]
    headers += [(name.lower().encode("latin-1"), text.encode("latin-1")) for name, text in extra]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
