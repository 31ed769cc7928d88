"""Opens what calls are made with: stand-ins where they are asked for, bound values, an engine."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from secrets import token_hex
from typing import TYPE_CHECKING

from .. import __version__
from ..plan.explain import Plan
from ..runtime.bindings import Bindings, bind
from ..runtime.engine import Engine, Settings, open_engine
from ..runtime.observing import Observer
from ..runtime.policies.egress import Network
from ..runtime.proxies import Proxies
from ..runtime.transports import Lookup, system_lookup
from ..values.later import later
from .stage import Stage, StandIn

if TYPE_CHECKING:
    from . import sandbox
else:
    sandbox = later(".sandbox", __package__)


def new_keys() -> tuple[str, ...]:
    return (token_hex(32),)


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
    # seal what clients are given to keep: the first; all open it
    state_keys: tuple[str, ...] = field(default_factory=new_keys, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Opened:
    """An engine that is ready to call, and whom it calls."""

    engine: Engine
    base_uris: Mapping[str, str]
    sandboxed: frozenset[str]


@dataclass(frozen=True, slots=True)
class Prepared:
    """What an engine is opened with: all that can be wrong with it is told before anything runs."""

    stage: Stage
    bindings: Bindings


@contextmanager
def prepared(plan: Plan, environ: Mapping[str, str], options: Options) -> Iterator[Prepared]:
    """Bind values, and open sockets for stand-ins; raises BindError, ListenError or NoSandbox."""
    with ExitStack() as stack:
        stage = Stage(plan, {}, environ)
        if options.sandbox:
            stage = stack.enter_context(sandbox.set_stage(plan, environ, options.base_uris))
        yield Prepared(stage, bind(stage.plan, stage.environ, {**stage.base_uris, **options.base_uris}))


@asynccontextmanager
async def opened(
    plan: Plan, environ: Mapping[str, str], options: Options, observer: Observer | None = None
) -> AsyncIterator[Opened]:
    """Open an engine while the context lasts, and let stand-ins play; raises as ``prepared``."""
    with prepared(plan, environ, options) as known:
        async with playing(known.stage.stand_ins), engaged(known, options, observer) as called:
            yield called


@asynccontextmanager
async def playing(stand_ins: tuple[StandIn, ...]) -> AsyncIterator[None]:
    """Let stand-ins play while the context lasts, if there are any."""
    async with AsyncExitStack() as stack:
        if stand_ins:
            await stack.enter_async_context(sandbox.acting(stand_ins))
        yield


@asynccontextmanager
async def engaged(
    known: Prepared, options: Options, observer: Observer | None = None
) -> AsyncIterator[Opened]:
    """Open an engine while the context lasts; its stand-ins play elsewhere."""
    stage, bindings = known.stage, known.bindings
    async with open_engine(stage.plan, bindings, _settings(options, observer)) as engine:
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
