"""Requests off the wire; answers onto it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, cast
from urllib.parse import parse_qs

import anyio
from starlette.types import Receive, Scope, Send

from .values import Json, encode

Headers = tuple[tuple[bytes, bytes], ...]

BODY_LIMIT_BYTES: Final = 10 * 1024 * 1024


class Upload(StrEnum):
    """How the request's body ended."""

    WHOLE = "whole"
    TOO_LARGE = "too large"
    BROKEN_OFF = "broken off"


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it came: the path and the query are not decoded."""

    method: str
    path: bytes
    query: bytes
    headers: Headers
    body: bytes
    upload: Upload

    def values(self, name: bytes) -> tuple[bytes, ...]:
        return tuple(value for key, value in self.headers if key == name)

    def header(self, name: bytes) -> str | None:
        """Give the last value of a header; only those that matter once are asked for."""
        values = self.values(name)
        return values[-1].decode("latin-1") if values else None

    def parameters(self) -> dict[str, str]:
        """Decode the query; of a name given twice the first counts."""
        pairs = parse_qs(self.query.decode("latin-1"), keep_blank_values=True)
        return {name: values[0] for name, values in pairs.items()}


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: a body in memory, or pieces made on the way."""

    status: int
    headers: Headers = ()
    body: bytes = b""
    pieces: Callable[[], Iterator[bytes]] | None = None
    delay_s: float = 0
    pause_s: float = 0  # before each piece
    cut_after: int | None = None  # bytes of body after which the connection breaks

    @property
    def takes_time(self) -> bool:
        return bool(self.delay_s) or self.pieces is not None or self.cut_after is not None


def json_answer(status: int, value: Json, headers: Mapping[str, str] | None = None) -> Answer:
    return text_answer(status, encode(value), "application/json", headers)


def text_answer(
    status: int, body: bytes, media_type: str, headers: Mapping[str, str] | None = None
) -> Answer:
    """Put a whole body and its two headers together; ``headers`` may replace them."""
    given = {name.lower(): value for name, value in (headers or {}).items()}
    named = {"content-type": media_type, "content-length": str(len(body)), **given}
    return Answer(status, raw_headers(named), body)


def raw_headers(named: Mapping[str, str]) -> Headers:
    return tuple((name.encode("latin-1"), value.encode("latin-1")) for name, value in named.items())


async def read_request(scope: Scope, receive: Receive) -> Request:
    body, upload = await _read_body(receive)
    return Request(
        method=cast(str, scope["method"]),
        path=cast(bytes, scope["raw_path"]),
        query=cast(bytes, scope["query_string"]),
        headers=tuple((name.lower(), value) for name, value in scope["headers"]),
        body=body,
        upload=upload,
    )


async def _read_body(receive: Receive) -> tuple[bytes, Upload]:
    """Collect the body; one that is too large is read to its end and thrown away.

    Closing early instead would reset the connection before the caller has read the 413.
    """
    body, size, more = bytearray(), 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return bytes(body), Upload.BROKEN_OFF
        piece = cast(bytes, message.get("body", b""))
        size += len(piece)
        if size <= BODY_LIMIT_BYTES:
            body += piece
        more = bool(message.get("more_body", False))
    return bytes(body), Upload.WHOLE if size <= BODY_LIMIT_BYTES else Upload.TOO_LARGE


async def deliver(answer: Answer, receive: Receive, send: Send, on_end: Callable[[], None]) -> None:
    """Send an answer; one that takes time stops, without ``on_end``, as soon as the caller hangs up.

    ``on_end`` is called in the same turn of the loop as the last byte is sent: the caller
    may look into the log right after he has read it.
    """
    if not answer.takes_time:
        await _send_start(answer, send)
        await send({"type": "http.response.body", "body": answer.body})
        on_end()
        return
    async with anyio.create_task_group() as group:
        group.start_soon(_cancel_when_gone, receive, group.cancel_scope)
        await _send_in_pieces(answer, send)
        on_end()
        group.cancel_scope.cancel()


async def _send_in_pieces(answer: Answer, send: Send) -> None:
    await anyio.sleep(answer.delay_s)
    await _send_start(answer, send)
    left = answer.cut_after
    for piece in answer.pieces() if answer.pieces else (answer.body,):
        await anyio.sleep(answer.pause_s)  # also the moment at which a hang-up is noticed
        if left is not None and left < len(piece):
            await send({"type": "http.response.body", "body": piece[:left], "more_body": True})
            return  # without the end of the body, the server can only drop the connection
        left = None if left is None else left - len(piece)
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def _send_start(answer: Answer, send: Send) -> None:
    await send({"type": "http.response.start", "status": answer.status, "headers": list(answer.headers)})


async def _cancel_when_gone(receive: Receive, scope: anyio.CancelScope) -> None:
    message = await receive()
    while message["type"] != "http.disconnect":
        message = await receive()
    scope.cancel()
