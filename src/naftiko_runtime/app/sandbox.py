"""Stand-in upstreams on loopback, for trying a capability without a key (D18)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from naftiko_sandbox import DEFAULT_KEY, SANDBOXES, Sandbox, sandbox_for

from ..plan.explain import Plan
from .listener import open_socket
from .server import Job, run_servers

_JOB_S = 60.0


class NoSandbox(Exception):
    """No stand-in exists for an API of this file."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the stand-ins play, and the environment that lets a plan run without real keys."""

    base_uris: Mapping[str, str]
    environ: Mapping[str, str] = field(repr=False)


@asynccontextmanager
async def open_stage(plan: Plan, environ: Mapping[str, str]) -> AsyncIterator[Stage]:
    """Start a stand-in for every consumed API; variables that are not set become ``sandbox-key``."""
    filled = {bind.source: environ.get(bind.source) or DEFAULT_KEY for bind in plan.binds}
    key = next(iter(filled.values()), DEFAULT_KEY)
    base_uris: dict[str, str] = {}
    async with AsyncExitStack() as stack:
        for api in plan.apis.values():
            sandbox = _find(api.base_uri)
            url = await stack.enter_async_context(play(sandbox, port=0, key=key))
            base_uris[api.namespace] = url + sandbox.base_path
        yield Stage(base_uris, {**environ, **filled})


@asynccontextmanager
async def play(sandbox: Sandbox, *, port: int, key: str, job_s: float = _JOB_S) -> AsyncIterator[str]:
    """Serve one stand-in on loopback and yield its URL; ``job_s`` is how long a whole job takes."""
    bound = open_socket("127.0.0.1", port, f"the {sandbox.name} sandbox cannot listen on 127.0.0.1:{port}")
    async with run_servers(Job(sandbox.build(key, job_s), bound), grace_s=1):
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"


def _find(base_uri: str | None) -> Sandbox:
    host = urlsplit(base_uri or "").hostname or ""
    sandbox = sandbox_for(host)
    if sandbox is None:
        known = ", ".join(host for sandbox in SANDBOXES.values() for host in sandbox.hosts)
        raise NoSandbox(
            f"there is no sandbox for {host or 'an API without address'}; there is one for {known}"
        )
    return sandbox
