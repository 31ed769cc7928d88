"""What a model is told when a call fails: the cause, and whether to try again."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import assert_never

from ...plan.call import Headers, HttpCall
from ...plan.errors import (
    InvalidArguments,
    StepFailed,
    UndecodableAnswer,
    UpstreamRefused,
    UpstreamTimeout,
    UpstreamUnreachable,
)
from ...plan.flow import Flow
from ...plan.forward import Forward
from ...plan.reading import header
from ...plan.surfaces import Body, PassThrough, Refused
from ...values import Json
from ...values.json import decode, encode_text
from ..boundary import failure_of, phrase

START_LIMIT_BYTES = 1 << 16
_QUOTE_LIMIT = 500

_IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"})
_NOT_NOW = frozenset({429, 503})
_NOT_OFFERED = 501

# bounded, because an upstream could send what makes an open-ended search slow
_TITLE = re.compile(r"<title[^>]{0,100}>([^<]{0,500})", re.IGNORECASE)
_HTML = re.compile(r"\s{0,100}<(!doctype\s{1,5})?html", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Repetition:
    """What a second attempt would do: ``is_safe`` when it changes nothing, ``is_single`` for one request."""

    is_safe: bool
    is_single: bool

    @classmethod
    def of(cls, body: Body) -> Repetition:
        calls = tuple(_calls(body))
        return cls(all(call.method.upper() in _IDEMPOTENT for call in calls), len(calls) < 2)


def tell(error: Exception, repetition: Repetition) -> str:
    """Write a failure of ours, or one of the upstream that a flow met."""
    failure = failure_of(error)
    if isinstance(error, UpstreamRefused):
        told = tell_answer(error.status, error.headers, error.body, repetition)
        return _lines(told, f"this was {error.place}" if error.place else "")
    if isinstance(error, InvalidArguments):
        return f"invalid arguments: {failure.sentence}"
    return _lines(failure.sentence, _advice(error, failure.status, failure.headers, repetition))


def tell_answer(status: int, headers: Headers, body: bytes, repetition: Repetition) -> str:
    """Write an upstream's error: its status, its own words, and whether to try again."""
    quote = _quote(header(headers, "content-type"), body)
    cause = f"the upstream answered {status} {phrase(status)}"
    if status < 400 and (target := header(headers, "location")):
        cause += f", which points to {target}"
    return _lines(f"{cause}: {quote}" if quote else cause, _advice_on_status(status, headers, repetition))


def _calls(body: Body) -> Iterator[HttpCall]:
    match body:
        case PassThrough(call) | Forward(call):
            yield call
        case Flow():
            yield from body.calls
        case Refused():
            return
        case never:
            assert_never(never)


def _lines(*parts: str) -> str:
    return "\n".join(part for part in parts if part)


def _advice(error: Exception, status: int, headers: Headers, repetition: Repetition) -> str:
    if isinstance(error, UpstreamUnreachable) and not error.was_sent:
        return "nothing was sent: a retry may help"
    if isinstance(error, UpstreamTimeout | UpstreamUnreachable):
        return _if_unsure(repetition)
    if isinstance(error, UndecodableAnswer | StepFailed):
        return "" if repetition.is_safe else _if_unsure(repetition)
    return _if_not_now(headers, repetition) if status in _NOT_NOW else ""


def _advice_on_status(status: int, headers: Headers, repetition: Repetition) -> str:
    if status in _NOT_NOW:
        return _if_not_now(headers, repetition)
    is_unsure = status == 408 or (status >= 500 and status != _NOT_OFFERED)
    return _if_unsure(repetition) if is_unsure else "do not retry it unchanged"


def _if_not_now(headers: Headers, repetition: Repetition) -> str:
    if not (repetition.is_safe or repetition.is_single):
        return "earlier steps may have been carried out: check before repeating them"
    wait = header(headers, "retry-after")[:40]
    if wait.isdigit():
        return f"retry after {wait} s"
    return f"retry after {wait}" if wait else "retry later"


def _if_unsure(repetition: Repetition) -> str:
    if repetition.is_safe:
        return "a retry may help"
    return "the request may have been processed: check before repeating it"


def _quote(media_type: str, body: bytes) -> str:
    text = body[:START_LIMIT_BYTES].decode(errors="replace")
    if "html" in media_type.lower() or _HTML.match(text):
        title = _TITLE.search(text)
        return " ".join(html.unescape(title[1]).split()) if title else ""
    try:
        words = _words(decode(body))
    except (ValueError, RecursionError):
        words = text
    words = words.strip()
    return words if len(words) <= _QUOTE_LIMIT else f"{words[:_QUOTE_LIMIT]} …"


def _words(value: Json) -> str:
    """Find the message in the usual forms of an error; else give all of it."""
    if not isinstance(value, dict):
        return value if isinstance(value, str) else encode_text(value)
    error = value.get("error")
    inner = error.get("message") if isinstance(error, dict) else None
    candidates = (inner, value.get("message"), value.get("detail"), value.get("error_description"), error)
    found = next((candidate for candidate in candidates if candidate), value)
    return found if isinstance(found, str) else encode_text(found)
