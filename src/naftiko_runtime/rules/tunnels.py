"""Tunnels: APIs that are reached through an overlay network."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..spec.consumes import HttpSpec, TunnelSpec
from .host import host_of, is_internal, is_loopback
from .rule import Finding
from .survey import Survey

_VARIABLE = re.compile(r"\{\{\{?\s*([^{}\s]+)\s*\}")


def identity_is_bound(survey: Survey) -> Iterator[Finding]:
    """Find variables of an identity that this file does not bind; imported binds are not known here."""
    for _, tunnel in _tunnels(survey) if not survey.has_imports else ():
        for word in _VARIABLE.findall(tunnel.identity or ""):
            if word.replace(":", ".") not in survey.variables:
                message = f"no bind declares {word!r}, which is the identity of the tunnel"
                yield Finding(message, tunnel.span("identity"), "declare it under 'binds'")


def fallback_stays_here(survey: Survey) -> Iterator[Finding]:
    for api, tunnel in _tunnels(survey):
        host = host_of(api.base_uri)
        if tunnel.fallback == "direct" and not (host and is_loopback(host)):
            where = f"at {host!r}" if host else "at an address that is not known yet"
            message = f"without its tunnel, {api.namespace!r} is called directly {where}"
            yield Finding(message, tunnel.span("fallback"), "write 'fallback: fail', or a loopback base URI")


def base_uri_is_inside(survey: Survey) -> Iterator[Finding]:
    for api, _ in _tunnels(survey):
        host = host_of(api.base_uri)
        if host is not None and not is_internal(host):
            message = f"{api.namespace!r} has a tunnel, and a base URI with the public host {host!r}"
            yield Finding(message, api.span("baseUri"), "write the name that the service has in the tunnel")


def _tunnels(survey: Survey) -> Iterator[tuple[HttpSpec, TunnelSpec]]:
    for api in survey.every(HttpSpec):
        if api.tunnel is not None:
            yield api, api.tunnel
