"""OAuth 2: a bearer token for the client itself (RFC 6749, 4.4), or for a refresh token (RFC 6749, 6)."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from typing import Literal, TypeAlias
from urllib.parse import urlsplit

from ..expr.scope import Expr
from ..expr.sink import form_text, header_text
from ..plan.call import Outbound
from ..plan.credential import CannotSign, Elsewhere, Memo, Signing, Whole
from ..spec.consumes import AuthenticationSpec
from ..values import Json, Secret, Text
from ..values.json import decode
from ..values.record import dataclass
from ..values.secret import apply, join, separate
from .fields import CredentialField, SchemeFields, base64_text, secret_of, source_of

Grant: TypeAlias = Literal["client_credentials", "refresh_token"]

# words of RFC 6749, 5.2 and RFC 8707, 2; whatever else an answer says may be anything, so it is not shown
_ERRORS = (
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "unauthorized_client",
    "unsupported_grant_type",
    "invalid_scope",
    "invalid_target",
)
_HEADERS = (
    ("Accept", "application/json"),
    ("Accept-Encoding", "identity"),
    ("Content-Type", "application/x-www-form-urlencoded"),
)
_EARLY_S = 30.0  # how long before its end a token is renewed, unless that is most of its life
_REFUSED_S = 30.0  # how long a new token that was refused as well is not renewed again
_GRANTS: Mapping[str, Grant] = {
    "clientcredentials": "client_credentials",
    "refreshtoken": "refresh_token",
    "refresh": "refresh_token",
}
_WANTED: tuple[tuple[str, CredentialField], ...] = (
    ("scope", "scopes"),
    ("audience", "audience"),
    ("resource", "resource"),
)
_STATED = re.compile(r"https?://[^\s{}#]+", re.IGNORECASE)
_SPENT = (
    "was refused after the body had been streamed, and a stream cannot be sent twice; "
    "the next call gets a new token"
)


@dataclass(frozen=True, slots=True)
class Token:
    """A token, the number of those before it, when it is renewed, and when it was refused although new."""

    value: Secret
    until: float | None
    number: int
    refused_at: float | None = None

    def is_old(self, now: float) -> bool:
        return self.until is not None and now >= self.until

    def may_be_stale(self, now: float) -> bool:
        """Tell whether a refusal may mean that the token is not taken any more."""
        return self.refused_at is None or now - self.refused_at >= _REFUSED_S


_NO_TOKEN = Token(Secret(""), -math.inf, 0)


@dataclass(frozen=True, slots=True)
class Following:
    """The refresh token that an authorization server gave in place of the last one."""

    value: Secret


@dataclass(frozen=True, slots=True)
class OAuth2:
    """Gets a token, keeps it as long as it lasts, and gets another once when it is refused before."""

    endpoint: str
    grant: Grant
    client_id: Expr = field(repr=False)
    client_secret: Expr | None = field(repr=False)
    refresh_token: Expr | None = field(default=None, repr=False)
    in_body: bool = False
    wanted: tuple[tuple[str, Expr], ...] = ()

    def sign(self, request: Outbound, binds: Mapping[str, Secret], memo: Memo) -> Signing:
        token = memo.recall(Token) or _NO_TOKEN
        if token.is_old(memo.clock()):
            yield TokenRenewal(self, binds, memo, token)
            token = memo.recall(Token) or token
        answer = yield _signed(request, token)
        if answer.status != 401 or not token.may_be_stale(memo.clock()):
            return
        if request.is_streamed:
            _mark(memo, replace(token, until=-math.inf))
            raise CannotSign(_SPENT)
        yield TokenRenewal(self, binds, memo, token)
        token = memo.recall(Token) or token
        answer = yield _signed(request, token)
        if answer.status == 401:
            _mark(memo, replace(token, refused_at=memo.clock()))

    def __str__(self) -> str:
        way = self.grant.replace("_", " ")
        return f"oauth2 {way} ({source_of(self.client_id)}) from {urlsplit(self.endpoint).hostname}"


@dataclass(frozen=True, slots=True)
class TokenRenewal:
    """Gets a token in place of one that a caller found to be old or refused."""

    scheme: OAuth2
    binds: Mapping[str, Secret] = field(repr=False)
    memo: Memo
    old: Token

    def request(self) -> Elsewhere | None:
        if (self.memo.recall(Token) or _NO_TOKEN).number != self.old.number:
            return None
        fields, headers = list(self._asked()), _HEADERS
        client_id = secret_of(self.scheme.client_id, self.binds)
        secret = self._secret_of(self.scheme.client_secret)
        if secret is None or self.scheme.in_body:
            fields += [("client_id", client_id), *([("client_secret", secret)] if secret else [])]
            return Elsewhere(self.scheme.endpoint, headers, _form(fields))
        pair = join((client_id.map(form_text), ":", secret.map(form_text)))
        basic = join(("Basic ", apply(base64_text, pair)))
        return Elsewhere(self.scheme.endpoint, (*headers, ("Authorization", basic)), _form(fields))

    def keep(self, answer: Whole) -> None:
        """Keep the token, and a refresh token that replaces the last one (RFC 6749, 6)."""
        read = _read(answer)
        said = read or {}
        token = said.get("access_token")
        if not 200 <= answer.status < 300 or not isinstance(token, str) or not token:
            raise CannotSign(f"cannot be had: {self._place} {_refusal(answer.status, read)}")
        kind = said.get("token_type", "bearer")
        if not isinstance(kind, str) or kind.lower() != "bearer":
            raise CannotSign(f"cannot be used: {self._place} gave a token that is no bearer token")
        until = self._until(said.get("expires_in"))
        self.memo.keep(Token(Secret(token), until, self.old.number + 1))
        following = said.get("refresh_token")
        if self.scheme.grant == "refresh_token" and isinstance(following, str) and following:
            self.memo.keep(Following(Secret(following)))

    @property
    def _place(self) -> str:
        return f"the token endpoint at {urlsplit(self.scheme.endpoint).hostname}"

    def _asked(self) -> Iterator[tuple[str, Text]]:
        yield "grant_type", self.scheme.grant
        following = self.memo.recall(Following)
        stated = self._secret_of(self.scheme.refresh_token)
        if refresh := following.value if following else stated:
            yield "refresh_token", refresh
        for name, value in self.scheme.wanted:
            yield name, secret_of(value, self.binds)

    def _secret_of(self, value: Expr | None) -> Secret | None:
        return None if value is None else secret_of(value, self.binds)

    def _until(self, lifetime: Json) -> float | None:
        """Say when to renew; a server that tells no lifetime will refuse the token when it is over."""
        seconds = _seconds(lifetime)
        return None if seconds is None else self.memo.clock() + seconds - min(_EARLY_S, seconds / 10)


def link_oauth2(spec: AuthenticationSpec, fields: SchemeFields) -> OAuth2:
    """Link the grants that need nobody at a browser; refuses all others (L062)."""
    is_refresh = spec.grant_type is None and spec.refresh_token is not None
    word = re.sub("[-_ ]", "", spec.grant_type or "").lower()
    grant = _GRANTS.get(word, "refresh_token" if is_refresh else "client_credentials")
    if word and word not in _GRANTS:
        problem = f"with the grant {spec.grant_type!r} is not served by this release"
        fields.refuse(problem, "grant_type", "L062", "served are client-credentials and refresh-token")
    endpoint = _endpoint(spec, fields)
    needs_secret = grant == "client_credentials" or spec.client_secret is not None
    way = re.sub("[-_ ]", "", spec.client_authentication or "basic").lower().removeprefix("clientsecret")
    if way not in ("basic", "post"):
        problem = f"cannot present its client by {spec.client_authentication!r}"
        fields.refuse(problem, "client_authentication", hint="write basic or post")
    found = ((name, fields.optional(key)) for name, key in _WANTED)
    return OAuth2(
        endpoint,
        grant,
        fields.value("client_id"),
        fields.value("client_secret") if needs_secret else None,
        fields.value("refresh_token") if grant == "refresh_token" else None,
        way == "post",
        tuple((name, value) for name, value in found if value is not None),
    )


def _endpoint(spec: AuthenticationSpec, fields: SchemeFields) -> str:
    """Take the address as the file states it: nothing else may say where secrets are sent (L063)."""
    endpoint = (spec.token_endpoint or "").strip()
    if spec.token_endpoint is None:
        hint = "add it: tokenEndpoint: https://…, the address that gives tokens"
        fields.refuse("has no 'tokenEndpoint'", "token_endpoint", hint=hint)
    elif not _is_address(endpoint):
        problem = f"has a 'tokenEndpoint' that is not a whole address: {_shown(endpoint)!r}"
        hint = "write https://… without holes: what a token is asked for with goes there and nowhere else"
        fields.refuse(problem, "token_endpoint", "L063", hint)
    return endpoint


def _shown(endpoint: str) -> str:
    """Leave out what may be secret: a user's password, and the query."""
    return re.sub("//[^/?#]*@", "//***@", endpoint).partition("?")[0]


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return bool(_STATED.fullmatch(url) and parts.hostname and parts.port != 0 and "@" not in parts.netloc)
    except ValueError:
        return False


def _mark(memo: Memo, token: Token) -> None:
    """Note something about a token, unless another has come meanwhile."""
    if (memo.recall(Token) or _NO_TOKEN).number == token.number:
        memo.keep(token)


def _signed(request: Outbound, token: Token) -> Outbound:
    return request.with_header("Authorization", join(("Bearer ", token.value.map(header_text))))


def _form(fields: list[tuple[str, Text]]) -> Text:
    return separate((join((name, "=", apply(form_text, value))) for name, value in fields), "&")


def _read(answer: Whole) -> Mapping[str, Json] | None:
    try:
        said = decode(answer.body)
    except ValueError:
        return None
    return said if isinstance(said, dict) else None


def _refusal(status: int, said: Mapping[str, Json] | None) -> str:
    """Say what an endpoint answered, in words that are known."""
    error = said.get("error") if said else None
    told = f" ({error})" if error in _ERRORS else ""
    if told or not 200 <= status < 300:
        return f"answered {status}{told}"
    what = "with something that is no JSON object" if said is None else "without an access_token"
    return f"answered {status} {what}"


def _seconds(lifetime: Json) -> float | None:
    """Read a lifetime, which some servers write as a text; nonsense is as if there were none."""
    if isinstance(lifetime, bool) or not isinstance(lifetime, int | float | str):
        return None
    try:
        seconds = float(lifetime)
    except (ValueError, OverflowError):
        return None
    return max(seconds, 0.0) if math.isfinite(seconds) else None
