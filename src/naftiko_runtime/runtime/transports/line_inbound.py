"""An answer that arrives on a line."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterator
from typing import Protocol

from ...plan.call import Headers
from .telling import FAILURES, told

_CHUNK_BYTES = 64 * 1024
_MOST_HELD_BYTES = 4 * _CHUNK_BYTES


class Pausing(Protocol):
    """What an answer arrives on."""

    def pause(self) -> None: ...

    def resume(self) -> None: ...


class LineInbound:
    """Status, headers, and the body as it comes, of which it is the iterator; a slow reader pauses the line.

    One object for what is one thing, because each is made for every call.
    """

    __slots__ = (
        "_error",
        "_held_bytes",
        "_is_paused",
        "_line",
        "_name",
        "_pieces",
        "_waiting",
        "headers",
        "is_over",
        "status",
    )

    def __init__(self, name: str, line: Pausing, status: int, headers: Headers) -> None:
        self._name, self._line, self.status, self.headers = name, line, status, headers
        self._pieces: deque[bytes] = deque()
        self._held_bytes, self._is_paused, self.is_over = 0, False, False
        self._error: Exception | None = None
        self._waiting: asyncio.Future[None] | None = None

    def chunks(self) -> AsyncIterator[bytes]:
        """Give the body in pieces of at most 64 KiB."""
        return self

    def __aiter__(self) -> LineInbound:
        return self

    async def __anext__(self) -> bytes:
        while not self._pieces:
            if self.is_over:
                raise StopAsyncIteration
            await self._more()
        piece = self._pieces.popleft()
        self._held_bytes -= len(piece)
        if self._is_paused and self._held_bytes <= _CHUNK_BYTES:
            self._go_on()
        return piece

    async def _more(self) -> None:
        """Wait for what comes; raises what ended the body."""
        try:
            if self._error is not None:
                raise self._error
            self._waiting = asyncio.get_running_loop().create_future()
            await self._waiting
        except FAILURES as error:
            raise told(error, self._name, "the answer broke off") from None

    def feed(self, data: bytes) -> None:
        if len(data) <= _CHUNK_BYTES:
            self._pieces.append(data)
        else:
            self._pieces.extend(_cut(data))
        self._held_bytes += len(data)
        if self._held_bytes > _MOST_HELD_BYTES and not self._is_paused:
            self._is_paused = True
            self._line.pause()
        if self._waiting is not None:
            self._wake()

    def end(self) -> None:
        self.is_over = True
        if self._is_paused:
            self._go_on()  # what its line brings now is another answer
        if self._waiting is not None:
            self._wake()

    def fail(self, error: Exception) -> None:
        self._error = error
        self._wake()

    def _go_on(self) -> None:
        self._is_paused = False
        self._line.resume()

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None and not waiting.done():
            waiting.set_result(None)


def _cut(data: bytes) -> Iterator[bytes]:
    for start in range(0, len(data), _CHUNK_BYTES):
        yield data[start : start + _CHUNK_BYTES]
