"""What every scheme is made from: the fields that an author wrote, and how their values are written."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias

from ..expr.scope import Expr, Scope
from ..expr.sink import Unsendable, header_text, plain_text, write
from ..plan.credential import Credential, Memo
from ..plan.verifier import Verifier
from ..spec.consumes import AuthenticationSpec
from ..values import Secret, Text

CredentialField: TypeAlias = Literal[
    "token",
    "username",
    "password",
    "key",
    "value",
    "placement",
    "grant_type",
    "token_endpoint",
    "client_id",
    "client_secret",
    "client_authentication",
    "refresh_token",
    "scopes",
    "audience",
    "resource",
]


class Fields(Protocol):
    """What a scheme is linked with."""

    def value(self, name: CredentialField) -> Expr:
        """Compile a field; one that the author left out is refused and becomes empty."""
        ...

    def refuse(self, problem: str, name: CredentialField, code: str = "", hint: str | None = None) -> None:
        """Say why the credential cannot be used; the sentence continues 'apikey authentication …'."""
        ...


class SchemeFields(Fields, Protocol):
    """What the scheme of a consumed API is linked with."""

    def optional(self, name: CredentialField) -> Expr | None:
        """Compile a field that may be left out; a list becomes a text with blanks between its items."""
        ...


LinkScheme: TypeAlias = Callable[[AuthenticationSpec, SchemeFields], Credential]
LinkVerifier: TypeAlias = Callable[[AuthenticationSpec, Fields], Verifier]


def source_of(value: Expr) -> str:
    """Say where a credential comes from; one that stands in the file itself is not shown."""
    return ", ".join(str(ref) for ref in value.refs()) or "stated in the file"


def secret_of(value: Expr, binds: Mapping[str, Secret]) -> Secret:
    """Write a credential; it is secret wherever it comes from."""
    text = write(value.evaluate(Scope(binds=binds)), plain_text)
    return text if isinstance(text, Secret) else Secret(text)


def header_of(value: Expr, binds: Mapping[str, Secret]) -> Secret:
    return secret_of(value, binds).map(header_text)


@dataclass(frozen=True, slots=True)
class _Written:
    """What a credential adds to every request."""

    text: Text = field(repr=False)


def once(memo: Memo, write: Callable[[Mapping[str, Secret]], Text], binds: Mapping[str, Secret]) -> Text:
    """Write what is the same for every request of an API; bound variables do not change while it is open."""
    written = memo.recall(_Written)
    if written is None:
        written = _Written(write(binds))
        memo.keep(written)
    return written.text


def base64_text(text: str) -> str:
    try:
        return b64encode(text.encode()).decode("ascii")
    except UnicodeEncodeError:
        raise Unsendable("is not text in UTF-8") from None
