"""What a call gave, as the content of a tool result."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Literal, TypeAlias, assert_never
from urllib.parse import urlsplit

from ...formats import FORMATS, Hints
from ...formats.charset import decode_text
from ...plan.call import Headers, Inbound
from ...plan.errors import Oversized, UndecodableAnswer
from ...plan.reading import charset, header, read
from ...values import Json
from ...values.json import Written, encode, has_brackets
from ..boundary import phrase
from .elsewhere import Elsewhere
from .protocol import Fields

TEXT_LIMIT_BYTES = 4 << 20
BINARY_LIMIT_BYTES = 1 << 20
DATA_LIMIT_DEPTH = 100

_ERROR = "io.naftiko/error"

Family: TypeAlias = Literal["json", "text", "image", "audio", "binary", "unnamed"]

_TEXTS = frozenset({"application/xml", "application/yaml", "application/x-ndjson", "application/jsonl"})


def of_value(value: Json) -> Fields:
    """Show a value as text, and as data: an object as it is, lists, numbers and booleans under ``result``.

    Revisions up to 2025-11-25 know objects only, and a client that gets data shows nothing else. What is
    nested deeper than clients can read is text alone.
    """
    if value is None:
        return {"content": []}
    written = value.encode() if isinstance(value, str) else encode(value)
    if len(written) > TEXT_LIMIT_BYTES:
        raise Oversized(str(len(written)))
    text = written.decode()
    if isinstance(value, str) or _is_deep(value, written):
        return of_text(text)
    if isinstance(value, dict):
        data = Written(value, written)
    else:
        data = Written({"result": value}, b'{"result":' + written + b"}")
    return {"content": [_words(text)], "structuredContent": data}


def of_text(text: str) -> Fields:
    return {"content": [_words(text)]}


def of_refusal(text: str, envelope: Mapping[str, Json]) -> Fields:
    """Tell a failure; for programs beside the result, because a client that gets data shows nothing else."""
    return {"content": [_words(text)], "isError": True, "_meta": {_ERROR: {**envelope}}}


async def of_inbound(inbound: Inbound, elsewhere: Elsewhere, limit_bytes: int | None = None) -> Fields:
    """Show an upstream's answer below 400 by its status and its media type.

    With a limit it is bytes, and nobody looks whether they are text.
    """
    if inbound.status >= 300:
        return _of_redirect(inbound.status, inbound.headers)
    if inbound.status == 204:
        return {"content": []}
    media_type = header(inbound.headers, "content-type")
    family = family_of(media_type)
    if limit_bytes is not None and family not in ("image", "audio"):
        family = "binary"
    body = await read(inbound, _LIMITS[family] if limit_bytes is None else limit_bytes)
    return _of_body(body, family, media_type, elsewhere) if body else {"content": []}


@lru_cache(maxsize=64)
def family_of(media_type: str) -> Family:
    """Sort a media type into what a tool result can hold."""
    name = _name_of(media_type)
    kind = name.partition("/")[0]
    if name in ("application/json", "text/json") or name.endswith("+json"):
        return "json"
    if kind == "text" or name in _TEXTS or name.endswith(("+xml", "+yaml")):
        return "text"
    return _KINDS.get(kind, "binary")


def _name_of(media_type: str) -> str:
    return media_type.partition(";")[0].strip().lower()


_KINDS: Mapping[str, Family] = {"image": "image", "audio": "audio", "": "unnamed"}
_LIMITS: Mapping[Family, int] = {
    "json": TEXT_LIMIT_BYTES,
    "text": TEXT_LIMIT_BYTES,
    "unnamed": BINARY_LIMIT_BYTES,
    "image": BINARY_LIMIT_BYTES,
    "audio": BINARY_LIMIT_BYTES,
    "binary": BINARY_LIMIT_BYTES,
}


def _of_body(body: bytes, family: Family, media_type: str, elsewhere: Elsewhere) -> Fields:
    match family:
        case "json":
            return of_value(_parsed(body, media_type))
        case "text":
            return of_text(_readable(body, media_type))
        case "image" | "audio":
            blob: Fields = {
                "type": family,
                "data": b64encode(body).decode(),
                "mimeType": _name_of(media_type),
            }
            return {"content": [blob]}
        case "unnamed":
            return _of_unnamed(body, elsewhere)
        case "binary":
            return _of_bytes(body, _name_of(media_type), elsewhere)
        case never:
            assert_never(never)


def _of_unnamed(body: bytes, elsewhere: Elsewhere) -> Fields:
    try:
        return of_text(body.decode())
    except UnicodeDecodeError:
        return _of_bytes(body, "application/octet-stream", elsewhere)


def _of_bytes(body: bytes, media_type: str, elsewhere: Elsewhere) -> Fields:
    uri = elsewhere.route or f"tool://{elsewhere.tool}/answer"
    blob: Fields = {"uri": uri, "mimeType": media_type, "blob": b64encode(body).decode()}
    return {"content": [{"type": "resource", "resource": blob}]}


def _of_redirect(status: int, headers: Headers) -> Fields:
    """Link to where the answer is; a redirect that the client could follow, it has followed (D14)."""
    target = header(headers, "location")
    if not target:
        raise UndecodableAnswer(
            f"the upstream answered {status} {phrase(status)} and did not say where to go"
        )
    text = f"the upstream answered {status} {phrase(status)}: it is at {target}"
    return _linking(text, target) if _is_address(target) else of_text(text)


def _linking(text: str, target: str) -> Fields:
    return {"content": [_words(text), {"type": "resource_link", "name": "answer", "uri": target}]}


def _words(text: str) -> Fields:
    return {"type": "text", "text": text}


def _is_address(target: str) -> bool:
    """Tell whether clients can read a link there; some throw away a whole result that they cannot."""
    try:
        parts = urlsplit(target)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def of_oversized(error: Oversized, elsewhere: Elsewhere) -> Fields:
    """Link to the route that streams what is too large; raises the error again when there is none."""
    route = elsewhere.route
    if route is None:
        raise error
    return _linking(f"{error.sentence}; it is streamed by {route}", route)


def _parsed(body: bytes, media_type: str) -> Json:
    try:
        return FORMATS["json"].decode(body, Hints(_charset(media_type)))
    except ValueError as error:
        sentence = f"the upstream says that its answer is JSON, but it is not: {error}"
        raise UndecodableAnswer(sentence) from error


def _is_deep(value: Json, written: bytes) -> bool:
    """Tell whether a value is nested too deep for the libraries that read and write messages."""
    if not has_brackets(written, DATA_LIMIT_DEPTH + 1):  # most values need no second look
        return False
    level: list[Json] = [value]
    for _ in range(DATA_LIMIT_DEPTH + 1):
        level = [child for item in level for child in _children(item)]
    return bool(level)


def _children(value: Json) -> Iterable[Json]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _readable(body: bytes, media_type: str) -> str:
    """Decode a text as it says it is encoded; what is not, is shown as far as it can be."""
    try:
        return decode_text(body, _charset(media_type))
    except ValueError:
        return body.decode(errors="replace")


@lru_cache(maxsize=64)
def _charset(media_type: str) -> str | None:
    return charset((("content-type", media_type),))
