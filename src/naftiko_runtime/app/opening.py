"""Opens what calls are made with: stand-ins where they are asked for, bound values, an engine."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .. import __version__
from ..plan.explain import Plan
from ..runtime.bindings import bind
from ..runtime.engine import Engine, Settings, open_engine
from ..runtime.observing import Observer
from ..runtime.policies.egress import Network
from ..runtime.proxies import Proxies
from ..runtime.transports import Lookup, system_lookup
from ..values.later import later
from .stage import Stage

if TYPE_CHECKING:
    from . import sandbox
else:
    sandbox = later(".sandbox", __package__)


@dataclass(frozen=True, slots=True)
class Options:
    """How a plan is served or called; ``ports``, ``base_uris`` and ``forward_query`` go by namespace."""

    host: str | None = None
    ports: Mapping[str, int] = field(default_factory=dict)
    base_uris: Mapping[str, str] = field(default_factory=dict)
    allowed_hosts: frozenset[str] = frozenset()
    forward_query: frozenset[str] = frozenset()
    timeout_s: float = 50.0
    session_idle_s: float = 1800.0
    retries: int | None = None
    concurrency: int | None = None
    networks: tuple[Network, ...] = ()
    proxies: Proxies = field(default_factory=Proxies)
    lookup: Lookup = system_lookup
    sandbox: bool = False
    hot_lane: bool = True


@dataclass(frozen=True, slots=True)
class Opened:
    """An engine that is ready to call, and whom it calls."""

    engine: Engine
    base_uris: Mapping[str, str]
    sandboxed: frozenset[str]


@asynccontextmanager
async def opened(
    plan: Plan, environ: Mapping[str, str], options: Options, observer: Observer | None = None
) -> AsyncIterator[Opened]:
    """Open an engine while the context lasts; raises BindError, ListenError or NoSandbox."""
    async with AsyncExitStack() as stack:
        stage = Stage(plan, {}, environ)
        if options.sandbox:
            stage = await stack.enter_async_context(sandbox.open_stage(plan, environ, options.base_uris))
        bindings = bind(stage.plan, stage.environ, {**stage.base_uris, **options.base_uris})
        engine = await stack.enter_async_context(
            open_engine(stage.plan, bindings, _settings(options, observer))
        )
        yield Opened(engine, bindings.base_uris, frozenset(stage.base_uris))


def _settings(options: Options, observer: Observer | None) -> Settings:
    return Settings(
        timeout_s=options.timeout_s,
        user_agent=f"naftiko-runtime/{__version__}",
        retries=options.retries,
        concurrency=options.concurrency,
        networks=options.networks,
        proxies=options.proxies,
        observer=observer,
        lookup=options.lookup,
    )
