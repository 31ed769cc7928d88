"""Model files as HTTP: ranges, validators, and the ways in which they can go wrong."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import partial
from typing import Final

from ..content import Content
from ..wire import Answer, Request, raw_headers
from .mode import Mode
from .refusal import Problem

_RANGE: Final = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Span:
    """From a byte up to another, which is not included; empty when the range lies past the end."""

    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class File:
    """What can be downloaded: which job's, and which of its models."""

    job_id: str
    selector: str
    size: int

    @property
    def etag(self) -> str:
        mark = f"{self.job_id}/{self.selector}/{self.size}"
        return f'"{hashlib.sha256(mark.encode()).hexdigest()[:32]}"'

    @property
    def location(self) -> str:
        return f"/__store__/{self.job_id}/{self.selector}"


def redirect_to(file: File, origin: str) -> Answer:
    """Send the caller to where files are stored; what he finds there needs no key."""
    return Answer(302, raw_headers({"location": f"{origin}{file.location}", "content-length": "0"}))


def serve(file: File, request: Request, content: Content, mode: Mode) -> Answer:
    if request.header(b"if-none-match") in (file.etag, "*"):
        return Answer(304, raw_headers({"etag": file.etag}))
    span = None if mode.ignore_range else _wanted(request, file)
    if span is None:
        return _stream(200, Span(0, file.size), file, content, mode)
    if span.start >= span.stop:
        return _out_of_range(file)
    return _stream(206, span, file, content, mode)


def read_range(header: str, size: int) -> Span | None:
    """Read a Range header; None for what is not one range of bytes, which is then ignored."""
    match = _RANGE.fullmatch(header.strip())
    if match is None or match.group(0).endswith("=-"):
        return None
    first, last = match.groups()
    if not first:
        return Span(max(0, size - int(last)), size)
    if not last:
        return Span(int(first), size)
    if int(last) < int(first):
        return None
    return Span(int(first), min(int(last) + 1, size))


def _wanted(request: Request, file: File) -> Span | None:
    header, condition = request.header(b"range"), request.header(b"if-range")
    if header is None or condition not in (None, file.etag):
        return None
    return read_range(header, file.size)


def _out_of_range(file: File) -> Answer:
    message = f"the file has {file.size} bytes; the range lies past its end"
    headers = {"content-range": f"bytes */{file.size}", "accept-ranges": "bytes", "etag": file.etag}
    return Problem(416, message, "range_not_satisfiable", "range", headers).answer()


def _stream(status: int, span: Span, file: File, content: Content, mode: Mode) -> Answer:
    named = {
        "content-type": "application/octet-stream",
        "content-disposition": f'attachment; filename="{file.job_id}.tar.zst"',
        "etag": file.etag,
    }
    if not mode.ignore_range:
        named["accept-ranges"] = "bytes"
    if not mode.chunked:
        named["content-length"] = str(span.stop - span.start)
    if status == 206:
        named["content-range"] = f"bytes {span.start}-{span.stop - 1}/{file.size}"
    pieces = partial(content.pieces, span.start, span.stop)
    return Answer(status, raw_headers(named), b"", pieces, pause_s=mode.pause_s, cut_after=mode.cut_after)
