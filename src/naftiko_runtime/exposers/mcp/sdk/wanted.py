"""Whether anybody still wants the answer of a call that runs in a session."""

from __future__ import annotations

import anyio
from starlette.requests import Request

from ...boundary import Message

CANCELLED = -32800  # what the SDK says to a request that was cancelled
_KEY = "naftiko.wanted"


def until_unwanted(scope: Message) -> tuple[Message, anyio.CancelScope]:
    """Let a request say when nobody wants its answer any more: the SDK runs handlers beside it."""
    wanted = anyio.CancelScope()
    return {**scope, _KEY: wanted}, wanted


def wanted_in(request: Request | None) -> anyio.CancelScope:
    """Find the end of what a request begins; where none was given along it is wanted whatever happens."""
    given = None if request is None else request.scope.get(_KEY)
    return given if isinstance(given, anyio.CancelScope) else anyio.CancelScope()
