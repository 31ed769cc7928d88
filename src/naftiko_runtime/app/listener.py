"""Sockets that are open before anything is promised, so that a taken port is one clear line."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address

from ..plan.surfaces import McpSurface, RestSurface, Surface
from ..source.diagnostics import did_you_mean

QUEUE = 2048  # connections that wait to be taken; the system may have a lower limit

# where a server that listens on every address can be reached from here
_LOCAL: Mapping[str, str] = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared, not bound


class ListenError(Exception):
    """A server that cannot be had where it was asked for; the sentence says which and why."""


@dataclass(frozen=True, slots=True)
class Listener:
    """An open socket and the server that it belongs to."""

    surface: Surface
    socket: socket.socket
    host: str
    port: int

    @property
    def url(self) -> str:
        host = _LOCAL.get(self.host, self.host)
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def is_local(self) -> bool:
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    @property
    def kind(self) -> str:
        return "MCP" if isinstance(self.surface, McpSurface) else "REST"


def offers(surface: Surface) -> str:
    """Count what a server has for its callers."""
    if isinstance(surface, RestSurface):
        return f"{len(surface.routes) + len(surface.forwards)} routes"
    return f"{len(surface.tools)} tools"


def open_listeners(
    surfaces: tuple[Surface, ...], host: str | None, ports: Mapping[str, int]
) -> tuple[Listener, ...]:
    """Open a socket for every server that has a port (D9); on failure those already open are closed again."""
    check_namespaces("--port", ports, surfaces)
    opened: list[Listener] = []
    try:
        for surface in surfaces:
            address = host or surface.address or "127.0.0.1"
            port = ports.get(surface.namespace, surface.port)
            if port is not None:
                opened.append(_open(surface, address, port))
    except ListenError:
        for listener in opened:
            listener.socket.close()
        raise
    return tuple(opened)


def check_namespaces(option: str, named: Iterable[str], surfaces: Iterable[Surface]) -> None:
    """Refuse an option for a server that does not exist."""
    known = [surface.namespace for surface in surfaces]
    for name in sorted(set(named).difference(known)):
        hint = did_you_mean(name, known) or f"it exposes {', '.join(known) or 'nothing like it'}"
        raise ListenError(f"{option} names {name!r}, which this file does not expose; {hint}")


def _open(surface: Surface, host: str, port: int) -> Listener:
    failed = f"{surface.namespace} cannot listen on {host}:{port}"
    bound = open_socket(host, port, failed, taken=f"another port: --port {surface.namespace}=PORT")
    return Listener(surface, bound, host, bound.getsockname()[1])


def open_socket(host: str, port: int, failed: str, *, taken: str) -> socket.socket:
    """Open one listening socket; raises ListenError: ``failed``, why, and ``taken`` when others have it."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        bound = socket.socket(family, kind, protocol)
    except (OSError, UnicodeError) as error:
        raise ListenError(f"{failed}: {_reason(error)}") from None
    try:
        # on Windows this option would let two programs share a port
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, os.name == "posix")
        bound.bind((address[0], port, *address[2:]))  # getaddrinfo folds ports beyond 65535
        bound.listen(QUEUE)
    except (OSError, OverflowError) as error:
        bound.close()
        is_taken = getattr(error, "errno", None) == errno.EADDRINUSE
        raise ListenError(f"{failed}: {_reason(error)}{f'; {taken}' if is_taken else ''}") from None
    bound.setblocking(False)
    return bound


def _reason(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)
