"""What signs the requests to a consumed API, without doing input or output."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import field
from time import monotonic
from typing import Protocol, TypeAlias, TypeVar, runtime_checkable

from ..values import Secret, Text
from ..values.record import dataclass
from .call import Headers, Inbound, Outbound

_Kind = TypeVar("_Kind")


class CannotSign(Exception):
    """No request can be signed; the sentence continues 'the credential for x …'."""


@dataclass(slots=True)
class Memo:
    """What a credential knows between calls: where its API is, the time, and what it learnt by its kind."""

    base_uri: str = ""
    clock: Callable[[], float] = monotonic
    _learnt: dict[type, object] = field(default_factory=dict, repr=False)

    def recall(self, kind: type[_Kind]) -> _Kind | None:
        known = self._learnt.get(kind)
        return known if isinstance(known, kind) else None

    def keep(self, known: object) -> None:
        self._learnt[type(known)] = known

    def forget(self, known: object) -> None:
        """Forget this; what another call has learnt meanwhile is kept."""
        if self._learnt.get(type(known)) is known:
            del self._learnt[type(known)]


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A POST to an address that is not the API's, such as a token endpoint."""

    url: str
    headers: tuple[tuple[str, Text], ...] = field(repr=False)
    body: Text = field(repr=False)


@dataclass(frozen=True, slots=True)
class Whole:
    """The answer from elsewhere, read to its end."""

    status: int
    headers: Headers = field(repr=False)
    body: bytes = field(repr=False)


class Renewal(Protocol):
    """Something to be got before a request can be signed; one caller gets it for all who wait for it."""

    def request(self) -> Elsewhere | None:
        """Say how to get it; None when another caller has got it meanwhile."""
        ...

    def keep(self, answer: Whole) -> None:
        """Put it into the memo; raises CannotSign when it is not in the answer."""
        ...


Signing: TypeAlias = Generator[Outbound | Renewal, Inbound, None]


class Credential(Protocol):
    """Signs requests: yields each one and is sent its answer, the last of which counts.

    It may yield a renewal as well, and goes on without an answer when that is done.
    Raises Unsendable or CannotSign.
    """

    def sign(self, request: Outbound, binds: Mapping[str, Secret], memo: Memo) -> Signing: ...


@runtime_checkable
class AtOnce(Protocol):
    """A credential that asks nobody and waits for no answer, so that it can sign without a generator."""

    def signed(self, request: Outbound, binds: Mapping[str, Secret], memo: Memo) -> Outbound:
        """Give the request that ``sign`` yields; raises Unsendable."""
        ...


def at_once(credential: object) -> AtOnce | None:
    """Tell a credential that signs so; to be asked once, because it takes as long as to sign."""
    return credential if isinstance(credential, AtOnce) else None
