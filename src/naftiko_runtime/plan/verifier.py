"""Who calls a server, and how callers prove that they may."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Literal, Protocol

from ..expr.scope import Ref
from ..values import Json, Secret
from ..values.record import dataclass


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody who may call, and the scheme that proved it; no scheme where nobody is asked.

    ``mark`` is the same for whoever presents the same credential.
    """

    scheme: str = ""
    mark: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a request carries its credential; the name of a header is in lower case."""

    place: Literal["header", "query"]
    name: str


class Verifier(Protocol):
    """Knows the callers of a server by what they present, without doing input or output."""

    @property
    def slot(self) -> Slot: ...

    @property
    def wanted(self) -> str:
        """Name what callers present, as in 'a bearer token'."""
        ...

    def challenge(self, realm: str) -> str:
        """Write the ``WWW-Authenticate`` of a refusal (RFC 9110, 11.6.1)."""
        ...

    def security_scheme(self) -> Mapping[str, Json]:
        """Describe this in OpenAPI's terms."""
        ...

    def refs(self) -> tuple[Ref, ...]:
        """List the names that this reads."""
        ...

    def verify(self, presented: bytes, binds: Mapping[str, Secret]) -> Principal | None:
        """Compare in constant time what stands in the slot; None for whoever is not known by it."""
        ...
