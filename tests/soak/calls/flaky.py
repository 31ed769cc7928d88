"""An upstream that fails in every way it knows, as often as it is told, and counts what it did."""

import asyncio
import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from random import Random
from typing import TypeAlias

_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *([0-9]+)")
_JSON = b"Content-Type: application/json\r\n"
_SLOW_S = 0.3
_APART_S = 0.02

Fault: TypeAlias = Callable[[asyncio.StreamWriter], Awaitable[None]]


def _plain(status: str, body: bytes = b"{}", headers: bytes = _JSON) -> Fault:
    async def answer(writer: asyncio.StreamWriter) -> None:
        length = b"Content-Length: %d\r\n" % len(body)
        writer.write(b"HTTP/1.1 " + status.encode() + b"\r\n" + headers + length + b"\r\n" + body)

    return answer


def _broken(data: bytes) -> Fault:
    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()
        writer.close()

    return answer


async def _reset(writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def _late_chunk(writer: asyncio.StreamWriter) -> None:
    """Break off where the headers have been read already."""
    writer.write(b"HTTP/1.1 200 OK\r\n" + _JSON + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n")
    await writer.drain()
    await asyncio.sleep(_APART_S)
    writer.write(b"zz\r\n")


FAULTS: dict[str, Fault] = {
    "hang up": _broken(b""),
    "reset": _reset,
    "no HTTP": _broken(b"\x16\x03\x01 hello\r\n\r\n"),
    "cut in headers": _broken(b"HTTP/1.1 200 OK\r\nContent-Ty"),
    "cut body": _broken(b"HTTP/1.1 200 OK\r\n" + _JSON + b'Content-Length: 900\r\n\r\n{"id": '),
    "bad chunk": _broken(b"HTTP/1.1 200 OK\r\n" + _JSON + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n"),
    "bad chunk in the body": _late_chunk,
    "500": _plain("500 Internal Server Error"),
    "502": _plain("502 Bad Gateway", b"<html><title>down</title></html>", b"Content-Type: text/html\r\n"),
    "503": _plain("503 Service Unavailable", headers=b"Retry-After: 0\r\n"),
    "429": _plain("429 Too Many Requests", headers=b"Retry-After: 0\r\n"),
}


@dataclass
class Flaky:
    """Counts by method and id what arrived, and what was answered whole and well."""

    random: Random
    share: float
    port: int = 0
    arrived: Counter[str] = field(default_factory=Counter)
    answered: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Flaky"]:
        tasks: set[asyncio.Task[None]] = set()

        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            tasks.add(task)
            with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                while not writer.is_closing():
                    await self._exchange(reader, writer)
            writer.close()
            tasks.discard(task)

        server = await asyncio.start_server(connected, "127.0.0.1", 0, backlog=1024)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for task in tuple(tasks):
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = _LENGTH.search(head)
        body = await reader.readexactly(int(length[1])) if length else b""
        method, target, _ = head.decode().split(" ", 2)
        name = json.loads(body)["id"] if body else target.rpartition("/")[2]
        key = f"{method} {name}"
        self.arrived[key] += 1
        if self.random.random() < self.share:
            kind = self.random.choice(list(FAULTS))
            self.faults[kind] += 1
            await FAULTS[kind](writer)
            return
        if self.random.random() < self.share:
            self.faults["slow"] += 1
            await asyncio.sleep(_SLOW_S)
        filler = "x" * self.random.randrange(4000)
        await _plain("200 OK", json.dumps({"id": name, "filler": filler}).encode())(writer)
        await writer.drain()
        self.answered[key] += 1
