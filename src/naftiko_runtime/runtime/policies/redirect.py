"""Follows redirects to hosts that the file declares; credentials stay where they belong."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TypeAlias
from urllib.parse import quote, urljoin, urlsplit

from ...plan.call import Inbound, Outbound
from ...plan.errors import CallError, UpstreamUnreachable
from ...plan.reading import header, read_start
from ...values import Secret
from . import Request
from .attempt import Client, attempt
from .held import Held

Origin: TypeAlias = tuple[str, str, int]

_FOLLOWED = frozenset({301, 302, 303, 307, 308})
_SAFE = frozenset({"GET", "HEAD"})
_HOPS = 5
_DRAINED_BYTES = 16 * 1024
_UNWANTED = re.compile(r"[\x00-\x20\x7f\\]")
_IN_URL = "%/:=&?~#+!$,;'@()*[]"
_PORTS = {"http": 80, "https": 443}
_PERSONAL = frozenset({"authorization", "cookie", "proxy-authorization"})
_ABOUT_BODY = "content-"


@dataclass(frozen=True, slots=True)
class Redirect:
    """Follows up to five; what may not be followed is an answer like any other.

    ``declared`` are the origins of all consumed APIs.
    """

    client: Client
    declared: frozenset[Origin]

    async def send(self, request: Request, held: Held) -> Inbound:
        inbound = await attempt(self.client, request, held)
        if inbound.status not in _FOLLOWED:
            return inbound
        return await self._follow(request, inbound, held)

    async def _follow(self, request: Request, inbound: Inbound, held: Held) -> Inbound:
        client, at = self.client, self.client.base_uri + _shown(request.outbound)
        for _ in range(_HOPS):
            target = _target(at, inbound)
            if target is None or not self._may_follow(request.outbound, inbound.status, at, target):
                return inbound
            if not _is_same(at, target):
                client = client.unsigned()
                request = replace(request, outbound=without_credentials(request.outbound))
            request = replace(request, outbound=_pointed(request.outbound, inbound.status, target))
            await _drain(inbound)
            client, at = client.at(_root(target)), target
            inbound = await _go_on(client, request, held)
            if inbound.status not in _FOLLOWED:
                break
        return inbound

    def _may_follow(self, outbound: Outbound, status: int, at: str, target: str) -> bool:
        """Tell whether a request may go on: what changes something only to where it was meant for (D14)."""
        is_same = _is_same(at, target)
        if not is_same and origin_of(target) not in self.declared:
            return False
        if outbound.method in _SAFE or status == 303:
            return True
        return status in (307, 308) and is_same and not outbound.is_streamed


def origin_of(url: str) -> Origin | None:
    """Take scheme, host and port of an address; None when it is none that could be called."""
    try:
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname or "@" in parts.netloc:
            return None
        return parts.scheme, parts.hostname, parts.port or _PORTS[parts.scheme]
    except ValueError:
        return None


def _target(at: str, inbound: Inbound) -> str | None:
    location = header(inbound.headers, "location")
    if not location or _UNWANTED.search(location):
        return None
    try:
        target = urljoin(at, quote(location, safe=_IN_URL, errors="surrogateescape"))
    except ValueError:
        return None
    return target.partition("#")[0] if origin_of(target) else None


def _is_same(at: str, target: str) -> bool:
    """Tell whether credentials may go along: to the same origin, or to the same host by TLS."""
    here, there = origin_of(at), origin_of(target)
    if here is not None and here[0] == "http" and here[2] == _PORTS["http"]:
        return there in (here, ("https", here[1], _PORTS["https"]))
    return here == there


def without_credentials(outbound: Outbound) -> Outbound:
    """Leave out what is secret or personal: another origin has no right to it."""
    kept = tuple(
        (name, value)
        for name, value in outbound.headers
        if name.lower() not in _PERSONAL and not isinstance(value, Secret)
    )
    body = None if isinstance(outbound.body, Secret) else outbound.body
    return replace(outbound, headers=kept, body=body)


def _pointed(outbound: Outbound, status: int, target: str) -> Outbound:
    """Point a request at a target; what answers a POST with 303 has another answer to be got (RFC 9110)."""
    parts = urlsplit(target)
    query = (parts.query,) if parts.query else ()
    outbound = replace(outbound, path=parts.path or "/", query=query)
    if status != 303 or outbound.method in _SAFE:
        return outbound
    headers = tuple(pair for pair in outbound.headers if not pair[0].lower().startswith(_ABOUT_BODY))
    return replace(outbound, method="GET", headers=headers, body=None)


def _root(target: str) -> str:
    parts = urlsplit(target)
    return f"{parts.scheme}://{parts.netloc}"


def _shown(outbound: Outbound) -> str:
    """Give what a relative redirect is relative to; of a secret path nothing is."""
    return "/" if isinstance(outbound.path, Secret) else outbound.path


async def _go_on(client: Client, request: Request, held: Held) -> Inbound:
    """Send what was pointed on; when nobody is there, the request before it was answered all the same."""
    try:
        return await attempt(client, request, held)
    except UpstreamUnreachable as error:
        error.was_sent = True
        raise


async def _drain(inbound: Inbound) -> None:
    """Read the rest, so that the connection can be used again."""
    with suppress(CallError):
        await read_start(inbound, _DRAINED_BYTES)
