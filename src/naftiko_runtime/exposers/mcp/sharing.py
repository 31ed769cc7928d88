"""What browsers want to hear before a page may call: only pages that the guard lets in are told yes."""

from __future__ import annotations

from ...plan.errors import NotAllowed, WrongHost
from ..boundary import Message, Send
from ..guard import Guard
from .usual import said

# a page could not read these otherwise, and needs them to shake hands and to sign in
_SHOWN = b"mcp-session-id, mcp-protocol-version, www-authenticate, retry-after"
_KEPT_S = b"600"


def allowed_origin(scope: Message, guard: Guard) -> bytes | None:
    """Return the page's origin when it may call; None for other callers than pages, and for other pages."""
    origin = said(scope["headers"], b"origin")
    if origin is None:
        return None
    try:
        guard.check(scope["headers"])
    except (WrongHost, NotAllowed):
        return None
    return origin


def is_question(scope: Message) -> bool:
    """Tell whether a browser asks before it sends what a page wants to send (preflight)."""
    return scope["method"] == "OPTIONS" and _asked(scope, b"method") is not None


async def say_yes(scope: Message, send: Send, methods: tuple[str, ...]) -> None:
    """Allow what a page of an allowed origin asks for; the credential comes with the message itself."""
    allowed = ", ".join(methods).encode()
    headers = [(b"access-control-allow-methods", allowed), (b"access-control-max-age", _KEPT_S)]
    if wanted := _asked(scope, b"headers"):
        headers.append((b"access-control-allow-headers", wanted))
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


def sharing(send: Send, origin: bytes) -> Send:
    """Let a page read the answer."""

    async def shared(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = [
                *message["headers"],
                (b"access-control-allow-origin", origin),
                (b"access-control-expose-headers", _SHOWN),
                (b"vary", b"origin"),
            ]
            message = {**message, "headers": headers}
        await send(message)

    return shared


def _asked(scope: Message, what: bytes) -> bytes | None:
    return said(scope["headers"], b"access-control-request-" + what)
