"""Credentials that a request holds as they are, when we send it or a caller does: bearer, basic, API key."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field

from ..expr.scope import Expr, Ref
from ..plan.call import Outbound, is_token
from ..plan.credential import Memo, Signing
from ..plan.verifier import Principal, Slot
from ..spec.consumes import AuthenticationSpec
from ..values import Json, Secret
from ..values.secret import apply, join
from .fields import Fields, base64_text, header_of, secret_of, source_of

_AUTHORIZATION = Slot("header", "authorization")
_NOT_IN_QUOTES = re.compile(r'[^\x20-\x7e]|["\\]')


@dataclass(frozen=True, slots=True)
class Bearer:
    """``Authorization: Bearer`` and the token (RFC 6750, 2.1)."""

    token: Expr = field(repr=False)

    def sign(self, request: Outbound, binds: Mapping[str, Secret], memo: Memo) -> Signing:
        yield request.with_header("Authorization", join(("Bearer ", header_of(self.token, binds))))

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
        return f"bearer {source_of(self.token)}"


@dataclass(frozen=True, slots=True)
class Basic:
    """``Authorization: Basic`` with user name and password in UTF-8 (RFC 7617, 2.1)."""

    username: Expr = field(repr=False)
    password: Expr = field(repr=False)

    def sign(self, request: Outbound, binds: Mapping[str, Secret], memo: Memo) -> Signing:
        pair = join((secret_of(self.username, binds), ":", secret_of(self.password, binds)))
        yield request.with_header("Authorization", join(("Basic ", apply(base64_text, pair))))

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
        password = secret_of(self.password, binds)
        pair = secret_of(self.username, binds).map(lambda name: f"{name}:{password.reveal()}")
        given = _decoded(_after_scheme(presented, b"basic"))
        return Principal("basic") if password and pair.matches(given) else None

    def __str__(self) -> str:
        return f"basic {source_of(self.username)}"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key in a header or in the query, under a name that the author gives."""

    name: str
    value: Expr = field(repr=False)
    in_query: bool

    def sign(self, request: Outbound, binds: Mapping[str, Secret], memo: Memo) -> Signing:
        if self.in_query:
            yield request.without_query(self.name).with_query(self.name, secret_of(self.value, binds))
        else:
            yield request.with_header(self.name, header_of(self.value, binds))

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
        key = secret_of(self.value, binds) if self.in_query else _trimmed(self.value, binds)
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


def _trimmed(value: Expr, binds: Mapping[str, Secret]) -> Secret:
    """Write what callers have to present in a header, where outer blanks do not count (RFC 9110, 5.5)."""
    return secret_of(value, binds).map(str.strip)


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
