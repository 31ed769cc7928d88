"""Sockets that are open before anything is promised, so that a taken port is one clear line."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address

from ..plan.surfaces import McpSurface, RestSurface, Surface


class ListenError(Exception):
    """An address or port that cannot be listened on; the sentence says which and why."""


@dataclass(frozen=True, slots=True)
class Listener:
    """An open socket and the server that it belongs to."""

    surface: Surface
    socket: socket.socket
    host: str
    port: int

    @property
    def url(self) -> str:
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104 - compared, not bound
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

    @property
    def offers(self) -> str:
        if isinstance(self.surface, RestSurface):
            return f"{len(self.surface.routes)} routes"
        return f"{len(self.surface.tools)} tools"


def open_listeners(
    surfaces: tuple[Surface, ...], host: str | None, ports: Mapping[str, int]
) -> tuple[Listener, ...]:
    """Open a socket for every server (D9); on failure those already open are closed again."""
    unknown = sorted(set(ports) - {surface.namespace for surface in surfaces})
    if unknown:
        known = ", ".join(surface.namespace for surface in surfaces)
        raise ListenError(f"--port names {unknown[0]!r}, which this file does not expose; it exposes {known}")
    opened: list[Listener] = []
    try:
        for surface in surfaces:
            address = host or surface.address or "127.0.0.1"
            opened.append(_open(surface, address, ports.get(surface.namespace, surface.port)))
    except ListenError:
        for listener in opened:
            listener.socket.close()
        raise
    return tuple(opened)


def _open(surface: Surface, host: str, port: int) -> Listener:
    bound = open_socket(host, port, f"{surface.namespace} cannot listen on {host}:{port}")
    return Listener(surface, bound, host, bound.getsockname()[1])


def open_socket(host: str, port: int, failed: str) -> socket.socket:
    """Open one listening socket; raises ListenError that begins with ``failed``."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        bound = socket.socket(family, kind, protocol)
    except OSError as error:
        raise ListenError(f"{failed}: {error.strerror or error}") from None
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
        bound.listen(2048)
    except (OSError, OverflowError) as error:
        bound.close()
        reason = getattr(error, "strerror", None) or str(error)
        raise ListenError(f"{failed}: {reason}; another port: --port NAMESPACE=PORT") from None
    bound.setblocking(False)
    return bound
