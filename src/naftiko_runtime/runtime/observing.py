"""What an observer of a call sees on the way out; without one nothing is done for it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Protocol

from ..plan.call import Inbound
from ..values import Text


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as it goes out, signed; what is secret in it still is. ``is_for_credential`` gets a token."""

    method: str
    url: Text
    headers: tuple[tuple[str, Text], ...]
    body: bytes | Text | AsyncIterator[bytes] | None = field(default=None, repr=False)
    is_for_credential: bool = False


class Observer(Protocol):
    """Stands around every attempt to send a request, the last one before the transport."""

    def __call__(
        self, sent: Sent, sending: AbstractAsyncContextManager[Inbound]
    ) -> AbstractAsyncContextManager[Inbound]: ...
