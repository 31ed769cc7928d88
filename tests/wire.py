"""A real upstream in a few lines: reads requests byte by byte, records them, answers what the test says."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Seen:
    """A request as it came over the wire."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        values = [value for key, value in self.headers if key.lower() == name.lower()]
        return values[0] if values else None


Respond = Callable[[Seen, asyncio.StreamWriter], Awaitable[None]]


def answer(body: bytes = b"{}", status: str = "200 OK", **headers: str) -> Respond:
    """Answer with one whole response; header names are written with underscores."""

    async def respond(seen: Seen, writer: asyncio.StreamWriter) -> None:
        given = {"content_type": "application/json", "content_length": str(len(body)), **headers}
        lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in given.items())
        writer.write(f"HTTP/1.1 {status}\r\n{lines}\r\n".encode("latin-1") + body)

    return respond


async def silence(seen: Seen, writer: asyncio.StreamWriter) -> None:
    """Never answer."""
    await asyncio.sleep(600)


def silence_after(arrived: asyncio.Event) -> Respond:
    """Tell that a request arrived, and never answer."""

    async def respond(seen: Seen, writer: asyncio.StreamWriter) -> None:
        arrived.set()
        await silence(seen, writer)

    return respond


async def hang_up(seen: Seen, writer: asyncio.StreamWriter) -> None:
    """Close the connection instead of answering."""
    writer.close()


@dataclass
class Upstream:
    """Records what arrives and answers by ``respond``; ``left`` is set when a caller goes away unanswered."""

    port: int = 0
    scheme: str = "http"
    seen: list[Seen] = field(default_factory=list)
    respond: Respond = field(default_factory=answer)
    left: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    @classmethod
    @asynccontextmanager
    async def open(cls, tls: ssl.SSLContext | None = None) -> AsyncIterator["Upstream"]:
        upstream = cls(scheme="https" if tls else "http")
        tasks: set[asyncio.Task[None]] = set()

        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            tasks.add(task)
            try:
                await upstream._converse(reader, writer)
            except (ConnectionError, asyncio.CancelledError):
                pass
            finally:
                writer.close()
                tasks.discard(task)

        server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls, limit=2**24)
        upstream.port = server.sockets[0].getsockname()[1]
        try:
            yield upstream
        finally:
            server.close()
            for task in tuple(tasks):
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while (seen := await _read(reader)) is not None:
            self.seen.append(seen)
            responding = asyncio.ensure_future(self.respond(seen, writer))
            leaving = asyncio.ensure_future(_gone(reader))
            await asyncio.wait((responding, leaving), return_when=asyncio.FIRST_COMPLETED)
            if not responding.done():
                responding.cancel()
                self.left.set()
                return
            leaving.cancel()
            if isinstance(responding.exception(), ConnectionError):
                self.left.set()
            responding.result()
            if writer.is_closing():
                return
            await writer.drain()


async def _gone(reader: asyncio.StreamReader) -> None:
    """Wait until the other side closes."""
    while not reader.at_eof():  # noqa: ASYNC110 - a reader has no event for its end
        await asyncio.sleep(0.01)


async def _read(reader: asyncio.StreamReader) -> Seen | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("utf-8", "surrogateescape")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.rstrip("\r\n").split("\r\n")
    method, target, _ = first.split(" ", 2)
    headers = tuple((line.partition(":")[0], line.partition(":")[2].strip(" \t")) for line in lines)
    lengths = [int(value) for name, value in headers if name.lower() == "content-length"]
    if any(name.lower() == "transfer-encoding" for name, _ in headers):
        return Seen(method, target, headers, await _chunks(reader))
    return Seen(method, target, headers, await reader.readexactly(lengths[0]) if lengths else b"")


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while (size := int(await reader.readline(), 16)) > 0:
        body += (await reader.readexactly(size + 2))[:-2]
    await reader.readline()
    return body
