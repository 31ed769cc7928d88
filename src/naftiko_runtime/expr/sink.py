"""How a value is written in the place where it lands; what cannot be written there is refused (D17)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias
from urllib.parse import quote

from ..values import Json, Secret, Text
from ..values.json import encode_text

Sink: TypeAlias = Callable[[str], str]

_NOT_IN_HEADER = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


class Unsendable(ValueError):
    """A value that its place cannot hold; the sentence continues 'argument x …'."""


def path_text(text: str) -> str:
    """Percent-encode everything but unreserved characters (RFC 3986, 2.3), ``/`` included."""
    return quote(_utf8(text), safe="")


def query_text(text: str) -> str:
    return quote(_utf8(text), safe="")


def header_text(text: str) -> str:
    """Pass text that a header field can carry unchanged (RFC 9110, 5.5)."""
    if _NOT_IN_HEADER.search(text):
        raise Unsendable("has a line break or control character, which a header cannot hold")
    if text != text.strip(" \t"):
        raise Unsendable("begins or ends with a blank, which a header cannot hold")
    _utf8(text)
    return text


def plain_text(text: str) -> str:
    return text


def as_text(value: Json) -> str:
    """Write a scalar as people do; lists and objects as JSON."""
    return value if isinstance(value, str) else encode_text(value)


def write(value: Json | Secret, sink: Sink) -> Text:
    """Encode a value for its place; a secret stays one."""
    return value.map(sink) if isinstance(value, Secret) else sink(as_text(value))


def check_segment(segment: str) -> str:
    """Refuse path segments that an HTTP client or server would fold away."""
    if segment in ("", ".", ".."):
        raise Unsendable(f"gives {segment!r} as a path segment, which cannot be sent")
    return segment


def _utf8(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Unsendable("has half a surrogate pair, which UTF-8 cannot hold") from None
    return text
