"""What the command line says about serving, and what the environment says where it does not."""

from __future__ import annotations

from argparse import ArgumentTypeError, Namespace
from collections.abc import Callable, Mapping
from typing import TypeVar

from ..app.serve import Options
from .failure import Failure
from .parser import count, positive, seconds

_T = TypeVar("_T")


def read_options(arguments: Namespace, environ: Mapping[str, str]) -> Options:
    """Put options together; raises Failure for a variable that says nothing sensible."""
    allowed = environ.get("NAFTIKO_ALLOWED_HOSTS", "").split(",") + arguments.allowed_host
    return Options(
        host=arguments.host or environ.get("NAFTIKO_HOST") or None,
        ports=dict(arguments.port),
        base_uris=dict(arguments.base_uri),
        allowed_hosts=frozenset(host.strip().lower() for host in allowed if host.strip()),
        forward_query=frozenset(arguments.forward_query),
        timeout_s=_said(arguments.timeout, environ, "NAFTIKO_TIMEOUT", seconds) or 50.0,
        retries=_said(arguments.retries, environ, "NAFTIKO_RETRIES", count),
        concurrency=_said(arguments.concurrency, environ, "NAFTIKO_CONCURRENCY", positive),
        sandbox=arguments.sandbox,
    )


def _said(given: _T | None, environ: Mapping[str, str], name: str, read: Callable[[str], _T]) -> _T | None:
    if given is not None or not environ.get(name):
        return given
    try:
        return read(environ[name])
    except ArgumentTypeError as error:
        raise Failure(f"{name}: {error}") from None
