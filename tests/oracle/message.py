"""A request by its meaning, whoever wrote it: every part decoded, nothing that order or spelling changes."""

import json
import re
from dataclasses import dataclass, field, fields
from typing import Any
from urllib.parse import parse_qsl, unquote

Pairs = tuple[tuple[str, str], ...]

# RFC 3986, 3.3 and 3.4, but for characters that the file itself writes
PATH = re.compile(r"(/([A-Za-z0-9\-._~!$&'()*+,;=:@\[\]|\"<>^`\\]|%[0-9A-Fa-f]{2})*)*")
QUERY = re.compile(r"([A-Za-z0-9\-._~]|%[0-9A-Fa-f]{2})*=([A-Za-z0-9\-._~]|%[0-9A-Fa-f]{2})*")


@dataclass(frozen=True)
class Message:
    """What is sent below ``base``; a body is canonical JSON, or nothing."""

    base: str | None
    method: str
    segments: tuple[str, ...]
    query: Pairs = ()
    headers: Pairs = ()
    cookies: Pairs = ()
    body: str | None = None
    is_streamed: bool = field(default=False)

    def differences(self, other: "Message") -> list[str]:
        """Say in which parts the other one differs."""
        return [
            f"{part.name}: {getattr(self, part.name)!r} != {getattr(other, part.name)!r}"
            for part in fields(self)
            if getattr(self, part.name) != getattr(other, part.name)
        ]


def segments(path: str) -> tuple[str, ...]:
    """Decode a path; raises ValueError for one that a server could cut otherwise."""
    if not PATH.fullmatch(path):
        raise ValueError(f"{path!r} is not a path")
    return tuple(unquote(segment, errors="strict") for segment in path.split("/")[1:])


def pairs(query: str) -> Pairs:
    """Decode a query; form decoding and percent decoding have to give the same."""
    pieces = query.split("&") if query else []
    if any(not QUERY.fullmatch(piece) for piece in pieces):
        raise ValueError(f"{query!r} is not a query of encoded pairs")
    decoded = parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query), errors="strict")
    return tuple(sorted(decoded))


def canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
