"""Credentials that go into every request as they are: bearer, basic, API key."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from ..expr.scope import Expr, Scope
from ..expr.sink import header_text, plain_text
from ..expr.template import write
from ..plan.call import Credential, Inbound, Outbound
from ..spec.consumes import AuthenticationSpec
from ..values import Secret, Text
from ..values.secret import apply, join

# compiles the field of that name; one that the author left out is reported and becomes empty
Compile: TypeAlias = Callable[[str], Expr]
LinkScheme: TypeAlias = Callable[[AuthenticationSpec, Compile], Credential]


@dataclass(frozen=True, slots=True)
class Bearer:
    """``Authorization: Bearer`` and the token (RFC 6750, 2.1)."""

    token: Expr

    def sign(
        self, request: Outbound, binds: Mapping[str, Secret], memo: dict[str, Secret]
    ) -> Generator[Outbound, Inbound, None]:
        yield request.with_header("Authorization", join(("Bearer ", _header(self.token, binds))))

    def __str__(self) -> str:
        return f"bearer {self.token}"


@dataclass(frozen=True, slots=True)
class Basic:
    """``Authorization: Basic`` with user name and password in UTF-8 (RFC 7617, 2.1)."""

    username: Expr
    password: Expr

    def sign(
        self, request: Outbound, binds: Mapping[str, Secret], memo: dict[str, Secret]
    ) -> Generator[Outbound, Inbound, None]:
        pair = join((_text(self.username, binds), ":", _text(self.password, binds)))
        yield request.with_header("Authorization", join(("Basic ", apply(_base64, pair))))

    def __str__(self) -> str:
        return f"basic {self.username}"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key in a header or in the query, under a name that the author gives."""

    name: str
    value: Expr
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


def link_bearer(spec: AuthenticationSpec, field: Compile) -> Credential:
    return Bearer(field("token"))


def link_basic(spec: AuthenticationSpec, field: Compile) -> Credential:
    return Basic(field("username"), field("password"))


def link_api_key(spec: AuthenticationSpec, field: Compile) -> Credential:
    """Link an API key; the header is the default place (spec 2.17)."""
    return ApiKey(str(field("key").evaluate(Scope())), field("value"), spec.placement == "query")


def _text(value: Expr, binds: Mapping[str, Secret]) -> Text:
    return write(value.evaluate(Scope(binds=binds)), plain_text)


def _header(value: Expr, binds: Mapping[str, Secret]) -> Text:
    return apply(header_text, _text(value, binds))


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode("ascii")
