"""A connection that answers one request after the other, read by llhttp.

The library's own reader makes a parser, a stream, a message and its headers in two forms for every answer,
which was a quarter of a call.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import lru_cache
from math import inf
from typing import cast

import aiohttp
import httptools

from .line_inbound import LineInbound

# of a header's name or value, as in the library
_LONGEST_BYTES = 8190
# of what is none of a body's: the head of an answer, what stands between and behind pieces
_MOST_BYTES = 64 * 1024
_WITHOUT_BODY = frozenset({204, 304})


class Line(asyncio.Protocol):
    """Takes a request, and gives the answer that comes; whatever comes unasked ends it.

    It answers like a ``ResponseHandler`` to the connector that opens it. One timer notices silence and ends
    what was kept for too long.
    """

    __slots__ = (
        "_answer",
        "_asked",
        "_bodiless_bytes",
        "_due",
        "_ends_with_it",
        "_fields",
        "_is_kept",
        "_is_over",
        "_keep",
        "_loop",
        "_lost",
        "_name",
        "_parser",
        "_rings_at",
        "_silence_s",
        "_timer",
        "transport",
    )

    def __init__(self, name: str, loop: asyncio.AbstractEventLoop, silence_s: float) -> None:
        self._name, self._loop, self._silence_s = name, loop, silence_s
        self.transport: asyncio.Transport | None = None
        self._parser = _new_parser(self)
        self._fields: list[tuple[bytes, bytes]] = []
        self._asked: asyncio.Future[LineInbound] | None = None
        self._answer: LineInbound | None = None
        self._bodiless_bytes = 0
        self._is_over = self._is_kept = self._ends_with_it = False
        self._timer: asyncio.TimerHandle | None = None
        self._due = self._rings_at = inf
        self._keep: Callable[[Line], float] | None = None
        self._lost: Callable[[], None] | None = None

    def belong(self, keep: Callable[[Line], float], lost: Callable[[], None]) -> None:
        """Say who keeps it when an answer is over, and for how many seconds; and who hears of its end."""
        self._keep, self._lost = keep, lost

    @property
    def is_open(self) -> bool:
        return self.transport is not None and not self.transport.is_closing()

    async def ask(self, request: bytes) -> LineInbound:
        """Send a request that is short, and wait for the head of its answer; raises what the library does."""
        if self.transport is None or self.transport.is_closing():
            raise aiohttp.ServerDisconnectedError
        asked: asyncio.Future[LineInbound] = self._loop.create_future()
        self._asked = asked
        self._bodiless_bytes, self._is_over = 0, False
        self._watch(self._silence_s)
        self.transport.write(request)
        return await asked

    def close(self) -> None:
        if self.transport is not None:
            self.transport.close()
        lost, self._lost = self._lost, None
        if lost is not None:
            lost()

    def pause(self) -> None:
        """Read no more for now; that is not the silence of the other side."""
        if self.transport is not None and not self.transport.is_closing():
            self._due = inf
            self.transport.pause_reading()

    def resume(self) -> None:
        if self.transport is not None and not self.transport.is_closing():
            self._watch(self._silence_s)
            self.transport.resume_reading()

    # what the event loop tells

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        if self._asked is not None and self._due < inf:
            self._due = self._loop.time() + self._silence_s
        self._bodiless_bytes += len(data)
        is_broken = self._is_broken_by(data)
        if is_broken and not self._is_over:
            self._break(aiohttp.ClientPayloadError())
            return
        if self._answer is not None and self._asked is not None and not self._asked.done():
            self._asked.set_result(self._answer)
        if self._is_over:
            self._end(is_broken=is_broken)

    def connection_lost(self, exc: Exception | None) -> None:
        self.transport = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._answer is not None and self._ends_with_it and exc is None:
            self._answer.end()
        else:
            self._tell(aiohttp.ServerDisconnectedError() if exc is None else aiohttp.ClientOSError(*exc.args))
        self.close()

    # what the parser tells

    def on_message_begin(self) -> None:
        """Begin to read an answer; one that nobody asked for ends the connection."""
        if self._asked is None or self._is_over:
            raise ValueError("nobody asked")
        self._fields = []

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._answer is None:  # none of those that follow a body in pieces
            self._fields.append((name, value))

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        if 100 <= status <= 199 and status != 101:
            self._bodiless_bytes = 0
            return  # an answer follows
        self._is_kept = self._parser.should_keep_alive()
        headers = tuple([(_name(name), _text(value)) for name, value in self._fields])
        self._answer = LineInbound(self._name, self, status, headers)
        self._ends_with_it = not self._is_kept and not _has_end(self._answer)

    def on_body(self, body: bytes) -> None:
        self._bodiless_bytes = 0
        if self._answer is not None:
            self._answer.feed(body)

    def on_message_complete(self) -> None:
        if self._answer is not None:
            self._answer.end()
            self._is_over = True

    # what follows from it

    def _is_broken_by(self, data: bytes) -> bool:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            return False  # whoever asked will not be content with this status
        except httptools.HttpParserError:
            return True
        return self._bodiless_bytes > _MOST_BYTES

    def _end(self, *, is_broken: bool) -> None:
        """Keep the connection for the next request."""
        self._asked, self._answer, self._is_over = None, None, False
        if self._is_kept and self._keep is not None and self.is_open and not is_broken:
            self._watch(self._keep(self))
        else:
            self.close()

    def _break(self, error: Exception) -> None:
        self._tell(error)
        self.close()

    def _tell(self, error: Exception) -> None:
        """Tell whoever waits that nothing more will come."""
        asked, answer, self._asked, self._answer = self._asked, self._answer, None, None
        if asked is not None and not asked.done():
            asked.set_exception(error)
        elif answer is not None:
            answer.fail(error)

    def _watch(self, seconds: float) -> None:
        """See to it that something comes in time."""
        self._due = self._loop.time() + seconds
        if self._due < self._rings_at:
            if self._timer is not None:
                self._timer.cancel()
            self._rings_at, self._timer = self._due, self._loop.call_at(self._due, self._ring)

    def _ring(self) -> None:
        self._rings_at, self._timer = inf, None
        if self._due == inf:
            return
        if (left_s := self._due - self._loop.time()) > 0:
            self._watch(left_s)
        else:
            self._break(aiohttp.SocketTimeoutError())


def _new_parser(line: Line) -> httptools.HttpResponseParser:
    """Be as lenient as the library is."""
    parser = httptools.HttpResponseParser(line)
    parser.set_dangerous_leniencies(
        lenient_headers=True,
        lenient_optional_cr_before_lf=True,
        lenient_spaces_after_chunk_size=True,
    )
    return parser


@lru_cache(512)
def _name(name: bytes) -> str:
    """Decode the name of a header; an error ends the connection."""
    if len(name) > _LONGEST_BYTES:
        raise ValueError("no header has a name like this")
    return name.decode("latin-1").lower()


def _text(value: bytes) -> str:
    """Decode the value of a header; an error ends the connection."""
    if 0 in value or len(value) > _LONGEST_BYTES:
        raise ValueError("no header has a value like this")
    return value.decode("utf-8", "surrogateescape").rstrip(" \t")


def _has_end(answer: LineInbound) -> bool:
    """Tell whether a body says itself where it ends (RFC 9112, 6.3)."""
    if answer.status in _WITHOUT_BODY:
        return True
    return any(
        name == "content-length" or (name == "transfer-encoding" and "chunked" in value.lower())
        for name, value in answer.headers
    )
