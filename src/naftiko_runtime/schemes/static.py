"""Credentials that go into every request as they are: bearer, basic, API key."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias

from ..expr.scope import Expr, Scope
from ..expr.sink import Unsendable, header_text, plain_text, write
from ..plan.call import Credential, Inbound, Outbound, is_token
from ..spec.consumes import AuthenticationSpec
from ..values import Secret, Text
from ..values.secret import apply, join

CredentialField: TypeAlias = Literal["token", "username", "password", "key", "value", "placement"]


class Fields(Protocol):
    """What a scheme is linked with."""

    def value(self, name: CredentialField) -> Expr:
        """Compile a field; one that the author left out is refused and becomes empty."""
        ...

    def refuse(self, problem: str, name: CredentialField) -> None:
        """Say why the credential cannot be used; the sentence continues 'apikey authentication …'."""
        ...


LinkScheme: TypeAlias = Callable[[AuthenticationSpec, Fields], Credential]


@dataclass(frozen=True, slots=True)
class Bearer:
    """``Authorization: Bearer`` and the token (RFC 6750, 2.1)."""

    token: Expr = field(repr=False)

    def sign(
        self, request: Outbound, binds: Mapping[str, Secret], memo: dict[str, Secret]
    ) -> Generator[Outbound, Inbound, None]:
        yield request.with_header("Authorization", join(("Bearer ", _header(self.token, binds))))

    def __str__(self) -> str:
        return f"bearer {_source(self.token)}"


@dataclass(frozen=True, slots=True)
class Basic:
    """``Authorization: Basic`` with user name and password in UTF-8 (RFC 7617, 2.1)."""

    username: Expr = field(repr=False)
    password: Expr = field(repr=False)

    def sign(
        self, request: Outbound, binds: Mapping[str, Secret], memo: dict[str, Secret]
    ) -> Generator[Outbound, Inbound, None]:
        pair = join((_text(self.username, binds), ":", _text(self.password, binds)))
        yield request.with_header("Authorization", join(("Basic ", apply(_base64, pair))))

    def __str__(self) -> str:
        return f"basic {_source(self.username)}"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key in a header or in the query, under a name that the author gives."""

    name: str
    value: Expr = field(repr=False)
    in_query: bool

    def sign(
        self, request: Outbound, binds: Mapping[str, Secret], memo: dict[str, Secret]
    ) -> Generator[Outbound, Inbound, None]:
        if self.in_query:
            yield request.with_query(self.name, _text(self.value, binds))
        else:
            yield request.with_header(self.name, _header(self.value, binds))

    def __str__(self) -> str:
        return f"API key {self.name} in the {'query' if self.in_query else 'header'}"


def link_bearer(spec: AuthenticationSpec, fields: Fields) -> Credential:
    return Bearer(fields.value("token"))


def link_basic(spec: AuthenticationSpec, fields: Fields) -> Credential:
    return Basic(fields.value("username"), fields.value("password"))


def link_api_key(spec: AuthenticationSpec, fields: Fields) -> Credential:
    """Link an API key; the header is the default place (spec 2.17)."""
    key, placement = spec.key or "", (spec.placement or "header").lower()
    if placement not in ("header", "query"):
        fields.refuse(f"cannot put its key into {placement!r}", "placement")
    elif not key or "{{" in key or (placement == "header" and not is_token(key)):
        fields.refuse(f"needs the name of a {placement} in 'key'", "key")
    return ApiKey(key, fields.value("value"), placement == "query")


def _source(value: Expr) -> str:
    """Say where a credential comes from; one that stands in the file itself is not shown."""
    return ", ".join(str(ref) for ref in value.refs()) or "stated in the file"


def _text(value: Expr, binds: Mapping[str, Secret]) -> Text:
    """Write a credential; it is secret wherever it comes from."""
    return join((Secret(""), write(value.evaluate(Scope(binds=binds)), plain_text)))


def _header(value: Expr, binds: Mapping[str, Secret]) -> Text:
    return apply(header_text, _text(value, binds))


def _base64(text: str) -> str:
    try:
        return b64encode(text.encode()).decode("ascii")
    except UnicodeEncodeError:
        raise Unsendable("is not text in UTF-8") from None
