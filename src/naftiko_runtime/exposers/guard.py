"""Who may knock: Host and Origin first, then the credential that the file asks callers for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from hashlib import sha256
from ipaddress import ip_address
from urllib.parse import unquote_to_bytes, urlsplit

from ..plan.errors import NotAllowed, NotAuthenticated, WrongHost
from ..plan.surfaces import Surface
from ..plan.verifier import Principal, Slot, Verifier
from ..values import Secret
from .boundary import Message

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_ANYBODY = Principal()
# by how many were given
_REASONS = ("none was given", "what was given is not it", "more than one was given")


@dataclass(frozen=True, slots=True)
class Guard:
    """Checks Host and Origin, so that no web page can reach a local server through a name of its own (D9).

    It guards all servers of a plan, and holds the secrets that their callers have to know, and the keys that
    seal what callers are given to keep.
    """

    allowed_hosts: frozenset[str] = frozenset()
    binds: Mapping[str, Secret] = field(default_factory=dict, repr=False)
    state_keys: tuple[str, ...] = field(default=(), repr=False)

    def check(self, headers: Iterable[tuple[bytes, bytes]]) -> None:
        """Raise WrongHost or NotAllowed for a request that may come from a foreign page."""
        named, origin = b"", None
        for name, value in headers:
            if name == b"host":
                named = value
            elif name == b"origin":
                origin = value.decode("latin-1")
        host = _host_name(named)
        if not (self._is_ours(host) or _is_address(host)):
            hint = f"; allow it with --allowed-host {host}" if host else ""
            raise WrongHost(f"this server does not answer for host {host!r}{hint}")
        if origin is not None and not self._may_call(origin, host):
            raise NotAllowed(f"pages of {origin!r} may not call this server")

    def _is_ours(self, host: str) -> bool:
        return host in _LOOPBACK or host in self.allowed_hosts

    def _may_call(self, origin: str, host: str) -> bool:
        try:
            name = (urlsplit(origin).hostname or "").lower()
        except ValueError:
            return False
        return bool(name) and (name == host or self._is_ours(name))


@lru_cache(maxsize=64)
def _host_name(header: bytes) -> str:
    """Take the name out of a Host header: no port, no brackets."""
    value = header.decode("latin-1").strip().lower()
    if value.startswith("["):
        return value[1:].split("]", 1)[0]
    return value.rsplit(":", 1)[0] if value.count(":") == 1 else value


@lru_cache(maxsize=64)
def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Entrance:
    """The way into one server, which every request takes before anything else is done with it."""

    guard: Guard
    verifier: Verifier | None
    realm: str

    @classmethod
    def of(cls, surface: Surface, guard: Guard) -> Entrance:
        return cls(guard, surface.verifier, surface.namespace)

    async def admit(self, scope: Message) -> Principal:
        """Say who calls; raises WrongHost, NotAllowed or NotAuthenticated."""
        self.guard.check(scope["headers"])
        if self.verifier is None:
            return _ANYBODY
        presented = _presented(scope, self.verifier.slot)
        known = [self.verifier.verify(value, self.guard.binds) for value in presented]
        if len(known) == 1 and known[0] is not None:
            return replace(known[0], mark=sha256(presented[0]).hexdigest())
        reason = _REASONS[min(len(known), 2)]
        challenge = ("WWW-Authenticate", self.verifier.challenge(self.realm))
        raise NotAuthenticated(f"this server asks for {self.verifier.wanted}; {reason}", headers=(challenge,))

    def cleared(self, scope: Message) -> Message:
        """Take the credential out of an admitted request: it is for this server, and for no upstream."""
        if self.verifier is None:
            return scope
        slot = self.verifier.slot
        if slot.place == "header":
            kept = [pair for pair in scope["headers"] if pair[0] != _name(slot)]
            return {**scope, "headers": kept}
        pieces = [piece for piece in scope["query_string"].split(b"&") if _parameter(piece)[0] != _name(slot)]
        return {**scope, "query_string": b"&".join(pieces)}


def _presented(scope: Message, slot: Slot) -> tuple[bytes, ...]:
    """Collect what a request has in the slot; several values are for nobody to choose from."""
    if slot.place == "header":
        found = ((name, value.strip(b" \t")) for name, value in scope["headers"])
    else:
        found = (_parameter(piece) for piece in scope["query_string"].split(b"&"))
    return tuple(value for name, value in found if name == _name(slot))


def _name(slot: Slot) -> bytes:
    return slot.name.encode()


def _parameter(piece: bytes) -> tuple[bytes, bytes]:
    name, _, value = piece.replace(b"+", b" ").partition(b"=")
    return unquote_to_bytes(name), unquote_to_bytes(value)
