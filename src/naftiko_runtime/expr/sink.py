"""How a value is written in the place where it lands; what cannot be written there is refused (D17)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias
from urllib.parse import quote, quote_plus

from ..values import Json, Secret, Text
from ..values.json import encode_text

Sink: TypeAlias = Callable[[str], str]

# what stands as it is everywhere in an address (RFC 3986, 2.3)
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]*")
_NOT_IN_HEADER = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
# in two, because a set that has both takes milliseconds to compile
_CONTROL_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_NO_CHARACTER = re.compile(r"[\ud800-\udfff\ufffe\uffff]")
_IN_XML = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;"}
    # a reader turns these into other blanks, in attributes above all
    | {"\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
)
_IN_PART_NAME = str.maketrans({'"': "%22", "\\": "%5C", "\r": "%0D", "\n": "%0A"})


class Unsendable(ValueError):
    """A value that its place cannot hold; the sentence continues 'argument x …'."""


def path_text(text: str) -> str:
    """Percent-encode everything but unreserved characters (RFC 3986, 2.3), ``/`` included."""
    return text if _UNRESERVED.fullmatch(text) else quote(_utf8(text), safe="")


def query_text(text: str) -> str:
    return path_text(text)


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


def body_text(text: str) -> str:
    """Pass any text that UTF-8 can hold."""
    return _utf8(text)


def form_text(text: str) -> str:
    """Write a name or value as HTML forms do, a blank as ``+``."""
    return quote_plus(_utf8(text), safe="")


def xml_text(text: str) -> str:
    """Write a text so that it is the same text in an element or attribute."""
    if _CONTROL_IN_XML.search(text) or _NO_CHARACTER.search(text):
        raise Unsendable("has a character that XML cannot hold")
    return text.translate(_IN_XML)


def part_text(text: str) -> str:
    """Write a name or file name into the header of a part, as browsers do; no backslash escapes its end."""
    written = _utf8(text).translate(_IN_PART_NAME)
    if _NOT_IN_HEADER.search(written):
        raise Unsendable("has a control character, which the name of a part cannot hold")
    return written


def as_text(value: Json) -> str:
    """Write a scalar as people do; lists and objects as JSON."""
    return value if isinstance(value, str) else encode_text(value)


def write(value: Json | Secret, sink: Sink) -> Text:
    """Encode a value for its place; a secret stays one."""
    if sink is xml_text and isinstance(value, list | dict):
        raise Unsendable("is a list or an object, which the place in an XML document cannot hold")
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
