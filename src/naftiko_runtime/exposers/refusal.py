"""What whoever reads sentences is told when a call fails: the cause, and whether to try again."""

from __future__ import annotations

import html
import re
from dataclasses import replace

from ..plan.call import Headers
from ..plan.errors import InvalidArguments, UpstreamExplained, UpstreamRefused
from ..plan.reading import header
from ..values import Json
from ..values.json import decode, encode_text
from .advice import Repetition, advise_on_answer
from .boundary import Failure, failure_of, name_of, phrase

START_LIMIT_BYTES = 1 << 16
_QUOTE_LIMIT = 500

# bounded, because an upstream could send what makes an open-ended search slow
_TITLE = re.compile(r"<title[^>]{0,100}>([^<]{0,500})", re.IGNORECASE)
_HTML = re.compile(r"\s{0,100}<(!doctype\s{1,5})?html", re.IGNORECASE)


def tell(error: Exception, repetition: Repetition) -> Failure:
    """Write a failure of ours, or one of the upstream that a flow met."""
    failure = failure_of(error, repetition)
    if isinstance(error, UpstreamExplained):
        return replace(failure, sentence=f"{failure.code}: {failure.sentence}")
    if isinstance(error, UpstreamRefused):
        told = tell_answer(error.status, error.headers, error.body, repetition)
        return replace(told, place=error.place)
    if isinstance(error, InvalidArguments):
        return replace(failure, sentence=f"invalid arguments: {failure.sentence}")
    return failure


def tell_answer(status: int, headers: Headers, body: bytes, repetition: Repetition) -> Failure:
    """Write an upstream's error: its status, its own words, and whether to try again."""
    quote = _quote(header(headers, "content-type"), body)
    cause = f"the upstream answered {status} {phrase(status)}"
    if status < 400 and (target := header(headers, "location")):
        cause += f", which points to {target}"
    return Failure(
        status=status,
        title="upstream refused",
        sentence=f"{cause}: {quote}" if quote else cause,
        code=name_of(phrase(status)),
        advice=advise_on_answer(status, headers, repetition),
    )


def text_of(failure: Failure) -> str:
    """Put what is told into lines, as models read them."""
    place = f"this was {failure.place}" if failure.place else ""
    return "\n".join(part for part in (failure.sentence, failure.advice.hint, place) if part)


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
