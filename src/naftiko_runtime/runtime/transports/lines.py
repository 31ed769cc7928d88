"""The lines to the hosts of one API, and which of them are kept."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from functools import partial
from typing import cast

import aiohttp
from aiohttp.client_proto import ResponseHandler
from yarl import URL

from .line import Line
from .pool import KEEP_ALIVE_S, connected

_ADDRESS = re.compile(r"([^/?#]+//[^/?#]*)([^?#]*)(\?[^#]+)?[^\n]*", re.DOTALL)


class _Address(aiohttp.ClientRequest):
    """Where a line leads: all that a connector asks of a request that goes through no proxy."""

    def __init__(self, url: URL) -> None:
        # the library's own would put together a whole request, which takes as long as sending it
        if not url.raw_host:
            raise aiohttp.InvalidURL(url)
        self.url, self._ssl, self.server_hostname = url, True, None
        self.proxy, self.proxy_auth, self.proxy_headers = None, None, None


@dataclass(frozen=True, slots=True)
class Place:
    """Scheme, host and port, and the lines there that wait for a request; the one used last is first."""

    address: _Address
    host: str
    idle: list[Line] = field(default_factory=list)

    def take(self) -> Line | None:
        """Take a line that is kept."""
        while self.idle:
            line = self.idle.pop()
            if line.is_open:
                return line
        return None

    def keep(self, line: Line) -> float:
        self.idle.append(line)
        return KEEP_ALIVE_S


class Lines:
    """Opens lines with a connector of the library, which finds and checks addresses, and does TLS."""

    def __init__(self, name: str, connector: aiohttp.BaseConnector, timeout: aiohttp.ClientTimeout) -> None:
        self.name, self._connector, self._timeout = name, connector, timeout
        self._places: dict[str, Place] = {}
        # the library has no other way to say who reads answers
        factory = partial(Line, name, asyncio.get_running_loop(), timeout.sock_read or 0)
        connector._factory = cast("partial[ResponseHandler]", factory)

    def find(self, url: str) -> tuple[Place, str]:
        """Split an encoded URL into its place and what is asked for there; raises InvalidURL."""
        found = _ADDRESS.fullmatch(url)
        if found is None:
            raise aiohttp.InvalidURL(url)
        origin, path, query = found.groups("")
        place = self._places.get(origin)
        if place is None:
            address = URL(origin, encoded=True)
            place = self._places[origin] = Place(_Address(address), address.host_port_subcomponent or "")
        return place, (path or "/") + query

    async def open(self, place: Place) -> Line:
        """Open a line there."""
        connection = await connected(self._connector, place.address, self._timeout)
        line = cast("Line", connection.protocol)
        line.belong(place.keep, connection.close)
        return line

    async def close(self) -> None:
        """Close the lines that are kept; those that are used are for their callers to close."""
        for place in self._places.values():
            while place.idle:
                place.idle.pop().close()
        await self._connector.close()
