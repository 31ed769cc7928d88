"""What the servers of a capability show: routes and tools, each with its compiled operation."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import field
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

from ..source.diagnostics import Diagnostic
from ..values import Json
from ..values.record import dataclass
from .asking import NOBODY, Asker
from .call import Headers, HttpCall, Inbound
from .contract import Contract
from .flow import Answer, Flow, Watch, unwatched
from .forward import NOTHING, Forward, Forwarded
from .journal import Journal
from .uris import UriPattern
from .verifier import Verifier


@dataclass(frozen=True, slots=True)
class PassThrough:
    """One call whose answer goes to the caller as it came: status, headers and bytes (D8).

    Below 300 it is of the media type that the file says it is, and has no more bytes than it lets through.
    """

    call: HttpCall
    media_type: str | None = None
    limit_bytes: int | None = None

    @property
    def is_binary(self) -> bool:
        """Tell whether the file says that the answer is bytes, which nobody looks into."""
        return self.call.answer_format == "binary"

    def __str__(self) -> str:
        called = f", as {self.media_type}" if self.media_type else ""
        within = "" if self.limit_bytes is None else f", within {self.limit_bytes} bytes"
        return f"the answer as it comes{called}{within}"


@dataclass(frozen=True, slots=True)
class Refused:
    """An operation that could not be linked; callers are told why (D7)."""

    diagnostic: Diagnostic


Body: TypeAlias = PassThrough | Flow | Forward | Refused


def limit_of(body: Body) -> int | None:
    """Find how many bytes an answer may have; None when the file does not say that it is bytes."""
    return body.limit_bytes if isinstance(body, PassThrough) else None


@dataclass(frozen=True, slots=True)
class Choice:
    """Which rule found the consumed operation, and what it found."""

    code: str
    rule: str


@dataclass(frozen=True, slots=True)
class Operation:
    """What an exposed unit takes and does; ``name`` is ``namespace.unit``."""

    name: str
    description: str
    contract: Contract
    body: Body
    choice: Choice | None = None


Place: TypeAlias = Literal["path", "query", "header", "cookie", "body"]


@dataclass(frozen=True, slots=True)
class RestInput:
    """Where a route finds an argument; no key means the whole body, a list may be given one by one."""

    argument: str
    place: Place
    key: str | None
    is_list: bool = False


@dataclass(frozen=True, slots=True)
class Response:
    """What a route says it answers; ``content`` has a media type, whether it is bytes, and a schema."""

    status: str
    description: str
    content: tuple[tuple[str, bool, Json], ...] = ()


@dataclass(frozen=True, slots=True)
class RestRoute:
    """A method on an exposed path."""

    method: str
    path: str
    operation: Operation
    inputs: tuple[RestInput, ...] = ()
    streams_body: bool = False
    responses: tuple[Response, ...] = ()


@dataclass(frozen=True, slots=True)
class RestForward:
    """Every method on a path, or on all below it where the path ends in ``/{path}``.

    ``trusted`` are the only headers of a caller that go on, beside those that HTTP itself needs; they are
    in lower case.
    """

    path: str
    operation: Operation
    trusted: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class RestSurface:
    """A REST server; no address means loopback (D9), no verifier that nobody is asked who calls."""

    namespace: str
    description: str
    address: str | None
    port: int
    routes: tuple[RestRoute, ...]
    verifier: Verifier | None = None
    forwards: tuple[RestForward, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of content whose kind the file states; ``key`` finds its value in what a unit answers."""

    key: str | None
    media_type: str = ""
    is_base64: bool = False
    uri: str | None = None


@dataclass(frozen=True, slots=True)
class McpTool:
    """A tool as clients see it.

    ``renamed`` has the arguments whose names clients do not take, by the names they are shown under; without
    parts the content is what the answer's media type makes of it.
    """

    name: str
    title: str | None
    operation: Operation
    hints: Mapping[str, bool]
    renamed: Mapping[str, str] = field(default_factory=dict)
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Completion:
    """What answers the values that an argument may have, from the other arguments that are known.

    If it takes what is typed, it has chosen what goes with it.
    """

    operation: Operation
    takes_typed: bool = False


@dataclass(frozen=True, slots=True)
class McpResource:
    """A resource as clients see it: the files of a directory, or what an operation answers.

    The operation's arguments are the variables of the URI.
    """

    name: str
    title: str | None
    description: str
    uri: UriPattern
    media_type: str | None = None
    directory: Path | None = None
    operation: Operation | None = None
    part: Part = Part(None)
    completions: Mapping[str, Completion] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PromptMessage:
    """A message of a prompt: a text, or the one of a file, that stands for what the part says."""

    role: Literal["user", "assistant"]
    text: str
    file: Path | None = None
    part: Part = Part(None)


@dataclass(frozen=True, slots=True)
class McpPrompt:
    """A prompt as clients see it; its arguments are texts.

    ``asking`` asks whoever is behind the client first; its answers fill holes, by the names of the questions.
    """

    name: str
    title: str | None
    description: str
    contract: Contract
    messages: tuple[PromptMessage, ...]
    asking: Operation | None = None
    completions: Mapping[str, Completion] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Caching:
    """For how long clients may keep what they were told, and whether others may share it."""

    ttl_ms: int = 0
    is_public: bool = False


@dataclass(frozen=True, slots=True)
class McpSurface:
    """An MCP server; ``description`` becomes its instructions, no port means that it speaks over stdio."""

    namespace: str
    description: str
    address: str | None
    port: int | None
    tools: tuple[McpTool, ...]
    verifier: Verifier | None = None
    resources: tuple[McpResource, ...] = ()
    prompts: tuple[McpPrompt, ...] = ()
    caching: Caching = Caching()
    limit_bytes: int = 10 << 20  # of a file that is a resource


Surface: TypeAlias = RestSurface | McpSurface


@dataclass(frozen=True, slots=True)
class Context:
    """What a face knows about a call beyond its arguments."""

    face: str = ""
    headers: Headers = field(default=(), repr=False)  # passed on by pass-throughs (D12)
    query: Headers = field(default=(), repr=False)  # undeclared parameters, when the operator passes them on
    upload: AsyncIterator[bytes] | None = field(default=None, repr=False)  # a body that is streamed
    forwarded: Forwarded = NOTHING  # what a forward hands on
    wants_whole: bool = (
        False  # nothing can be done with a part of an answer, so the deadline is for all of it
    )
    watch: Watch = field(default=unwatched, repr=False)  # hears of the steps of a flow
    asker: Asker = field(default=NOBODY, repr=False)  # puts the questions of a flow
    journal: Journal | None = field(
        default=None, repr=False
    )  # what the same call was answered before it asked


# what a call gave: decoded JSON, or an upstream's answer whose body is still to be read
Result: TypeAlias = Answer | Inbound


class Invoke(Protocol):
    """The only way into the engine."""

    def __call__(
        self, operation: Operation, raw: Mapping[str, Json], context: Context
    ) -> AbstractAsyncContextManager[Result]: ...
