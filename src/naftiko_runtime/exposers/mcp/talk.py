"""What a client and its server have agreed on, where one connection lasts for all of their messages."""

from __future__ import annotations

from dataclasses import dataclass, field

from ...values import Json
from .lane import Lane
from .protocol import mapping
from .usual import HANDSHAKES, MODERN, SET_LEVEL, Request, agreed, is_enveloped

_INITIALIZE, _INITIALIZED, _DISCOVER = "initialize", "notifications/initialized", "server/discover"


@dataclass(slots=True)
class Talk:
    """Holds a client to the revision that it began with, as the SDK does; its first request decides.

    Whoever looks around first, with ``server/discover``, may still choose an older revision.
    """

    opening: list[Json] = field(default_factory=list)
    """What has to be said to whoever takes over, so that the same is agreed on."""
    level: Json = "info"
    """From which level on a client of an older revision wants to hear a log."""
    _version: str = ""
    _is_greeted: bool = False

    def take(self, lane: Lane, message: Json) -> Request | None:
        """Read a message that the lane can answer; None for any other."""
        request = lane.take_bare(message, MODERN if is_enveloped(message) else self._version)
        if request is None or not self._is_expected(request):
            return None
        self._note(request, message)
        return request

    def _is_expected(self, request: Request) -> bool:
        if request.id is None:
            return request.method != _INITIALIZED or _says_nothing(request)
        if request.method == _INITIALIZE:
            return not self._version
        if request.is_modern:
            return self._version in ("", MODERN)
        return self._version in HANDSHAKES and self._is_greeted

    def _note(self, request: Request, message: Json) -> None:
        if request.method == _INITIALIZE:
            self._version = agreed(request.params["protocolVersion"])
            self.opening.append(message)
        elif request.method == SET_LEVEL:
            self.level = request.params["level"]
            self.opening = [*(said for said in self.opening if mapping(said)["method"] != SET_LEVEL), message]
        elif request.method == _INITIALIZED and not self._is_greeted:
            self._is_greeted = True
            self.opening.append(message)
        elif not self._version and request.id is not None and request.method != _DISCOVER:
            self._version = MODERN
            # it chooses as the request did, and does nothing
            meta = request.params["_meta"]
            self.opening.append({**mapping(message), "method": _DISCOVER, "params": {"_meta": meta}})


def _says_nothing(request: Request) -> bool:
    return request.params.keys() <= {"_meta"} and isinstance(request.params.get("_meta", {}), dict)
