"""One HTTP call of a consumed API, compiled; and the two messages that it exchanges."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import field, replace
from typing import Protocol, TypeAlias
from urllib.parse import unquote_plus

from ..expr.scope import Argument, Expr, Scope
from ..expr.sink import Sink, Unsendable, header_text, query_text, write
from ..expr.template import PathTemplate
from ..values import Secret, Text
from ..values.record import dataclass
from ..values.secret import join, separate
from .body import BadPart, Body, Content, Part, reason
from .errors import BadArgument, InvalidArguments
from .resilience import Effort

Headers: TypeAlias = tuple[tuple[str, str], ...]

# a header's or cookie's name (RFC 9110, 5.6.2)
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


@dataclass(slots=True)  # some for every call: writing fields of a frozen one takes three times as long
class Outbound:
    """A request as it will be sent: ``path`` is encoded and below the base URI, ``query`` is ``k=v``s."""

    method: str
    path: Text = field(repr=False)
    query: tuple[Text, ...] = field(default=(), repr=False)
    headers: tuple[tuple[str, Text], ...] = field(default=(), repr=False)
    body: bytes | Secret | AsyncIterator[bytes] | None = field(default=None, repr=False)

    @property
    def target(self) -> Text:
        return join((self.path, "?", separate(self.query, "&"))) if self.query else self.path

    @property
    def is_streamed(self) -> bool:
        """Tell whether the body comes in pieces, so that it can be sent only once."""
        return self.stream is not None

    @property
    def stream(self) -> AsyncIterator[bytes] | None:
        """Give the body if it comes in pieces."""
        return None if self.body is None or isinstance(self.body, (bytes, Secret)) else self.body

    def with_header(self, name: str, value: Text) -> Outbound:
        """Set a header, replacing one of the same name."""
        lower, kept = name.lower(), self.headers
        for other, _ in kept:
            if other.lower() == lower:
                kept = tuple(pair for pair in kept if pair[0].lower() != lower)
                break
        return self.with_headers((*kept, (name, value)))

    def with_headers(self, headers: tuple[tuple[str, Text], ...]) -> Outbound:
        """Give it other headers; ``replace`` would take three times as long."""
        return Outbound(self.method, self.path, self.query, headers, self.body)

    def without_query(self, name: str) -> Outbound:
        """Remove the query parameters of a name, however they are encoded."""
        kept = (part for part in self.query if isinstance(part, Secret) or _query_name(part) != name)
        return replace(self, query=tuple(kept))

    def with_query(self, name: str, value: Text) -> Outbound:
        """Add a query parameter; name and value are encoded here."""
        return replace(self, query=(*self.query, join((query_text(name), "=", write(value, query_text)))))


class Inbound(Protocol):
    """An upstream's answer; header names are in lower case, the body arrives in pieces as it was sent."""

    @property
    def status(self) -> int: ...

    @property
    def headers(self) -> Headers: ...

    def chunks(self) -> AsyncIterator[bytes]: ...


class Relayed:
    """Has the status and the headers of another answer, and hands its body on in some other way."""

    __slots__ = ()
    inbound: Inbound

    @property
    def status(self) -> int:
        return self.inbound.status

    @property
    def headers(self) -> Headers:
        return self.inbound.headers


@dataclass(frozen=True, slots=True)
class HttpCall:
    """A consumed operation with every value in its place; ``name`` is ``namespace.resource.operation``."""

    api: str
    name: str
    method: str
    path: PathTemplate
    query: tuple[Part, ...] = ()
    headers: tuple[Part, ...] = ()
    cookies: tuple[Part, ...] = ()
    body: Body | None = None
    streams_body: bool = False
    answer_format: str = "json"
    answer_schema: str | None = None
    effort: Effort = field(default_factory=Effort)

    def render(self, scope: Scope) -> Outbound:
        """Write the request; raises InvalidArguments for every value that its place cannot hold (D17)."""
        problems: list[BadArgument] = []
        path = self._path(scope, problems)
        query, headers = self._query(scope, problems), self._headers(scope, problems)
        content = self._content(scope, problems)
        if problems:
            raise InvalidArguments(tuple(problems))
        if content is None:
            return Outbound(self.method, path, query, headers)
        return Outbound(self.method, path, query, _described(headers, content.media_type), content.data)

    def parts(self) -> Iterator[tuple[str, str, Expr]]:
        """List (place, name, expression) of everything that is sent."""
        yield from (("path", hole.text, hole.value) for hole in self.path.holes())
        places = (("query", self.query), ("header", self.headers), ("cookie", self.cookies))
        yield from ((place, name, value) for place, parts in places for name, value in parts)
        yield from self.body.parts() if self.body else ()

    def _query(self, scope: Scope, problems: list[BadArgument]) -> tuple[Text, ...]:
        if not self.query:
            return ()
        placed = _placed(self.query, scope, query_text, problems)
        return tuple([join((query_text(name), "=", text)) for name, text in placed])

    def _headers(self, scope: Scope, problems: list[BadArgument]) -> tuple[tuple[str, Text], ...]:
        headers = tuple(_placed(self.headers, scope, header_text, problems)) if self.headers else ()
        if not self.cookies:
            return headers
        placed = _placed(self.cookies, scope, query_text, problems)
        cookies = [join((name, "=", text)) for name, text in placed]
        return (*headers, ("Cookie", separate(cookies, "; "))) if cookies else headers

    def _path(self, scope: Scope, problems: list[BadArgument]) -> Text:
        try:
            return self.path.render(scope)
        except Unsendable as error:
            name, _, problem = str(error).partition(": ")  # it names the hole
            problems.append(BadArgument(name, problem))
        except ValueError as error:
            problems.append(BadArgument("", reason(error)))
        return ""

    def _content(self, scope: Scope, problems: list[BadArgument]) -> Content | None:
        try:
            return self.body.render(scope) if self.body else None
        except BadPart as error:
            problems.append(BadArgument(_given_as(error.name, error.part), str(error)))
        except ValueError as error:
            problems.append(BadArgument("body", reason(error)))
        return None


def is_token(name: str) -> bool:
    """Tell whether a header or cookie can have this name."""
    return _TOKEN.fullmatch(name) is not None


def _query_name(part: str) -> str:
    return unquote_plus(part.partition("=")[0])


def _placed(
    parts: tuple[Part, ...], scope: Scope, sink: Sink, problems: list[BadArgument]
) -> Iterator[tuple[str, Text]]:
    """Encode what was given; the elements of a list become repeated fields."""
    for name, part in parts:
        value = part.evaluate(scope)
        try:
            for item in value if isinstance(value, list) else (value,):
                if item is not None:
                    yield name, write(item, sink)
        except ValueError as error:
            problems.append(BadArgument(_given_as(name, part), reason(error)))


def _given_as(name: str, part: Expr) -> str:
    """Name what the caller gave; the consumed API may know it by another name."""
    return ", ".join(ref.name for ref in part.refs() if isinstance(ref, Argument)) or name


def _described(headers: tuple[tuple[str, Text], ...], media_type: str) -> tuple[tuple[str, Text], ...]:
    """Say what a body is; the file's own word goes first, but cannot know what divides parts."""
    others = [pair for pair in headers if pair[0].lower() != "content-type"]
    if len(others) < len(headers) and not media_type.startswith("multipart/"):
        return headers
    return (*others, ("Content-Type", media_type))
