"""Serves a plan: opens sockets and clients, builds the faces, runs until told to stop."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import assert_never

from .. import __version__
from ..exposers import mcp, rest
from ..exposers.boundary import Guard
from ..plan.explain import Plan
from ..plan.surfaces import McpSurface, PassThrough, RestSurface
from ..runtime.bindings import bind
from ..runtime.engine import Engine, Settings, open_engine
from .listener import Listener, open_listeners
from .loop import new_event_loop
from .sandbox import Stage, open_stage
from .server import Job, run_servers

_BODY_LIMIT_BYTES = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Options:
    """How a plan is served; ``ports`` and ``base_uris`` go by namespace."""

    host: str | None = None
    ports: Mapping[str, int] = field(default_factory=dict)
    base_uris: Mapping[str, str] = field(default_factory=dict)
    allowed_hosts: frozenset[str] = frozenset()
    timeout_s: float = 50.0
    sandbox: bool = False


@dataclass(frozen=True, slots=True)
class Serving:
    """What is being served right now."""

    plan: Plan
    listeners: tuple[Listener, ...]
    base_uris: Mapping[str, str]


@asynccontextmanager
async def serving(plan: Plan, environ: Mapping[str, str], options: Options) -> AsyncIterator[Serving]:
    """Serve while the context lasts; raises BindError, ListenError or NoSandbox before anything runs."""
    async with AsyncExitStack() as stack:
        stage = Stage({}, environ)
        if options.sandbox:
            stage = await stack.enter_async_context(open_stage(plan, environ))
        bindings = bind(plan, stage.environ, {**stage.base_uris, **options.base_uris})
        listeners = open_listeners(plan.surfaces, options.host, options.ports)
        settings = Settings(options.timeout_s, f"naftiko-runtime/{__version__}")
        engine = await stack.enter_async_context(open_engine(plan, bindings, settings))
        guard = Guard(options.allowed_hosts)
        jobs = [_job(listener, listeners, engine, guard) for listener in listeners]
        await stack.enter_async_context(run_servers(*jobs, grace_s=options.timeout_s + 5))
        yield Serving(plan, listeners, bindings.base_uris)


def _job(listener: Listener, listeners: tuple[Listener, ...], engine: Engine, guard: Guard) -> Job:
    surface = listener.surface
    match surface:
        case RestSurface():
            app = rest.build_app(surface, engine.invoke, guard, limit_bytes=_BODY_LIMIT_BYTES)
            return Job(app, listener.socket)
        case McpSurface():
            app = mcp.build_app(
                surface,
                engine.invoke,
                guard,
                limit_bytes=_BODY_LIMIT_BYTES,
                rest_routes=_streaming_routes(listeners),
                version=__version__,
            )
            return Job(app, listener.socket, has_lifespan=True)
        case _:
            assert_never(surface)


def _streaming_routes(listeners: tuple[Listener, ...]) -> dict[str, str]:
    """Tell where REST streams each pass-through call: answers too large for a tool are there."""
    return {
        route.operation.body.call.name: listener.url + route.path
        for listener in listeners
        if isinstance(listener.surface, RestSurface)
        for route in listener.surface.routes
        if isinstance(route.operation.body, PassThrough)
    }


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


@contextmanager
def signals(stopped: asyncio.Event) -> Iterator[None]:
    """Turn the first signal into a wish to stop; then the old handlers are back, so a second one kills."""
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def stop(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(stopped.set)
        restore()

    for number in before:
        signal.signal(number, stop)
    try:
        yield
    finally:
        restore()


def serve(plan: Plan, environ: Mapping[str, str], options: Options | None = None) -> None:
    """Serve a plan in this thread until it is told to stop; see ``serving`` for what is raised."""
    run(serve_until_told(plan, environ, options or Options(), lambda served: None))


def run(work: Coroutine[None, None, None]) -> None:
    """Run in the fastest event loop that the platform has."""
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(work)
