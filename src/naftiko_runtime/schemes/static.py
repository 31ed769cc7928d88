"""Credentials that a request holds as they are, when we send it or a caller does: bearer, basic, API key."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias

from ..expr.scope import Expr, Ref, Scope
from ..expr.sink import Unsendable, header_text, plain_text, write
from ..plan.call import Credential, Inbound, Outbound, is_token
from ..plan.verifier import Principal, Slot, Verifier
from ..spec.consumes import AuthenticationSpec
from ..values import Json, Secret
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
LinkVerifier: TypeAlias = Callable[[AuthenticationSpec, Fields], Verifier]

_AUTHORIZATION = Slot("header", "authorization")
_NOT_IN_QUOTES = re.compile(r'[^\x20-\x7e]|["\\]')


@dataclass(frozen=True, slots=True)
class Bearer:
    """``Authorization: Bearer`` and the token (RFC 6750, 2.1)."""

    token: Expr = field(repr=False)

    def sign(
        self, request: Outbound, binds: Mapping[str, Secret], memo: dict[str, Secret]
    ) -> Generator[Outbound, Inbound, None]:
        yield request.with_header("Authorization", join(("Bearer ", _header(self.token, binds))))

    @property
    def slot(self) -> Slot:
        return _AUTHORIZATION

    @property
    def wanted(self) -> str:
        return "a bearer token"

    def challenge(self, realm: str) -> str:
        return f"Bearer {_realm(realm)}"

    def security_scheme(self) -> Mapping[str, Json]:
        return {"type": "http", "scheme": "bearer"}

    def refs(self) -> tuple[Ref, ...]:
        return self.token.refs()

    def verify(self, presented: bytes, binds: Mapping[str, Secret]) -> Principal | None:
        token = _after_scheme(presented, b"bearer")
        return Principal("bearer") if _trimmed(self.token, binds).matches(token) else None

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
        pair = join((_secret(self.username, binds), ":", _secret(self.password, binds)))
        yield request.with_header("Authorization", join(("Basic ", apply(_base64, pair))))

    @property
    def slot(self) -> Slot:
        return _AUTHORIZATION

    @property
    def wanted(self) -> str:
        return "a user name and password"

    def challenge(self, realm: str) -> str:
        return f'Basic {_realm(realm)}, charset="UTF-8"'

    def security_scheme(self) -> Mapping[str, Json]:
        return {"type": "http", "scheme": "basic"}

    def refs(self) -> tuple[Ref, ...]:
        return (*self.username.refs(), *self.password.refs())

    def verify(self, presented: bytes, binds: Mapping[str, Secret]) -> Principal | None:
        """Compare both at once, so that nobody learns which user names there are."""
        password = _secret(self.password, binds)
        pair = _secret(self.username, binds).map(lambda name: f"{name}:{password.reveal()}")
        given = _decoded(_after_scheme(presented, b"basic"))
        return Principal("basic") if password and pair.matches(given) else None

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
            yield request.with_query(self.name, _secret(self.value, binds))
        else:
            yield request.with_header(self.name, _header(self.value, binds))

    @property
    def slot(self) -> Slot:
        return Slot("query", self.name) if self.in_query else Slot("header", self.name.lower())

    @property
    def wanted(self) -> str:
        return f"the API key {self.name} in the {self.slot.place}"

    def challenge(self, realm: str) -> str:
        """Name a scheme of our own: a 401 has to have one (RFC 9110, 15.5.2), and none is registered."""
        return f"ApiKey {_realm(realm)}"

    def security_scheme(self) -> Mapping[str, Json]:
        return {"type": "apiKey", "in": self.slot.place, "name": self.name}

    def refs(self) -> tuple[Ref, ...]:
        return self.value.refs()

    def verify(self, presented: bytes, binds: Mapping[str, Secret]) -> Principal | None:
        key = _secret(self.value, binds) if self.in_query else _trimmed(self.value, binds)
        return Principal("apikey") if key.matches(presented) else None

    def __str__(self) -> str:
        return f"API key {self.name} in the {self.slot.place}"


def link_bearer(spec: AuthenticationSpec, fields: Fields) -> Bearer:
    return Bearer(fields.value("token"))


def link_basic(spec: AuthenticationSpec, fields: Fields) -> Basic:
    return Basic(fields.value("username"), fields.value("password"))


def link_api_key(spec: AuthenticationSpec, fields: Fields) -> ApiKey:
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


def _secret(value: Expr, binds: Mapping[str, Secret]) -> Secret:
    """Write a credential; it is secret wherever it comes from."""
    text = write(value.evaluate(Scope(binds=binds)), plain_text)
    return text if isinstance(text, Secret) else Secret(text)


def _header(value: Expr, binds: Mapping[str, Secret]) -> Secret:
    return _secret(value, binds).map(header_text)


def _trimmed(value: Expr, binds: Mapping[str, Secret]) -> Secret:
    """Write what callers have to present in a header, where outer blanks do not count (RFC 9110, 5.5)."""
    return _secret(value, binds).map(str.strip)


def _after_scheme(presented: bytes, scheme: bytes) -> bytes:
    """Take what follows the name of a scheme, in whatever case; nothing when it is another scheme."""
    name, _, rest = presented.partition(b" ")
    return rest.strip(b" ") if name.lower() == scheme else b""


def _decoded(text: bytes) -> bytes:
    try:
        return b64decode(text, validate=True)
    except ValueError:
        return b""


def _realm(name: str) -> str:
    return f'realm="{_NOT_IN_QUOTES.sub("_", name)}"'


def _base64(text: str) -> str:
    try:
        return b64encode(text.encode()).decode("ascii")
    except UnicodeEncodeError:
        raise Unsendable("is not text in UTF-8") from None
