"""Which requests are of a session; told from what they say, before anything keeps one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from ...values import Json
from ...values.record import dataclass
from ..boundary import Message
from .usual import HANDSHAKES, SESSION, said

_STREAM = re.compile(rb"text/(event-stream|\*)|\*/\*", re.IGNORECASE)
_REVISIONS = frozenset(revision.encode() for revision in HANDSHAKES)


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """How many sessions there may be at a time, and for how long nothing needs to happen in one."""

    at_once: int = 5_000
    idle_s: float = 1800.0
    answer_s: float = 600.0  # within which a client that was asked has to answer


def has_session(scope: Message) -> bool:
    """Tell whether a request says that it is of a session, in a revision that has them."""
    return said(scope["headers"], SESSION) is not None and _is_old(scope)


def opens_session(scope: Message, fields: Mapping[str, Json]) -> bool:
    """Tell whether a message begins a session; who cannot hear anything but an answer needs none."""
    return fields.get("method") == "initialize" and _is_old(scope) and hears(scope["headers"])


def hears(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Tell whether a caller takes a stream for an answer."""
    return _STREAM.search(b",".join(value for name, value in headers if name == b"accept")) is not None


def _is_old(scope: Message) -> bool:
    return all(value in _REVISIONS for name, value in scope["headers"] if name == b"mcp-protocol-version")
