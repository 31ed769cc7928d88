"""Writes answers: upstream bytes as they come, our JSON, and failures as problem documents."""

from __future__ import annotations

import logging
from collections.abc import Awaitable

from ...plan.call import Headers, Inbound
from ...plan.errors import CallError
from ...plan.flow import Answer
from ...plan.reading import declared_length
from ...values.json import encode
from ..boundary import Failure, Send, send_both

log = logging.getLogger("naftiko.exposers")

# of an upstream's headers these say nothing to our callers, or something that is not true of us (D4)
_NOT_PASSED = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "set-cookie",
        "set-cookie2",
        "server",
        "date",
        "alt-svc",
        "strict-transport-security",
        "www-authenticate",
    }
)
# what such headers begin with
_RIGHTS = ("access-control-",)
_RIGHTS_AND_CONTENT = (*_RIGHTS, "content-", "etag", "accept-ranges", "last-modified", "digest")
_WITHOUT_BODY = frozenset({204, 205, 304})
_AT_ONCE_BYTES = 64 * 1024
_UNSAFE = frozenset({"POST", "PATCH"})


async def send_inbound(send: Send, inbound: Inbound, *, head: bool) -> None:
    """Stream an upstream's answer; one that breaks off breaks ours off, so that nobody takes it for whole."""
    headers = passed_headers(inbound.headers)
    if inbound.status in (204, 304):  # a length said here would be waited for
        headers, head = tuple(pair for pair in headers if pair[0] != "content-length"), True
    if head:
        await _start(send, inbound.status, headers)
        await send({"type": "http.response.body", "body": b""})
        return
    is_small = (declared_length(headers) or _AT_ONCE_BYTES) < _AT_ONCE_BYTES
    try:
        await (_at_once if is_small else _in_pieces)(send, inbound, headers)
    except CallError as error:
        log.info("an answer broke off: %s", error.sentence)


async def _in_pieces(send: Send, inbound: Inbound, headers: Headers) -> None:
    await _start(send, inbound.status, headers)
    async for chunk in inbound.chunks():
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def _at_once(send: Send, inbound: Inbound, headers: Headers) -> None:
    """Send a small answer in one piece, because each one costs a twentieth of a call."""
    body = bytearray()
    try:
        async for chunk in inbound.chunks():
            body += chunk
    except Exception:
        await _start(send, inbound.status, headers)
        await send({"type": "http.response.body", "body": bytes(body), "more_body": True})
        raise
    await send_both(send, inbound.status, _raw(headers), bytes(body))


def send_answer(send: Send, answer: Answer, *, head: bool) -> Awaitable[None]:
    """Send shaped JSON; nothing to say is 204, and something is 200 where the upstream said nothing."""
    if answer.value is None:
        return send_whole(send, 204, passed_without_content(answer.headers), b"", head=head)
    headers = (*passed_without_content(answer.headers), ("content-type", "application/json"))
    status = 200 if answer.status in _WITHOUT_BODY else answer.status
    return send_whole(send, status, headers, encode(answer.value), head=head)


async def send_failure(send: Send, failure: Failure, method: str) -> None:
    """Send a failure: an upstream's own words as they are, ours as application/problem+json (RFC 9457)."""
    head = method == "HEAD"
    if failure.answer is not None:
        headers = passed_headers(failure.headers)
        kept = tuple(pair for pair in headers if pair[0] not in ("content-length", "content-encoding"))
        await send_whole(send, failure.status, kept, failure.answer, head=head)
        return
    # SDKs of many APIs repeat a failed POST unless they are told not to (D14)
    once = (("x-should-retry", "false"),) if method in _UNSAFE else ()
    headers = (*failure.headers, *once, ("content-type", "application/problem+json"))
    await send_whole(send, failure.status, headers, encode(failure.problem()), head=head)


def send_whole(send: Send, status: int, headers: Headers, body: bytes, *, head: bool) -> Awaitable[None]:
    """Send an answer in one piece, with its length."""
    length = () if status in (204, 304) else (("content-length", str(len(body))),)
    return send_both(send, status, _raw((*headers, *length)), b"" if head else body)


def passed_headers(headers: Headers, left_out: tuple[str, ...] = _RIGHTS) -> Headers:
    """Keep what a client SDK of that API needs; drop hop-by-hop headers, cookies and cross-origin rights."""
    dropped = _NOT_PASSED
    for name, value in headers:
        if name == "connection" and value not in dropped:  # which keep-alive is, as most say
            dropped |= {token.strip().lower() for token in value.split(",")}
    return tuple([pair for pair in headers if pair[0] not in dropped and not pair[0].startswith(left_out)])


def passed_without_content(headers: Headers) -> Headers:
    """Keep the headers of an answer whose body is replaced by ours."""
    return passed_headers(headers, _RIGHTS_AND_CONTENT)


async def _start(send: Send, status: int, headers: Headers) -> None:
    await send({"type": "http.response.start", "status": status, "headers": _raw(headers)})


def _raw(headers: Headers) -> list[tuple[bytes, bytes]]:
    return [(name.encode("latin-1"), value.encode("utf-8", "surrogateescape")) for name, value in headers]
