"""Digest access authentication (RFC 7616), and its first form (RFC 2069) where a server asks for no more."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field, replace
from secrets import token_urlsafe
from typing import Literal, TypeAlias
from urllib.parse import quote, urlsplit

from ..expr.scope import Expr
from ..expr.sink import Unsendable, header_text
from ..plan.call import Inbound, Outbound
from ..plan.credential import CannotSign, Memo, Signing
from ..plan.reading import header
from ..spec.consumes import AuthenticationSpec
from ..values import Secret, Text
from ..values.record import dataclass
from .challenge import Challenge, challenges, params_of
from .fields import Fields, secret_of, source_of

_Quality: TypeAlias = Literal["auth", "auth-int", ""]

# names of RFC 7616, 6.1, as the standard library knows them
_HASHES = {"md5": "md5", "sha-256": "sha256", "sha-512-256": "sha512_256"}
_TO_ESCAPE = re.compile(r'(["\\])')
_OF_A_BODY = ("content-length", "content-type", "transfer-encoding", "expect")


@dataclass(slots=True)
class Nonce:
    """What a server asked for last, and how often it was answered."""

    value: str
    realm: str
    algorithm: str
    quality: _Quality
    opaque: str | None
    hides_user: bool
    knows_utf8: bool
    is_stale: bool
    own: str
    count: int = 0

    @property
    def has_session(self) -> bool:
        return self.algorithm.lower().endswith("-sess")

    def hash(self, *parts: str) -> str:
        """Hash parts with colons between them, by the algorithm that the server chose."""
        data = ":".join(parts).encode("utf-8", "surrogateescape")
        return hashlib.new(_hash_name(self.algorithm), data, usedforsecurity=False).hexdigest()

    def hash_body(self, body: bytes) -> str:
        return hashlib.new(_hash_name(self.algorithm), body, usedforsecurity=False).hexdigest()


@dataclass(frozen=True, slots=True)
class Digest:
    """Proves that user name and password are known without sending the password.

    The nonce is kept, so that later requests are answered without being asked for it first.
    """

    username: Expr = field(repr=False)
    password: Expr = field(repr=False)
    own_nonce: Callable[[], str] = field(default=lambda: token_urlsafe(18), repr=False, compare=False)

    def sign(self, request: Outbound, binds: Mapping[str, Secret], memo: Memo) -> Signing:
        """Answer one challenge, and another where the nonce was too old; a wrong password ends it."""
        remembered = memo.recall(Nonce)
        if remembered is None and request.is_streamed:
            self._learn((yield _without_body(request)), memo)
        nonce, may_renew = memo.recall(Nonce), True
        while True:
            answer = yield self._signed(request, nonce, binds, memo.base_uri) if nonce else request
            offered = self._offered(answer) if answer.status == 401 else None
            is_old = nonce is not None and (nonce is remembered or (offered is not None and offered.is_stale))
            if offered is None or not (nonce is None or (is_old and may_renew)):
                break
            may_renew, nonce = nonce is None, offered
            memo.keep(nonce)
            if request.is_streamed:
                raise CannotSign(_SPENT)
        _conclude(answer, nonce, memo)

    def _learn(self, answer: Inbound, memo: Memo) -> None:
        offered = self._offered(answer) if answer.status == 401 else None
        if offered is not None:
            memo.keep(offered)

    def _offered(self, answer: Inbound) -> Nonce | None:
        """Take the first challenge that can be answered; servers begin with the best (RFC 7616, 3.7)."""
        found = (_nonce(challenge, self.own_nonce) for challenge in challenges(answer.headers))
        return next((nonce for nonce in found if nonce is not None), None)

    def _signed(
        self, request: Outbound, nonce: Nonce, binds: Mapping[str, Secret], base_uri: str
    ) -> Outbound:
        user, password = (secret_of(value, binds).reveal() for value in (self.username, self.password))
        nonce.count += 1
        uri = _uri(request, base_uri)
        count = f"{nonce.count:08x}"
        try:
            known = nonce.hash(user, nonce.realm, password)
            if nonce.has_session:
                known = nonce.hash(known, nonce.value, nonce.own)
            asked = nonce.hash(request.method, uri, *_body_hash(request, nonce))
            between = (nonce.value, count, nonce.own, nonce.quality) if nonce.quality else (nonce.value,)
            response = nonce.hash(known, *between, asked)
            parts = (*_user(user, nonce), *_described(nonce, uri, response, count))
        except UnicodeEncodeError:
            raise Unsendable("is not text in UTF-8") from None
        value = ", ".join(f"{name}={text}" for name, text in parts)
        return request.with_header("Authorization", Secret(f"Digest {value}").map(header_text))

    def __str__(self) -> str:
        return f"digest {source_of(self.username)}"


_SPENT = "was asked for after the body had been streamed, and a stream cannot be sent twice; call again"


def link_digest(spec: AuthenticationSpec, fields: Fields) -> Digest:
    return Digest(fields.value("username"), fields.value("password"))


def _nonce(challenge: Challenge, own_nonce: Callable[[], str]) -> Nonce | None:
    """Understand a challenge; None when it is of another scheme, or asks for what is not known here."""
    params = challenge.params
    algorithm, value = params.get("algorithm", ""), params.get("nonce")
    quality = _quality(params.get("qop"))
    if challenge.scheme != "digest" or value is None or quality is None:
        return None
    if _hash_name(algorithm) not in hashlib.algorithms_available:
        return None
    return Nonce(
        value=value,
        realm=params.get("realm", ""),
        algorithm=algorithm,
        quality=quality,
        opaque=params.get("opaque"),
        hides_user=params.get("userhash", "").lower() == "true",
        knows_utf8=params.get("charset", "").upper() == "UTF-8",
        is_stale=params.get("stale", "").lower() == "true",
        own=own_nonce(),
    )


def _hash_name(algorithm: str) -> str:
    return _HASHES.get(algorithm.lower().removesuffix("-sess") or "md5", "")


def _quality(offered: str | None) -> _Quality | None:
    """Choose what is protected: as in RFC 2069 where nothing is offered, None where nothing is known."""
    if offered is None:
        return ""
    words = [word.strip().lower() for word in offered.split(",")]
    return "auth" if "auth" in words else "auth-int" if "auth-int" in words else None


def _uri(request: Outbound, base_uri: str) -> str:
    """Write the target as it stands in the request line."""
    target = _revealed(request.target)
    path = urlsplit(base_uri).path + target
    return path if path.startswith("/") else f"/{path}"


def _body_hash(request: Outbound, nonce: Nonce) -> Iterator[str]:
    if nonce.quality != "auth-int":
        return
    body = request.body
    if not isinstance(body, bytes | Secret | None):
        raise CannotSign("covers the body, and a body that is streamed is not known beforehand")
    yield nonce.hash_body(body.reveal().encode() if isinstance(body, Secret) else body or b"")


def _user(user: str, nonce: Nonce) -> Iterator[tuple[str, str]]:
    """Name the user: hidden or in the form for UTF-8 (RFC 7616, 3.4) where the server knows these."""
    if nonce.hides_user:
        yield "username", _quoted(nonce.hash(user, nonce.realm))
    elif user.isascii() or not nonce.knows_utf8:
        yield "username", _quoted(user)
    else:
        yield "username*", f"UTF-8''{quote(user, safe='')}"


def _described(nonce: Nonce, uri: str, response: str, count: str) -> Iterator[tuple[str, str]]:
    yield "realm", _quoted(nonce.realm)
    yield "nonce", _quoted(nonce.value)
    yield "uri", _quoted(uri)
    yield "response", _quoted(response)
    if nonce.algorithm:
        yield "algorithm", nonce.algorithm
    if nonce.opaque is not None:
        yield "opaque", _quoted(nonce.opaque)
    if nonce.quality:
        yield from (("qop", nonce.quality), ("nc", count))
    if nonce.quality or nonce.has_session:
        yield "cnonce", _quoted(nonce.own)
    if nonce.hides_user:
        yield "userhash", "true"


def _quoted(text: str) -> str:
    escaped = _TO_ESCAPE.sub(r"\\\1", text)
    return f'"{escaped}"'


def _without_body(request: Outbound) -> Outbound:
    """Ask for the challenge before a body is streamed, with a method that changes nothing."""
    kept = tuple(pair for pair in request.headers if pair[0].lower() not in _OF_A_BODY)
    return replace(request, method="HEAD", headers=kept, body=None)


def _conclude(answer: Inbound, nonce: Nonce | None, memo: Memo) -> None:
    """Keep what the next request is signed with: the nonce, the one that replaces it, or none that failed."""
    if nonce is None:
        return
    following = params_of(header(answer.headers, "authentication-info")).get("nextnonce")
    if answer.status == 401:
        memo.forget(nonce)
    elif following:
        memo.keep(replace(nonce, value=following, count=0))


def _revealed(text: Text) -> str:
    return text.reveal() if isinstance(text, Secret) else text
