"""The hot lane: answers usual requests with JSON straight from the table of methods (D15).

The SDK's server reads the same table and gives the same answers, at several times the cost; it takes whatever
is not usual. A test sends the same messages through both.
"""

from __future__ import annotations

from collections.abc import Awaitable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from ...plan.surfaces import McpSurface
from ...values import Json
from ...values.json import encode, encode_around
from .methods import Methods
from .needs import asks
from .protocol import INVALID_PARAMS, SILENT, Exchange, Fields, Method, ProtocolError, present
from .usual import MODERN, SET_LEVEL, Headers, Request, agreed, usual_message, usual_request

_METHOD_NOT_FOUND = -32601
# the SDK's table of what HTTP says to an error; older revisions say 200 to all
_STATUS: Mapping[int, int] = {INVALID_PARAMS: 400, _METHOD_NOT_FOUND: 404}
_CACHED = frozenset(
    {
        "server/discover",
        "tools/list",
        "prompts/list",
        "resources/list",
        "resources/templates/list",
        "resources/read",
    }
)
_FIXED = frozenset({"server/discover", "tools/list", "prompts/list", "resources/templates/list", "ping"})
_SERVER_INFO = "io.modelcontextprotocol/serverInfo"

Reply: TypeAlias = tuple[int, bytes]
"""A status and the bytes of a body; none for what needs no answer."""


@dataclass(frozen=True, slots=True)
class Lane:
    """Answers for one surface; ``elsewhere`` are the methods with names that the SDK has to look at.

    A client whose connection is lasting may say how much of a log it wants.
    """

    methods: Mapping[str, Method]
    server_info: Fields
    instructions: str
    caching: Fields
    elsewhere: frozenset[tuple[str, Json]]
    is_lasting: bool = False
    _ready: dict[tuple[str, bool], bytes] = field(default_factory=dict, init=False, repr=False)

    @classmethod
    def of(cls, surface: McpSurface, methods: Methods, version: str, *, is_lasting: bool = False) -> Lane:
        scope = "public" if surface.caching.is_public else "private"
        return cls(
            methods=methods.table,
            server_info={"name": surface.namespace, "version": version},
            instructions=surface.description,
            caching={"ttlMs": surface.caching.ttl_ms, "cacheScope": scope},
            elsewhere=frozenset({*_with_headers(methods), *_asking(surface)}),
            is_lasting=is_lasting,
        )

    def take(self, headers: Headers, value: Json) -> Request | None:
        """Read a message that came with headers; None for one that the SDK has to answer."""
        return self._own_of(usual_request(headers, value))

    def take_bare(self, value: Json, version: str) -> Request | None:
        """Read a message that came alone; None for one that the SDK has to answer."""
        return self._own_of(usual_message(value, version))

    def _own_of(self, request: Request | None) -> Request | None:
        if request is None or (request.method == SET_LEVEL and not self.is_lasting):
            return None
        name = request.name if isinstance(request.name, str) else None
        return None if (request.method, name) in self.elsewhere else request

    async def answer(self, request: Request, exchange: Exchange = SILENT) -> Reply:
        """Answer a request; a notification is only received."""
        if request.id is None:
            return 202, b""
        head = b'{"jsonrpc":"2.0","id":' + encode(request.id)
        try:
            result = await self._result(request, exchange)
        except ProtocolError as error:
            return self._refused(request, head, error)
        return 200, b"".join((head, b',"result":', result, b"}"))

    def _result(self, request: Request, exchange: Exchange) -> Awaitable[bytes]:
        is_fixed = request.method in _FIXED and "cursor" not in request.params
        return self._kept(request) if is_fixed else self._made(request, exchange)

    async def _kept(self, request: Request) -> bytes:
        key = request.method, request.is_modern
        if key not in self._ready:
            self._ready[key] = await self._made(request, SILENT)
        return self._ready[key]

    async def _made(self, request: Request, exchange: Exchange) -> bytes:
        method = self.methods.get(request.method)
        fields = self._own(request) if method is None else await method(request.params, exchange)
        if not request.is_modern:
            return encode_around(fields)
        if request.method in _CACHED:
            fields = {**self.caching, **fields}
        meta = fields.get("_meta")
        told = {**meta} if isinstance(meta, dict) else {}
        meta = {**told, _SERVER_INFO: self.server_info}
        return encode_around({"resultType": "complete", **fields, "_meta": meta})

    def _own(self, request: Request) -> Fields:
        """Answer what is the same for whatever a server has."""
        match request.method:
            case "ping" | "logging/setLevel":
                return {}
            case "initialize":
                return self._shaken(str(request.params["protocolVersion"]))
            case "server/discover":
                return self._described({"supportedVersions": [MODERN]}, is_modern=True)
            case method:
                raise ProtocolError(_METHOD_NOT_FOUND, "Method not found", method)

    def _shaken(self, wanted: str) -> Fields:
        return self._described(
            {"protocolVersion": agreed(wanted), "serverInfo": self.server_info}, is_modern=False
        )

    def _described(self, fields: Fields, *, is_modern: bool) -> Fields:
        """Tell what the server has; newer clients hear of changes where they can subscribe at all."""
        listens = "resources/list" in self.methods
        changes: Fields = {"listChanged": is_modern and listens}
        capabilities: Fields = {"tools": changes}
        if listens:
            capabilities["resources"] = {"subscribe": True, **changes}
        if "prompts/list" in self.methods:
            capabilities["prompts"] = changes
        if "completion/complete" in self.methods:
            capabilities["completions"] = {}
        if self.is_lasting:
            capabilities["logging"] = {}
        told: Fields = {"instructions": self.instructions} if self.instructions else {}
        return {**fields, "capabilities": capabilities, **told}

    def _refused(self, request: Request, head: bytes, error: ProtocolError) -> Reply:
        told = present(code=error.code, message=error.message, data=error.data)
        status = _STATUS.get(error.code, 200) if request.is_modern else 200
        return status, head + b',"error":' + encode(told) + b"}"


def _with_headers(methods: Methods) -> Iterator[tuple[str, Json]]:
    for name in methods.toolbox.with_headers():
        yield "tools/call", name


def _asking(surface: McpSurface) -> Iterator[tuple[str, Json]]:
    """Name what puts questions to its client, which is more than one answer."""
    for tool in surface.tools:
        if asks(tool.operation):
            yield "tools/call", tool.name
    for prompt in surface.prompts:
        if asks(prompt.asking):
            yield "prompts/get", prompt.name
    for resource in surface.resources:
        if asks(resource.operation):
            yield "resources/read", None  # whatever its URI
