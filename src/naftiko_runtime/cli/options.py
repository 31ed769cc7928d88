"""What the command line says about serving, and what the environment says where it does not."""

from __future__ import annotations

from argparse import ArgumentTypeError, Namespace
from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

from ..app.opening import Options, new_keys
from ..runtime.policies.egress import Network
from ..runtime.proxies import Proxies
from .failure import Failure
from .readers import count, network, number, positive, seconds

_T = TypeVar("_T")

_KEY_BYTES = 32
_YES = frozenset({"1", "true", "yes", "on"})


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
        networks=(*_networks(environ), *arguments.allow_address),
        proxies=_proxies(arguments, environ),
        sandbox=arguments.sandbox,
        hot_lane=arguments.hot_lane,
        state_keys=_state_keys(environ) or new_keys(),
    )


def read_workers(arguments: Namespace, environ: Mapping[str, str]) -> int:
    """Say how many processes are to serve; raises Failure for a variable that says no number."""
    said = _said(arguments.workers, environ, "NAFTIKO_WORKERS", number)
    return 1 if said is None else said


def _state_keys(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Read the keys that several processes share; they are secret, so they are not shown."""
    keys = tuple(key.strip() for key in environ.get("NAFTIKO_STATE_KEY", "").split(",") if key.strip())
    if any(len(key.encode()) < _KEY_BYTES for key in keys):
        raise Failure(f"NAFTIKO_STATE_KEY: a key has at least {_KEY_BYTES} characters, which are random")
    if len(set(keys)) < len(keys):
        raise Failure("NAFTIKO_STATE_KEY: the same key stands there twice")
    return keys


def _networks(environ: Mapping[str, str]) -> Iterator[Network]:
    for text in environ.get("NAFTIKO_ALLOWED_ADDRESSES", "").split(","):
        if text.strip():
            try:
                yield network(text)
            except ArgumentTypeError as error:
                raise Failure(f"NAFTIKO_ALLOWED_ADDRESSES: {error}") from None


def _proxies(arguments: Namespace, environ: Mapping[str, str]) -> Proxies:
    if not arguments.proxy_from_env and environ.get("NAFTIKO_PROXY_FROM_ENV", "").lower() not in _YES:
        return Proxies()
    proxies = Proxies.of(environ)
    for url in proxies.urls():
        if not url.startswith(("http://", "https://")):  # it may hold a password, so it is not shown
            raise Failure(f"a proxy of the environment is {url.partition(':')[0]}, not http or https")
    return proxies


def _said(given: _T | None, environ: Mapping[str, str], name: str, read: Callable[[str], _T]) -> _T | None:
    if given is not None or not environ.get(name):
        return given
    try:
        return read(environ[name])
    except ArgumentTypeError as error:
        raise Failure(f"{name}: {error}") from None
