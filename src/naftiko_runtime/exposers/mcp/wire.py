"""The HTTP side of an MCP server: what is refused before the SDK sees it, and what happens on a hang-up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

import anyio
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.types import PARSE_ERROR

from ...plan.errors import CallError, TooLarge, UnknownOperation, WrongMethod
from ...values import Json
from ...values.json import decode, encode
from ..boundary import Failure, Message, Receive, Send, failure_of, log_refusal, unless_hung_up
from ..guard import Entrance

_RawHeaders = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Front:
    """Takes one JSON-RPC message per POST, on any path, and runs the SDK's session manager."""

    manager: StreamableHTTPSessionManager
    entrance: Entrance
    limit_bytes: int

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        else:
            await self._answer(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        async with self.manager.run():
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})

    async def _answer(self, scope: Message, receive: Receive, send: Send) -> None:
        scope = {**scope, "headers": _trimmed(scope["headers"])}
        try:
            await self.entrance.admit(scope)
            _check_kind(scope)
            body = await _read(scope["headers"], receive, self.limit_bytes)
        except CallError as error:
            log_refusal(scope, error)
            await _refuse(failure_of(error), send)
            return
        if body is None:
            return
        if not _is_json(body):
            await _send_json(send, 400, _PARSE_ERROR)
            return
        await self._pass_on(self.entrance.cleared(scope), body, receive, send)

    async def _pass_on(self, scope: Message, body: bytes, receive: Receive, send: Send) -> None:
        messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def replay() -> Message:
            if not messages:
                await anyio.sleep_forever()  # the disconnect is ours to watch
            return messages.pop()

        # in JSON mode the SDK lets a tool run on after its caller has hung up
        await unless_hung_up(receive, send, partial(self.manager.handle_request, scope, replay))


def _check_kind(scope: Message) -> None:
    if scope["path"].startswith("/.well-known/"):
        # clients look here for an authorization server; only 404 tells them that there is none
        raise UnknownOperation("nothing is published here")
    if scope["method"] != "POST":
        raise WrongMethod("an MCP message is sent with POST", headers=(("Allow", "POST"),))


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


def _is_json(body: bytes) -> bool:
    """Check strictly: the SDK's own parsers let NaN and infinities through."""
    try:
        decode(body)
    except (ValueError, RecursionError):
        return False
    return True


_PARSE_ERROR: Json = {
    "jsonrpc": "2.0",
    "id": None,
    "error": {"code": PARSE_ERROR, "message": "the body is not JSON"},
}


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
