"""Reads the arguments of a call from path, query, headers and body."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote

from ...plan.call import Headers
from ...plan.errors import BadArgument, InvalidArguments, WrongMediaType
from ...plan.surfaces import Place, RestInput
from ...values import Json
from ...values.json import decode
from ..boundary import Message, Receive
from ..receiving import next_piece, read_body

# what an HTTP client needs on a pass-through GET (D12)
_PASSED_ON_GET = frozenset(
    {"range", "if-range", "if-none-match", "if-modified-since", "accept", "accept-encoding"}
)
# what a streamed body needs to be understood
_PASSED_WITH_UPLOAD = frozenset({"content-type", "content-length", "content-encoding", "accept"})


@dataclass(slots=True)
class Body:
    """The body of a request: read whole, or streamed; the disconnect comes after its end."""

    receive: Receive
    limit_bytes: int
    _end: asyncio.Event | None = None  # of what is streamed

    async def read(self, headers: Mapping[str, str]) -> bytes:
        """Read it whole; raises TooLarge as soon as it is known to be, Hangup when the caller leaves."""
        announced = headers.get("content-length", "")
        return await read_body(self.receive, announced.encode("utf-8", "surrogateescape"), self.limit_bytes)

    def stream(self) -> AsyncIterator[bytes]:
        """Give it in pieces, as fast as they are taken."""
        self._end = end = asyncio.Event()
        return self._pieces(end)

    async def _pieces(self, end: asyncio.Event) -> AsyncIterator[bytes]:
        more = True
        while more:
            chunk, more = await next_piece(self.receive)
            if chunk:
                yield chunk
        end.set()

    async def next_message(self) -> Message:
        """Wait for what comes after the body, which can only be the disconnect."""
        if self._end is not None:
            await self._end.wait()
        message = await self.receive()
        # a body that is none is not asked for, but told all the same
        return await self.receive() if message["type"] == "http.request" else message


def has_body(headers: Mapping[str, str]) -> bool:
    """Tell whether a request has a body (RFC 9112, 6.3)."""
    return "transfer-encoding" in headers or headers.get("content-length", "0") != "0"


def read_headers(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Decode headers; repeated ones are joined as RFC 9110, 5.3 says."""
    headers: dict[str, str] = {}
    for name, value in raw:
        key, text = _read(name, value)
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return headers


def header_pairs(raw: Iterable[tuple[bytes, bytes]]) -> Headers:
    """Decode headers as they came, names in lower case."""
    return tuple([_read(name, value) for name, value in raw])


def _read(name: bytes, value: bytes) -> tuple[str, str]:
    return name.decode("latin-1").lower(), value.decode("utf-8", "surrogateescape").strip(" \t")


def passed_on_get(headers: Mapping[str, str]) -> Headers:
    return tuple([pair for pair in headers.items() if pair[0] in _PASSED_ON_GET])


def passed_with_upload(headers: Mapping[str, str]) -> Headers:
    return tuple([pair for pair in headers.items() if pair[0] in _PASSED_WITH_UPLOAD])


def query_pairs(query: bytes) -> Headers:
    """Decode a query string; bytes that are not UTF-8 stay recognisable."""
    if not query:
        return ()
    return tuple(parse_qsl(query.decode("latin-1"), keep_blank_values=True, errors="surrogateescape"))


def undeclared(inputs: tuple[RestInput, ...], query: Headers) -> Headers:
    """Keep the query parameters that no input of the route takes."""
    if not query:
        return ()
    known = {item.key or item.argument for item in inputs if item.place == "query"}
    return tuple(pair for pair in query if pair[0] not in known and _is_utf8("".join(pair)))


def arguments(
    inputs: tuple[RestInput, ...],
    path: Mapping[str, str],
    query: Headers,
    headers: Mapping[str, str],
    body: bytes,
) -> dict[str, Json]:
    """Collect what the route declares from where it is declared; everything else goes nowhere."""
    content = _json(body, headers) if body.strip() and any(item.place == "body" for item in inputs) else None
    sources: Mapping[Place, Mapping[str, Json] | Mapping[str, str]] = {
        "path": path,
        "query": _by_name(query) if query else {},
        "header": headers,
        "cookie": _by_name(_cookies(headers.get("cookie", ""))) if "cookie" in headers else {},
    }
    found: dict[str, Json] = {}
    for item in inputs:
        if item.place == "body":
            value = _body_part(content, item.key)
        else:
            key = item.key or item.argument
            value = _given(item, sources[item.place].get(key.lower() if item.place == "header" else key))
        if value is not None:
            found[item.argument] = value
    return found


def _given(item: RestInput, value: Json) -> Json:
    """Take a value as it was given; one element of a list is a list, unless it is written as JSON."""
    for text in value if isinstance(value, list) else (value,):
        if isinstance(text, str) and not _is_utf8(text):
            raise InvalidArguments((BadArgument(item.argument, "is not UTF-8"),))
    if item.is_list and isinstance(value, str) and not value.startswith("["):
        return [value]
    return value


def _is_utf8(text: str) -> bool:
    """Tell whether a decoded text was valid: bytes that were not UTF-8 are surrogates now."""
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)


def _by_name(pairs: Iterable[tuple[str, str]]) -> dict[str, Json]:
    """Collect values by name; a name that is repeated gives a list."""
    found: dict[str, list[Json]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


def _cookies(header: str) -> Iterator[tuple[str, str]]:
    for pair in header.split(";"):
        name, equals, value = pair.strip().partition("=")
        if equals:
            yield name, unquote(value.strip('"'))


def _json(body: bytes, headers: Mapping[str, str]) -> Json:
    """Decode a JSON body; one that says it is something else is read as JSON if it is JSON."""
    declared = headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        return decode(body.removeprefix(b"\xef\xbb\xbf"))
    except (ValueError, RecursionError) as error:
        if declared in ("", "application/json") or declared.endswith("+json"):
            raise InvalidArguments((BadArgument("body", f"is not JSON: {error}"),)) from None
        raise WrongMediaType(f"this operation reads application/json, not {declared}") from None


def _body_part(content: Json, key: str | None) -> Json:
    if key is None:
        return content
    return content.get(key) if isinstance(content, dict) else None
