"""Reads the arguments of a call from path, query, headers and body."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import parse_qsl, unquote

from ...plan.call import Headers
from ...plan.errors import BadArgument, InvalidArguments, TooLarge, WrongMediaType
from ...plan.surfaces import RestInput
from ...values import Json
from ...values.json import decode
from ..boundary import Receive

# what an HTTP client needs on a pass-through GET (D12)
_PASSED = frozenset({"range", "if-range", "if-none-match", "if-modified-since", "accept", "accept-encoding"})


class Hangup(Exception):
    """The caller left before the request was complete."""


async def read_body(receive: Receive, declared: int | None, limit_bytes: int) -> bytes:
    """Read the whole body; raises TooLarge as soon as it is known to be, Hangup when the caller leaves."""
    if declared is not None and declared > limit_bytes:
        raise TooLarge(f"the body is larger than {limit_bytes} bytes")
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Hangup
        body += message.get("body", b"")
        if len(body) > limit_bytes:
            raise TooLarge(f"the body is larger than {limit_bytes} bytes")
        if not message.get("more_body", False):
            return bytes(body)


def read_headers(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Decode headers; repeated ones are joined as RFC 9110, 5.3 says."""
    headers: dict[str, str] = {}
    for name, value in raw:
        key, text = name.decode("latin-1").lower(), value.decode("utf-8", "surrogateescape").strip(" \t")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return headers


def passed_headers(headers: Mapping[str, str]) -> Headers:
    return tuple((name, value) for name, value in headers.items() if name in _PASSED)


def arguments(
    inputs: tuple[RestInput, ...],
    path: Mapping[str, str],
    query: bytes,
    headers: Mapping[str, str],
    body: bytes,
) -> dict[str, Json]:
    """Collect what the route declares from where it is declared; everything else goes nowhere."""
    asked = _by_name(parse_qsl(query.decode("latin-1"), keep_blank_values=True, errors="surrogateescape"))
    content = _json(body, headers) if any(item.place == "body" for item in inputs) and body.strip() else None
    cookies = _by_name(_cookies(headers.get("cookie", ""))) if "cookie" in headers else {}
    found: dict[str, Json] = {}
    for item in inputs:
        key = item.key or item.argument
        match item.place:
            case "path":
                found[item.argument] = path.get(key)
            case "query":
                found[item.argument] = asked.get(key)
            case "header":
                found[item.argument] = headers.get(key.lower())
            case "cookie":
                found[item.argument] = cookies.get(key)
            case "body":
                found[item.argument] = _body_part(content, item.key)
    return {name: value for name, value in found.items() if value is not None}


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
    except ValueError as error:
        if declared in ("", "application/json") or declared.endswith("+json"):
            raise InvalidArguments((BadArgument("body", f"is not JSON: {error}"),)) from None
        raise WrongMediaType(f"this operation reads application/json, not {declared}") from None


def _body_part(content: Json, key: str | None) -> Json:
    if key is None:
        return content
    return content.get(key) if isinstance(content, dict) else None
