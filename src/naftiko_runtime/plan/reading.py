"""Reads an answer's body into memory: within a limit, and unpacked."""

from __future__ import annotations

import re
import zlib
from collections.abc import Coroutine
from email.utils import parsedate_to_datetime

from .call import Headers, Inbound
from .errors import Oversized, UndecodableAnswer

_CHARSET = re.compile(r"charset\s*=\s*\"?([\w.:-]+)", re.IGNORECASE)
_LENGTH_DIGITS = 18
_SECONDS = re.compile(r"[0-9]+")
_LONGEST_S = 1e9  # whoever asks for more means never
_GZIP = zlib.MAX_WBITS | 16
_GZIP_OR_ZLIB = zlib.MAX_WBITS | 32
_BARE = -zlib.MAX_WBITS


def header(headers: Headers, name: str) -> str:
    """Find a header whatever its case; nothing found is an empty text."""
    length = len(name)
    for key, value in headers:
        if key == name or (len(key) == length and key.lower() == name):
            return value.strip()
    return ""


def charset(headers: Headers) -> str | None:
    """Find the charset that an answer says it is in."""
    said = header(headers, "content-type")
    found = _CHARSET.search(said) if "=" in said else None
    return found[1] if found else None


def declared_length(headers: Headers) -> int | None:
    """Read how many bytes an answer says it has."""
    length = header(headers, "content-length")
    is_number = length.isascii() and length.isdigit() and len(length) <= _LENGTH_DIGITS
    return int(length) if is_number else None


def retry_after_s(headers: Headers, now: float) -> float | None:
    """Read how long an upstream asks to wait: seconds, or the time until a date (RFC 9110, 10.2.3)."""
    said = header(headers, "retry-after")
    if _SECONDS.fullmatch(said):
        return min(float(said), _LONGEST_S)
    try:
        return max(0.0, parsedate_to_datetime(said).timestamp() - now)
    except (ValueError, OverflowError):
        return None


def read(inbound: Inbound, limit_bytes: int) -> Coroutine[object, object, bytes]:
    """Read the whole body; raises Oversized, and does not start when the length says so."""
    length = declared_length(inbound.headers)
    if length is not None and length > limit_bytes:
        raise Oversized(str(length))
    unpacker = _unpacker(inbound.headers)
    return _read_plain(inbound, limit_bytes) if unpacker is None else _unpack(inbound, unpacker, limit_bytes)


async def _unpack(inbound: Inbound, unpacker: _Deflated, limit_bytes: int) -> bytes:
    body, received = bytearray(), 0
    async for chunk in inbound.chunks():
        received += len(chunk)
        body += unpacker.feed(chunk, limit_bytes + 1 - len(body))
        # also what was sent has the limit: a body may pack nothing over and over
        if max(len(body), received) > limit_bytes:
            raise Oversized(f"more than {limit_bytes}")
    if received:
        unpacker.finish()
    return bytes(body)


async def _read_plain(inbound: Inbound, limit_bytes: int) -> bytes:
    """Read a body that needs no unpacking; one that comes in one piece is not copied."""
    pieces, received = [], 0
    async for chunk in inbound.chunks():
        received += len(chunk)
        if received > limit_bytes:
            raise Oversized(f"more than {limit_bytes}")
        pieces.append(chunk)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


async def read_start(inbound: Inbound, limit_bytes: int) -> bytes:
    """Read the beginning of a body that only has to be quoted; what cannot be unpacked is nothing."""
    body = bytearray()
    async for chunk in inbound.chunks():
        body += chunk
        if len(body) >= limit_bytes:
            break
    try:
        unpacker = _unpacker(inbound.headers)
        return bytes(body[:limit_bytes]) if unpacker is None else unpacker.feed(bytes(body), limit_bytes)
    except UndecodableAnswer:
        return b""


class _Deflated:
    """A body that an upstream compressed although nobody asked for it.

    A gzip body may have several members, one behind the other (RFC 1952, 2.2).
    """

    def __init__(self, *, is_gzip: bool) -> None:
        self._is_gzip = is_gzip
        self._start, self._stream = b"", zlib.decompressobj(_GZIP_OR_ZLIB)

    def feed(self, chunk: bytes, room: int) -> bytes:
        if len(self._start) < 2:  # what it is, the first two bytes tell
            chunk = self._start = self._start + chunk
            if len(chunk) < 2:
                return b""
            if not self._is_gzip and not _has_header(chunk):
                self._stream = zlib.decompressobj(_BARE)
        try:
            return self._unpacked(chunk, room)
        except zlib.error as error:
            raise UndecodableAnswer("the upstream's answer cannot be decompressed") from error

    def _unpacked(self, chunk: bytes, room: int) -> bytes:
        body = self._stream.decompress(chunk, room)
        while self._is_gzip and self._stream.unused_data and len(body) < room:
            rest, self._stream = self._stream.unused_data, zlib.decompressobj(_GZIP)
            body += self._stream.decompress(rest, room - len(body))
        return body

    def finish(self) -> None:
        if not self._stream.eof or self._stream.unused_data:
            raise UndecodableAnswer("the upstream's compressed answer is not whole")


def _has_header(data: bytes) -> bool:
    """Tell gzip and zlib from the bare stream that some call deflate too (RFC 1950, 2.2; RFC 1952, 2.3.1)."""
    return data.startswith(b"\x1f\x8b") or (data[0] & 15 == 8 and (data[0] << 8 | data[1]) % 31 == 0)


def _unpacker(headers: Headers) -> _Deflated | None:
    """Find what unpacks a body; None for one that was sent as it is."""
    match header(headers, "content-encoding").lower():
        case "" | "identity":
            return None
        case "gzip" | "x-gzip":
            return _Deflated(is_gzip=True)
        case "deflate":
            return _Deflated(is_gzip=False)
        case other:
            raise UndecodableAnswer(
                f"the upstream's answer is encoded as {other[:40]!r}, which was not asked for"
            )
