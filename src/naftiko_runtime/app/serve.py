"""Serves a plan: opens sockets and clients, builds the faces, runs until told to stop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from functools import partial

from .. import __version__
from ..exposers import mcp
from ..exposers.guard import Guard
from ..plan.explain import Plan
from ..plan.surfaces import McpSurface, RestSurface
from .collecting import keep_all
from .faces import Faces
from .listener import Listener, check_namespaces, open_listeners
from .loop import run, signals
from .opening import Options, Prepared, engaged, opened, playing, prepared
from .server import run_servers
from .stdio import standard_streams, surface_for_stdio

FINISH_S = 5.0  # beyond the deadline of calls: until they are answered, and all is closed


@dataclass(frozen=True, slots=True)
class Serving:
    """What is being served right now; ``over_stdio`` is the server that has standard input and output."""

    plan: Plan
    listeners: tuple[Listener, ...]
    base_uris: Mapping[str, str]
    sandboxed: frozenset[str] = frozenset()
    over_stdio: McpSurface | None = None
    workers: int = 1


@dataclass(frozen=True, slots=True)
class Ready:
    """Everything that serving needs and that can be had before anything runs."""

    plan: Plan
    known: Prepared
    listeners: tuple[Listener, ...]


@contextmanager
def made_ready(plan: Plan, environ: Mapping[str, str], options: Options) -> Iterator[Ready]:
    """Bind values and open all sockets; raises BindError, ListenError or NoSandbox."""
    with ExitStack() as stack:
        known = stack.enter_context(prepared(plan, environ, options))
        rest = tuple(surface for surface in plan.surfaces if isinstance(surface, RestSurface))
        check_namespaces("--forward-query", options.forward_query, rest)
        listeners = open_listeners(plan.surfaces, options.host, options.ports)
        for listener in listeners:
            stack.callback(listener.socket.close)
        yield Ready(plan, known, listeners)


@asynccontextmanager
async def serving(plan: Plan, environ: Mapping[str, str], options: Options) -> AsyncIterator[Serving]:
    """Serve while the context lasts; raises BindError, ListenError or NoSandbox before anything runs."""
    with made_ready(plan, environ, options) as ready:
        async with playing(ready.known.stage.stand_ins), faced(ready, options) as served:
            yield served


@asynccontextmanager
async def faced(ready: Ready, options: Options) -> AsyncIterator[Serving]:
    """Serve what is ready while the context lasts; its stand-ins play elsewhere."""
    plan, listeners = ready.plan, ready.listeners
    async with engaged(ready.known, options) as called:
        # whoever is told to listen under a name is meant when called by it
        hosts = options.allowed_hosts | {listener.host.lower() for listener in listeners}
        guard = Guard(hosts, called.engine.binds, options.state_keys)
        faces = Faces(
            plan,
            listeners,
            called.engine,
            guard,
            options.forward_query,
            __version__,
            options.hot_lane,
            mcp.SessionLimits(idle_s=options.session_idle_s),
        )
        async with run_servers(*faces.jobs(), grace_s=options.timeout_s + FINISH_S):
            yield Serving(plan, listeners, called.base_uris, called.sandboxed)


@asynccontextmanager
async def _over_stdio(
    plan: Plan, environ: Mapping[str, str], options: Options
) -> AsyncIterator[tuple[Serving, Callable[[], Coroutine[object, object, None]]]]:
    """Open what one MCP server needs; the second thing that it gives serves until the other side is done."""
    surface = surface_for_stdio(plan)
    async with opened(plan, environ, options) as called:
        with standard_streams() as wire:
            serve_all = partial(
                mcp.serve_lines,
                surface,
                called.engine.invoke,
                __version__,
                wire.lines(),
                wire.write,
                has_hot_lane=options.hot_lane,
            )
            yield Serving(plan, (), called.base_uris, called.sandboxed, surface), serve_all


async def serve_until_told(
    plan: Plan, environ: Mapping[str, str], options: Options, ready: Callable[[Serving], None]
) -> None:
    """Serve until SIGINT or SIGTERM; running calls finish first, a second signal does not wait for them."""
    stopped = asyncio.Event()
    with signals(stopped):
        async with serving(plan, environ, options) as served:
            keep_all()
            ready(served)
            await stopped.wait()


async def serve_stdio_until_told(
    plan: Plan, environ: Mapping[str, str], options: Options, ready: Callable[[Serving], None]
) -> None:
    """Serve one MCP server over standard input and output until that ends, or a signal comes."""
    stopped = asyncio.Event()
    with signals(stopped):
        async with _over_stdio(plan, environ, options) as (served, serve_all):
            keep_all()
            ready(served)
            told = asyncio.create_task(stopped.wait())
            talking = asyncio.create_task(serve_all())
            await asyncio.wait((told, talking), return_when=asyncio.FIRST_COMPLETED)
            for task in (told, talking):
                task.cancel()
            with suppress(asyncio.CancelledError):
                await talking


def serve(plan: Plan, environ: Mapping[str, str], options: Options | None = None) -> None:
    """Serve a plan in this thread until it is told to stop; see ``serving`` for what is raised."""
    run(serve_until_told(plan, environ, options or Options(), lambda served: None))
