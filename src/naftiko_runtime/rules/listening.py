"""Where servers listen: addresses and ports."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from ..spec.exposes import ControlSpec
from .host import is_loopback, is_placeholder
from .repeat import repeats
from .rule import Finding
from .survey import Survey


def address_is_real(survey: Survey) -> Iterator[Finding]:
    for server in survey.servers:
        if server.address and is_placeholder(server.address):
            message = f"address {server.address!r} is an example, and nobody can listen there"
            hint = "write 127.0.0.1, 0.0.0.0 or an address of this machine, or leave it away for loopback"
            yield Finding(message, server.span("address"), hint)


def ports_unique(survey: Survey) -> Iterator[Finding]:
    """Find a port of two servers, of which only one could listen."""
    for first, second in repeats(survey.servers, lambda server: server.port):
        line = first.span("port").line
        message = f"port {second.port} is taken by the {first.type} server on line {line}"
        yield Finding(message, second.span("port"), "give each server a port of its own")


def one_control_server(survey: Survey) -> Iterator[Finding]:
    for server in islice(survey.every(ControlSpec), 1, None):
        yield Finding("a second control server; a capability has one", server.span("type"), "remove one")


def control_is_local(survey: Survey) -> Iterator[Finding]:
    for server in survey.every(ControlSpec):
        if server.address and not is_loopback(server.address):
            message = f"the control server listens on {server.address!r}, which others can reach"
            hint = "write 'localhost', or leave 'address' away"
            yield Finding(message, server.span("address"), hint)
