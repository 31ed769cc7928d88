"""HTTP clients that carry requests: one file each."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from ...plan.call import Inbound


class Transport(Protocol):
    """Sends one request; raises UpstreamUnreachable or UpstreamTimeout, also while the body is read.

    Nothing is added to the request, nothing is followed, decoded or retried beyond RFC 9112, 9.3.1.
    """

    def send(
        self, method: str, url: str, headers: list[tuple[str, str]], body: bytes | AsyncIterator[bytes] | None
    ) -> AbstractAsyncContextManager[Inbound]: ...
