"""What a server asks for: the challenges of ``WWW-Authenticate``, several in one header or in several."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ..plan.call import Headers
from ..values.record import dataclass

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # noqa: S105 - a part of a grammar (RFC 9110, 11.6.1)
_PART = re.compile(
    r"[\s,]*(?:"
    rf'(?P<name>{_TOKEN})[ \t]*=[ \t]*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<plain>[^\s",]+))'
    rf"|(?P<scheme>{_TOKEN})(?:[ ]+[A-Za-z0-9._~+/-]+=*(?=[ \t]*(?:,|$)))?"
    r")(?=[\s,]|$)"
)
_ESCAPED = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True)
class Challenge:
    """One way to authenticate; the scheme and the names of its parameters are in lower case."""

    scheme: str
    params: Mapping[str, str]


def challenges(headers: Headers) -> Iterator[Challenge]:
    """List what a server offers, in its order; from a mistake on, the rest of a header is left out."""
    for name, value in headers:
        if name == "www-authenticate":
            yield from _challenges(value)


def params_of(value: str) -> Mapping[str, str]:
    """Read a header that has parameters alone, such as ``Authentication-Info``."""
    return {part["name"].lower(): _value(part) for part in _parts(value) if part["name"]}


def _challenges(value: str) -> Iterator[Challenge]:
    scheme, params = "", dict[str, str]()
    for part in _parts(value):
        if part["scheme"]:
            if scheme:
                yield Challenge(scheme, params)
            scheme, params = part["scheme"].lower(), {}
        else:
            params.setdefault(part["name"].lower(), _value(part))
    if scheme:
        yield Challenge(scheme, params)


def _parts(value: str) -> Iterator[re.Match[str]]:
    at = 0
    while (part := _PART.match(value, at)) is not None:
        yield part
        at = part.end()


def _value(part: re.Match[str]) -> str:
    quoted = part["quoted"]
    return part["plain"] if quoted is None else _ESCAPED.sub(r"\1", quoted)
