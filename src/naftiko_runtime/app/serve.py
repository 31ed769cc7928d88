"""Serves a plan: opens sockets and clients, builds the faces, runs until told to stop."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import anyio

from .. import __version__
from ..exposers import mcp
from ..exposers.guard import Guard
from ..plan.explain import Plan
from ..plan.surfaces import McpSurface, RestSurface
from ..runtime.bindings import bind
from ..runtime.engine import Engine, Settings, open_engine
from ..runtime.policies.egress import Network
from ..runtime.proxies import Proxies
from .faces import Faces
from .listener import Listener, check_namespaces, open_listeners
from .loop import run, signals
from .sandbox import Stage, open_stage
from .server import run_servers
from .stdio import standard_streams, surface_for_stdio


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
    networks: tuple[Network, ...] = ()
    proxies: Proxies = field(default_factory=Proxies)
    sandbox: bool = False


@dataclass(frozen=True, slots=True)
class Serving:
    """What is being served right now; ``over_stdio`` is the server that has standard input and output."""

    plan: Plan
    listeners: tuple[Listener, ...]
    base_uris: Mapping[str, str]
    sandboxed: frozenset[str] = frozenset()
    over_stdio: McpSurface | None = None


@dataclass(frozen=True, slots=True)
class _Opened:
    """An engine that is ready to call, and whom it calls."""

    engine: Engine
    base_uris: Mapping[str, str]
    sandboxed: frozenset[str]


@asynccontextmanager
async def _opened(plan: Plan, environ: Mapping[str, str], options: Options) -> AsyncIterator[_Opened]:
    async with AsyncExitStack() as stack:
        stage = Stage(plan, {}, environ)
        if options.sandbox:
            stage = await stack.enter_async_context(open_stage(plan, environ, options.base_uris))
        bindings = bind(stage.plan, stage.environ, {**stage.base_uris, **options.base_uris})
        engine = await stack.enter_async_context(open_engine(stage.plan, bindings, _settings(options)))
        yield _Opened(engine, bindings.base_uris, frozenset(stage.base_uris))


@asynccontextmanager
async def serving(plan: Plan, environ: Mapping[str, str], options: Options) -> AsyncIterator[Serving]:
    """Serve while the context lasts; raises BindError, ListenError or NoSandbox before anything runs."""
    async with AsyncExitStack() as stack:
        opened = await stack.enter_async_context(_opened(plan, environ, options))
        rest = tuple(surface for surface in plan.surfaces if isinstance(surface, RestSurface))
        check_namespaces("--forward-query", options.forward_query, rest)
        listeners = open_listeners(plan.surfaces, options.host, options.ports)
        for listener in listeners:
            stack.callback(listener.socket.close)
        # whoever is told to listen under a name is meant when called by it
        hosts = options.allowed_hosts | {listener.host.lower() for listener in listeners}
        guard = Guard(hosts, opened.engine.binds)
        faces = Faces(plan, listeners, opened.engine, guard, options.forward_query, __version__)
        await stack.enter_async_context(run_servers(*faces.jobs(), grace_s=options.timeout_s + 5))
        yield Serving(plan, listeners, opened.base_uris, opened.sandboxed)


@asynccontextmanager
async def _over_stdio(
    plan: Plan, environ: Mapping[str, str], options: Options
) -> AsyncIterator[tuple[Serving, Callable[[], Awaitable[None]]]]:
    """Open what one MCP server needs; the second thing that it gives serves until the other side is done."""
    surface = surface_for_stdio(plan)
    async with _opened(plan, environ, options) as opened:
        server = mcp.build_server(surface, opened.engine.invoke, rest_routes={}, version=__version__)
        with standard_streams() as wire:
            yield (
                Serving(plan, (), opened.base_uris, opened.sandboxed, surface),
                lambda: mcp.serve_lines(server, wire.lines(), wire.write),
            )


def _settings(options: Options) -> Settings:
    return Settings(
        timeout_s=options.timeout_s,
        user_agent=f"naftiko-runtime/{__version__}",
        retries=options.retries,
        concurrency=options.concurrency,
        networks=options.networks,
        proxies=options.proxies,
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


async def serve_stdio_until_told(
    plan: Plan, environ: Mapping[str, str], options: Options, ready: Callable[[Serving], None]
) -> None:
    """Serve one MCP server over standard input and output until that ends, or a signal comes."""
    stopped = asyncio.Event()
    with signals(stopped):
        async with (
            _over_stdio(plan, environ, options) as (served, serve_all),
            anyio.create_task_group() as tasks,
        ):
            ready(served)

            async def leave() -> None:
                await stopped.wait()
                tasks.cancel_scope.cancel()

            tasks.start_soon(leave)
            await serve_all()
            tasks.cancel_scope.cancel()


def serve(plan: Plan, environ: Mapping[str, str], options: Options | None = None) -> None:
    """Serve a plan in this thread until it is told to stop; see ``serving`` for what is raised."""
    run(serve_until_told(plan, environ, options or Options(), lambda served: None))
