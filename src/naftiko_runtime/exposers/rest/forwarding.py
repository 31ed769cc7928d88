"""Finds what is forwarded, and takes over from the caller what goes on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import quote, unquote

from ...plan.call import Headers
from ...plan.errors import BadArgument, InvalidArguments, WrongMethod
from ...plan.forward import REST_OF_PATH, Forwarded
from ...plan.surfaces import RestForward
from .router import HOLE

# what HTTP itself needs to be understood, whoever is trusted
_PASSED = frozenset(
    {
        "accept",
        "accept-encoding",
        "content-encoding",
        "content-language",
        "content-length",
        "content-type",
        "if-match",
        "if-modified-since",
        "if-none-match",
        "if-range",
        "if-unmodified-since",
        "range",
    }
)
_METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
# the one opens a tunnel, the other shows the caller what was sent, the API's credential included
_NEVER = frozenset({"CONNECT", "TRACE"})
# what a segment may hold as it is (RFC 3986, 3.3), and the sign of an encoded character
_PATH = "%!$&'()*+,;=:@~"
_SLASHES = re.compile(r"[/\\]")


@dataclass(frozen=True, slots=True)
class _Prefix:
    """The segments before the rest of the path; without a rest they are the whole path."""

    segments: tuple[re.Pattern[str], ...]
    has_rest: bool
    forward: RestForward

    def match(self, segments: list[str]) -> str | None:
        """Return the rest of a path as it was written, None when it is another path."""
        count = len(self.segments)
        if len(segments) <= count if self.has_rest else len(segments) != count:
            return None
        for pattern, segment in zip(self.segments, segments, strict=False):
            if not pattern.fullmatch(unquote(segment, errors="surrogateescape")):
                return None
        return "".join(f"/{quote(segment, safe=_PATH, encoding='latin-1')}" for segment in segments[count:])


@dataclass(frozen=True, slots=True)
class Forwards:
    """The forwards of a server, those with the longest paths first."""

    prefixes: tuple[_Prefix, ...]

    def find(self, raw_path: bytes) -> tuple[RestForward, str] | None:
        """Match a raw path; with the forward comes the path below it."""
        segments = raw_path.decode("latin-1").split("/")
        for prefix in self.prefixes:
            if (rest := prefix.match(segments)) is not None:
                return prefix.forward, rest
        return None


def build_forwards(forwards: Iterable[RestForward]) -> Forwards:
    prefixes = [_compile(forward) for forward in forwards]
    return Forwards(tuple(sorted(prefixes, key=lambda prefix: len(prefix.segments), reverse=True)))


def _compile(forward: RestForward) -> _Prefix:
    head = REST_OF_PATH.sub("", forward.path)
    return _Prefix(tuple(map(_pattern, head.split("/"))), head != forward.path, forward)


def _pattern(segment: str) -> re.Pattern[str]:
    pieces = enumerate(HOLE.split(segment))
    return re.compile(
        "".join(re.escape(unquote(piece)) if place % 2 == 0 else "(.+)" for place, piece in pieces), re.DOTALL
    )


def forwarded(method: str, path: str, query: bytes) -> Forwarded:
    """Say what a caller asks of the API; raises InvalidArguments for a path that may lead out of it (D17)."""
    if method in _NEVER:
        raise WrongMethod(f"{method} is not forwarded", headers=(("allow", ", ".join(_METHODS)),))
    if problems := tuple(_path_problems(path)):
        raise InvalidArguments(problems)
    return Forwarded(method, path, query.decode("latin-1"))


def _path_problems(path: str) -> Iterator[BadArgument]:
    """Find segments that somebody on the way would fold, and so leave the base path."""
    for segment in path.split("/"):
        # an encoded slash, a backslash and a ';' with what follows it hide segments from some servers
        pieces = _SLASHES.split(unquote(segment, errors="surrogateescape"))
        if any(piece.partition(";")[0] in (".", "..") for piece in pieces):
            yield BadArgument("path", f"has {segment!r} as a segment, which cannot be sent")


def passed_on(headers: Headers, trusted: frozenset[str]) -> Headers:
    """Take the headers that go on, as often as they came; those that ``Connection`` names do not."""
    named = {
        word.strip().lower() for name, value in headers if name == "connection" for word in value.split(",")
    }
    return tuple(pair for pair in headers if pair[0] in _PASSED or pair[0] in trusted - named)
