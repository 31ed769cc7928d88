"""What goes wrong with upstreams: each fault is an answer, or what comes in place of one."""

import asyncio
import socket
import struct
from collections.abc import Callable
from typing import Literal, TypeAlias

from wire import Respond, Seen, answer

Then: TypeAlias = Literal["keep", "close", "reset", "stall"]
# made anew for every call, because some faults are over after the first request
Fault: TypeAlias = Callable[[], Respond]

FLOOD_BYTES = 1 << 16


def head(status: str = "200 OK", version: str = "1.1", **headers: str) -> bytes:
    """Write a status line and headers; names are written with underscores."""
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/{version} {status}\r\n{lines}\r\n".encode("latin-1")


def says(status: str, body: bytes = b"", **headers: str) -> Fault:
    """Answer every request with this."""
    return lambda: answer(body, status, **headers)


def raw(data: bytes, then: Then = "keep") -> Fault:
    """Write bytes as they are; the connection is kept, closed, reset, or nothing more comes."""

    async def respond(seen: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()
        if then == "close":
            writer.close()
        if then == "reset":
            _reset(writer)
        if then == "stall":
            await asyncio.sleep(600)

    return lambda: respond


def drips(start: bytes, rest: bytes, every_s: float) -> Fault:
    """Write the rest byte by byte."""

    async def respond(seen: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        for byte in rest:
            await asyncio.sleep(every_s)
            writer.write(bytes([byte]))

    return lambda: respond


def floods(start: bytes, piece: bytes) -> Fault:
    """Write a piece over and over, until whoever reads has had enough."""

    async def respond(seen: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        pieces = piece * max(1, FLOOD_BYTES // len(piece))
        while True:
            writer.write(pieces)
            await writer.drain()

    return lambda: respond


def in_turn(*faults: Fault) -> Fault:
    """Answer one request after the other; the last fault stays."""

    def make() -> Respond:
        left = [fault() for fault in faults]

        async def respond(seen: Seen, writer: asyncio.StreamWriter) -> None:
            now = left.pop(0) if len(left) > 1 else left[0]
            await now(seen, writer)

        return respond

    return make


def by_path(**faults: Fault) -> Fault:
    """Answer by the last segment of the path."""

    def make() -> Respond:
        made = {name: fault() for name, fault in faults.items()}

        async def respond(seen: Seen, writer: asyncio.StreamWriter) -> None:
            await made[seen.target.partition("?")[0].rpartition("/")[2]](seen, writer)

        return respond

    return make


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close so that the other side is told of an error."""
    opened: socket.socket = writer.get_extra_info("socket")
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
