"""Serves a plan: opens sockets and clients, builds the faces, runs until told to stop."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from .. import __version__
from ..exposers.guard import Guard
from ..plan.explain import Plan
from ..plan.surfaces import RestSurface
from ..runtime.bindings import bind
from ..runtime.engine import Settings, open_engine
from .faces import Faces
from .listener import Listener, check_namespaces, open_listeners
from .loop import run, signals
from .sandbox import Stage, open_stage
from .server import run_servers


@dataclass(frozen=True, slots=True)
class Options:
    """How a plan is served; ``ports``, ``base_uris`` and ``forward_query`` go by namespace."""

    host: str | None = None
    ports: Mapping[str, int] = field(default_factory=dict)
    base_uris: Mapping[str, str] = field(default_factory=dict)
    allowed_hosts: frozenset[str] = frozenset()
    forward_query: frozenset[str] = frozenset()
    timeout_s: float = 50.0
    retries: int | None = None
    concurrency: int | None = None
    sandbox: bool = False


@dataclass(frozen=True, slots=True)
class Serving:
    """What is being served right now."""

    plan: Plan
    listeners: tuple[Listener, ...]
    base_uris: Mapping[str, str]
    sandboxed: frozenset[str] = frozenset()


@asynccontextmanager
async def serving(plan: Plan, environ: Mapping[str, str], options: Options) -> AsyncIterator[Serving]:
    """Serve while the context lasts; raises BindError, ListenError or NoSandbox before anything runs."""
    async with AsyncExitStack() as stack:
        stage = Stage(plan, {}, environ)
        if options.sandbox:
            stage = await stack.enter_async_context(open_stage(plan, environ, options.base_uris))
        bindings = bind(stage.plan, stage.environ, {**stage.base_uris, **options.base_uris})
        rest = tuple(surface for surface in plan.surfaces if isinstance(surface, RestSurface))
        check_namespaces("--forward-query", options.forward_query, rest)
        listeners = open_listeners(plan.surfaces, options.host, options.ports)
        for listener in listeners:
            stack.callback(listener.socket.close)
        settings = _settings(options)
        engine = await stack.enter_async_context(open_engine(plan, bindings, settings))
        # whoever is told to listen under a name is meant when called by it
        hosts = options.allowed_hosts | {listener.host.lower() for listener in listeners}
        guard = Guard(hosts, engine.binds)
        faces = Faces(plan, listeners, engine, guard, options.forward_query, __version__)
        await stack.enter_async_context(run_servers(*faces.jobs(), grace_s=options.timeout_s + 5))
        yield Serving(plan, listeners, bindings.base_uris, frozenset(stage.base_uris))


def _settings(options: Options) -> Settings:
    return Settings(
        timeout_s=options.timeout_s,
        user_agent=f"naftiko-runtime/{__version__}",
        retries=options.retries,
        concurrency=options.concurrency,
    )


async def serve_until_told(
    plan: Plan, environ: Mapping[str, str], options: Options, ready: Callable[[Serving], None]
) -> None:
    """Serve until SIGINT or SIGTERM; running calls finish first, a second signal does not wait for them."""
    stopped = asyncio.Event()
    with signals(stopped):
        async with serving(plan, environ, options) as served:
            # what lives now lives on: keep the collector from walking it again and again
            gc.collect()
            gc.freeze()
            ready(served)
            await stopped.wait()


def serve(plan: Plan, environ: Mapping[str, str], options: Options | None = None) -> None:
    """Serve a plan in this thread until it is told to stop; see ``serving`` for what is raised."""
    run(serve_until_told(plan, environ, options or Options(), lambda served: None))
