"""Words that stand on a list outside of this project: a word that is on none is most likely a slip."""

from __future__ import annotations

import re
from collections.abc import Collection

from ..source.diagnostics import Report, Span, did_you_mean

TYPES = ("string", "number", "integer", "boolean", "array", "object")
_USUAL = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
# the registry of HTTP methods, and what caches, UPnP and WebDAV search have beside it
_METHODS = frozenset(
    (
        *_USUAL,
        *(
            "ACL",
            "BASELINE-CONTROL",
            "BIND",
            "CHECKIN",
            "CHECKOUT",
            "CONNECT",
            "COPY",
            "LABEL",
            "LINK",
            "LOCK",
        ),
        *("MERGE", "MKACTIVITY", "MKCALENDAR", "MKCOL", "MKREDIRECTREF", "MKWORKSPACE", "MOVE", "ORDERPATCH"),
        *("PRI", "PROPFIND", "PROPPATCH", "QUERY", "REBIND", "REPORT", "SEARCH", "TRACE", "UNBIND"),
        *("UNCHECKOUT", "UNLINK", "UNLOCK", "UPDATE", "UPDATEREDIRECTREF", "VERSION-CONTROL"),
        *("BAN", "LIST", "M-SEARCH", "NOTIFY", "PURGE", "REFRESH", "SUBSCRIBE", "UNSUBSCRIBE"),
    )
)
_WORD = re.compile(r"[A-Za-z-]+")


def look_at_method(method: str, span: Span, report: Report) -> None:
    """Warn of a method that HTTP does not know (S007); what is no name at all is refused where it is used."""
    word = method.upper()
    if word not in _METHODS and _WORD.fullmatch(word):
        message = f"HTTP has no method {method!r}; it is used as it stands"
        report.warn("S007", message, span, did_you_mean(word, _USUAL) or f"known are {', '.join(_USUAL)}")


def look_at_type(kind: str | None, span: Span, report: Report, also: Collection[str] = ()) -> None:
    """Warn of a type that no value has (S008); ``also`` are words that are known in this place alone."""
    if kind is None or kind.lower() in (*TYPES, *also):
        return
    message = f"type {kind!r} is not known, so it says nothing"
    report.warn("S008", message, span, did_you_mean(kind, TYPES) or f"known are {', '.join(TYPES)}")
