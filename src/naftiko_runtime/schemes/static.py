"""Credentials that a request holds as they are, when we send it or a caller does: bearer, basic, API key."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import field
from urllib.parse import quote

from ..expr.scope import Expr, Ref
from ..expr.sink import Unsendable
from ..plan.call import Outbound, is_token
from ..plan.credential import Memo, Signing
from ..plan.verifier import Principal, Slot
from ..spec.consumes import AuthenticationSpec
from ..values import Json, Secret, Text
from ..values.record import dataclass
from ..values.secret import apply, join, separate
from .fields import Fields, base64_text, header_of, once, secret_of, source_of

_AUTHORIZATION = Slot("header", "authorization")
_IN_COOKIE = "!#$%&'()*+-./:<=>?@[]^_`{|}~"
_NOT_IN_QUOTES = re.compile(r'[^\x20-\x7e]|["\\]')


@dataclass(frozen=True, slots=True)
class Bearer:
    """``Authorization: Bearer`` and the token (RFC 6750, 2.1)."""

    token: Expr = field(repr=False)

    def sign(self, request: Outbound, binds: Mapping[str, Secret], memo: Memo) -> Signing:
        yield self.signed(request, binds, memo)

    def signed(self, request: Outbound, binds: Mapping[str, Secret], memo: Memo) -> Outbound:
        return request.with_header("Authorization", once(memo, self._written, binds))

    def _written(self, binds: Mapping[str, Secret]) -> Text:
        return join(("Bearer ", header_of(self.token, binds)))

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
        yield self.signed(request, binds, memo)

    def signed(self, request: Outbound, binds: Mapping[str, Secret], memo: Memo) -> Outbound:
        return request.with_header("Authorization", once(memo, self._written, binds))

    def _written(self, binds: Mapping[str, Secret]) -> Text:
        pair = join((secret_of(self.username, binds), ":", secret_of(self.password, binds)))
        return join(("Basic ", apply(base64_text, pair)))

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
        yield self.signed(request, binds, memo)

    def signed(self, request: Outbound, binds: Mapping[str, Secret], memo: Memo) -> Outbound:
        if self.in_query:
            return request.without_query(self.name).with_query(self.name, secret_of(self.value, binds))
        return request.with_header(self.name, once(memo, self._written, binds))

    def _written(self, binds: Mapping[str, Secret]) -> Text:
        return header_of(self.value, binds)

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


@dataclass(frozen=True, slots=True)
class CookieKey:
    """A key in a cookie, beside the other cookies of the request."""

    name: str
    value: Expr = field(repr=False)

    def sign(self, request: Outbound, binds: Mapping[str, Secret], memo: Memo) -> Signing:
        yield self.signed(request, binds, memo)

    def signed(self, request: Outbound, binds: Mapping[str, Secret], memo: Memo) -> Outbound:
        key = secret_of(self.value, binds).map(_cookie_text)
        sent = (self._others(value) for name, value in request.headers if name.lower() == "cookie")
        others = tuple(cookie for cookie in sent if cookie)
        cookie = separate((*others, join((f"{self.name}=", key))), "; ")
        return request.with_header("Cookie", cookie)

    def _others(self, cookie: Text) -> Text:
        """Leave out what a caller says under the name of the key."""
        if isinstance(cookie, Secret):
            return cookie
        pieces = (piece.strip() for piece in cookie.split(";"))
        return "; ".join(piece for piece in pieces if piece.partition("=")[0] != self.name)

    def refs(self) -> tuple[Ref, ...]:
        return self.value.refs()

    def __str__(self) -> str:
        return f"API key {self.name} in the cookie"


def link_bearer(spec: AuthenticationSpec, fields: Fields) -> Bearer:
    return Bearer(fields.value("token"))


def link_basic(spec: AuthenticationSpec, fields: Fields) -> Basic:
    return Basic(fields.value("username"), fields.value("password"))


def link_consumed_key(spec: AuthenticationSpec, fields: Fields) -> ApiKey | CookieKey:
    """Link the key of a consumed API, which may also go into a cookie."""
    if (spec.placement or "").lower() != "cookie":
        return link_api_key(spec, fields)
    if not is_token(spec.key or ""):
        fields.refuse("needs the name of a cookie in 'key'", "key", hint="such as key: session")
    return CookieKey(spec.key or "", fields.value("value"))


def link_api_key(spec: AuthenticationSpec, fields: Fields) -> ApiKey:
    """Link an API key; the header is the default place (spec 2.17)."""
    key, placement = spec.key or "", (spec.placement or "header").lower()
    if placement not in ("header", "query"):
        fields.refuse(f"cannot put its key into {placement!r}", "placement", hint="write header or query")
    elif not key or "{{" in key or (placement == "header" and not is_token(key)):
        fields.refuse(f"needs the name of a {placement} in 'key'", "key", hint="such as key: X-API-Key")
    return ApiKey(key, fields.value("value"), placement == "query")


def _cookie_text(text: str) -> str:
    """Encode only what a cookie cannot hold (RFC 6265, 4.1.1): servers compare a key as it comes."""
    try:
        return quote(text, safe=_IN_COOKIE)
    except UnicodeEncodeError:
        raise Unsendable("has half a surrogate pair, which UTF-8 cannot hold") from None


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
