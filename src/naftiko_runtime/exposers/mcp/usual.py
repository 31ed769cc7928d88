"""Requests of the usual form: what of a message and its headers has to be looked at before it is answered.

What is not of that form is not judged here: the SDK does, in its own words.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from ...values import Json
from .protocol import Params, mapping

MODERN = "2026-07-28"
HANDSHAKES = frozenset({"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"})
_LATEST = max(HANDSHAKES)

_SPOKEN = "io.modelcontextprotocol/protocolVersion"
CLIENT_CAPABILITIES = "io.modelcontextprotocol/clientCapabilities"
_CALLED = "io.modelcontextprotocol/clientInfo"
LOG_LEVEL = "io.modelcontextprotocol/logLevel"
SET_LEVEL = "logging/setLevel"
_LEVELS = frozenset(
    {"debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"},
)
_MEMBERS = frozenset({"jsonrpc", "id", "method", "params"})
SESSION = b"mcp-session-id"
_VERSION, _METHOD, _NAME = b"mcp-protocol-version", b"mcp-method", b"mcp-name"
_READ = frozenset({_VERSION, _METHOD, _NAME, b"accept", b"content-type", SESSION})
_VERSIONS: Mapping[bytes, str] = {version.encode(): version for version in (*HANDSHAKES, MODERN, "")}
_NOTHING: Mapping[str, Json] = {}

_Head: TypeAlias = Mapping[bytes, bytes]
Headers: TypeAlias = Collection[tuple[bytes, bytes]]


@dataclass(slots=True)  # one for every message: writing fields of a frozen one takes three times as long
class Request:
    """A request, or a notification, which has no id; ``version`` is empty where the client did not say it."""

    id: str | int | None
    method: str
    params: Params
    version: str

    @property
    def is_modern(self) -> bool:
        return self.version == MODERN

    @property
    def name(self) -> Json:
        return self.params.get("name")


def usual_request(headers: Headers, value: Json) -> Request | None:
    """Read a message that came with headers; None for one that is not of the usual form."""
    head = _head(headers)
    if head is None:
        return None
    request = usual_message(value, _VERSIONS[head.get(_VERSION, b"")])
    if request is None or request.id is None or not request.is_modern:
        return request
    return request if _says_the_same(request, head) else None


def usual_message(value: Json, version: str) -> Request | None:
    """Read a message; None for one that is not of the usual form."""
    if not isinstance(value, dict) or not value.keys() <= _MEMBERS:
        return None
    method, params = value.get("method"), value.get("params", _NOTHING)
    if value.get("jsonrpc") != "2.0" or not isinstance(method, str) or not isinstance(params, dict):
        return None
    if "id" not in value:
        return Request(None, method, params, version)
    named = value["id"]
    if isinstance(named, bool) or not isinstance(named, (str, int)):
        return None
    request = Request(named, method, params, version)
    return request if _is_usual(request) else None


def is_enveloped(value: Json) -> bool:
    """Tell whether a message says its revision itself, which newer clients do."""
    params = value.get("params") if isinstance(value, dict) else None
    meta = params.get("_meta") if isinstance(params, dict) else None
    return isinstance(meta, dict) and _SPOKEN in meta


def agreed(wanted: Json) -> str:
    """Say in which revision a handshake ends."""
    return wanted if isinstance(wanted, str) and wanted in HANDSHAKES else _LATEST


def said(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> bytes | None:
    """Find what a header says, the first one of several."""
    for key, value in headers:
        if key == name:
            return value
    return None


def _head(headers: Headers) -> _Head | None:
    """Read headers; None where one that counts stands twice, or where arguments stand in others."""
    head = dict(headers)
    if len(head) < len(headers) and _are_repeated(headers):
        return None
    for name in head:
        if name.startswith(b"mcp-param-"):
            return None
    is_asked_for = takes_json(head.get(b"accept", b"")) and _is_json(head.get(b"content-type", b""))
    is_known = head.get(_VERSION, b"") in _VERSIONS
    return head if is_asked_for and is_known and SESSION not in head else None


def _are_repeated(headers: Headers) -> bool:
    names = [name for name, _ in headers if name in _READ]
    return len({*names}) < len(names)


@lru_cache(maxsize=64)
def takes_json(accept: bytes) -> bool:
    kinds = {part.partition(b";")[0].strip().lower() for part in accept.split(b",")}
    return not kinds.isdisjoint({b"*/*", b"application/*", b"application/json"})


@lru_cache(maxsize=64)
def _is_json(content_type: bytes) -> bool:
    return content_type.partition(b";")[0].strip() == b"application/json"


def _is_usual(request: Request) -> bool:
    check = _PARAMS.get(request.method)
    if check is None or not check(request.params):
        return False
    if request.is_modern:
        return request.method not in _OLDER and _is_modern_meta(request)
    return request.method != "server/discover" and _is_meta(request.params.get("_meta", _NOTHING))


def _says_the_same(request: Request, head: _Head) -> bool:
    """Tell whether the headers repeat the method, and the name where there is one."""
    if head.get(_METHOD) != request.method.encode():
        return False
    field = _NAMING.get(request.method)
    return field is None or head.get(_NAME) == str(request.params.get(field)).encode()


def _is_modern_meta(request: Request) -> bool:
    meta = request.params.get("_meta")
    return (
        isinstance(meta, dict)
        and meta.get(_SPOKEN) == MODERN
        and is_capabilities(meta.get(CLIENT_CAPABILITIES))
        and is_client(meta.get(_CALLED, _ANYONE))
        and _is_level(meta.get(LOG_LEVEL, "info"))
        and _is_token(meta)
        and "inputResponses" not in request.params
        and "requestState" not in request.params
    )


def _is_meta(meta: Json | Mapping[str, Json]) -> bool:
    return isinstance(meta, dict) and _is_token(meta) if meta is not _NOTHING else True


def _is_token(meta: Mapping[str, Json]) -> bool:
    return "progressToken" not in meta or type(meta["progressToken"]) in (str, int)


_ANYONE: dict[str, Json] = {"name": "", "version": ""}
_CLIENT: Mapping[str, type] = dict.fromkeys(("name", "version", "title", "description", "websiteUrl"), str)
_CAPABILITIES: Mapping[str, Mapping[str, type]] = {
    "roots": {"listChanged": bool},
    "sampling": {"context": dict, "tools": dict},
    "elicitation": {"form": dict, "url": dict},
    "tasks": {"list": dict, "cancel": dict, "requests": dict},
}
_OPEN = frozenset({"experimental", "extensions"})


def is_client(value: Json) -> bool:
    """Tell whether a client says who it is, and nothing unusual."""
    return isinstance(value, dict) and "name" in value and "version" in value and _fits(value, _CLIENT)


def is_capabilities(value: Json) -> bool:
    """Tell whether a client says what it can do as it should; what nobody knows may be anything."""
    return isinstance(value, dict) and all(_is_capability(name, part) for name, part in value.items())


def _is_capability(name: str, part: Json) -> bool:
    if name in _OPEN:
        return _holds_objects(part)
    if name not in _CAPABILITIES:
        return True
    return isinstance(part, dict) and _fits(part, _CAPABILITIES[name]) and _is_deep_enough(name, part)


def _is_deep_enough(name: str, part: Mapping[str, Json]) -> bool:
    """Look below the fields of what newer handshakes say of tasks."""
    return name != "tasks" or all(_holds_objects(kind) for kind in mapping(part.get("requests")).values())


def _holds_objects(value: Json) -> bool:
    return isinstance(value, dict) and all(isinstance(inner, dict) for inner in value.values())


def _fits(value: Mapping[str, Json], kinds: Mapping[str, type]) -> bool:
    for name, part in value.items():
        kind = kinds.get(name)
        if kind is None or not isinstance(part, kind):
            return False
    return True


def _is_anything(params: Params) -> bool:
    return True


def _is_page(params: Params) -> bool:
    return isinstance(params.get("cursor", ""), str)


def _is_call(params: Params) -> bool:
    return isinstance(params.get("name"), str) and _is_arguments(params) and "task" not in params


def _is_prompt(params: Params) -> bool:
    arguments = params.get("arguments") or _NOTHING
    if not isinstance(params.get("name"), str) or not _is_arguments(params):
        return False
    return isinstance(arguments, dict | Mapping) and all(isinstance(text, str) for text in arguments.values())


def _is_arguments(params: Params) -> bool:
    arguments = params.get("arguments")
    return arguments is None or isinstance(arguments, dict)


def _is_reading(params: Params) -> bool:
    return isinstance(params.get("uri"), str)


def _is_handshake(params: Params) -> bool:
    return (
        isinstance(params.get("protocolVersion"), str)
        and is_capabilities(params.get("capabilities"))
        and is_client(params.get("clientInfo"))
    )


def _sets_level(params: Params) -> bool:
    return _is_level(params.get("level"))


def _is_level(value: Json) -> bool:
    return isinstance(value, str) and value in _LEVELS


_PARAMS: Mapping[str, Callable[[Params], bool]] = {
    "initialize": _is_handshake,
    "ping": _is_anything,
    SET_LEVEL: _sets_level,
    "server/discover": _is_anything,
    "tools/list": _is_page,
    "tools/call": _is_call,
    "prompts/list": _is_page,
    "prompts/get": _is_prompt,
    "resources/list": _is_page,
    "resources/templates/list": _is_page,
    "resources/read": _is_reading,
}
_NAMING: Mapping[str, str] = {"tools/call": "name", "prompts/get": "name", "resources/read": "uri"}
_OLDER = frozenset({"initialize", "ping", SET_LEVEL})  # newer revisions know none of these
