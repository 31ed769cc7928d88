"""Runs operations: argument check, deadline, call, one log line; the only way in is ``invoke``."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import assert_never

from ..expr.scope import Scope
from ..expr.sink import Unsendable, header_text
from ..plan.asking import NOBODY, Asker, check_askable
from ..plan.call import HttpCall, Inbound, Outbound
from ..plan.credential import Memo
from ..plan.errors import (
    BadArgument,
    InvalidArguments,
    NotLinked,
    UpstreamTimeout,
)
from ..plan.explain import Api, Plan
from ..plan.flow import Answer, Effects, Flow
from ..plan.forward import Forward
from ..plan.journal import Journaled
from ..plan.remedy import ErrorRule
from ..plan.resilience import Limits
from ..plan.surfaces import Context, Operation, PassThrough, Refused, Result
from ..values import Json, Secret
from .bindings import Bindings
from .client import Client
from .deadlines import Deadline, Deadlines
from .declared import as_declared
from .invocation import Invocation
from .observing import Observer
from .policies import Sender
from .policies.chain import chain
from .policies.egress import Egress, Network, host_of
from .policies.held import Held
from .policies.redirect import Origin, origin_of
from .proxies import Proxies
from .renewing import Renewer, place_of
from .running import Running, with_headers
from .timely import Timely
from .transports import Lookup, Transport, system_lookup
from .transports.aiohttp import open_aiohttp
from .transports.pool import Outside


@dataclass(frozen=True, slots=True)
class Settings:
    """How the engine calls; the default deadline is below the 60 s after which SDKs try again (D14)."""

    timeout_s: float = 50.0
    user_agent: str = "naftiko-runtime"
    retries: int | None = None  # None leaves it to the file
    concurrency: int | None = None
    networks: tuple[Network, ...] = ()  # addresses that may be called although they are not public
    proxies: Proxies = field(default_factory=Proxies)
    lookup: Lookup = system_lookup
    observer: Observer | None = None


@dataclass(frozen=True, slots=True)
class Engine:
    """A plan with open connections."""

    senders: Mapping[str, Sender]
    errors: Mapping[str, tuple[ErrorRule, ...]]
    binds: Mapping[str, Secret] = field(repr=False)
    settings: Settings = field(default_factory=Settings)
    deadlines: Deadlines = field(default_factory=Deadlines, repr=False)

    def invoke(
        self, operation: Operation, raw: Mapping[str, Json], context: Context
    ) -> AbstractAsyncContextManager[Result]:
        """Run an operation; raises CallError. The deadline ends when the answer's headers are there."""
        return Invocation(self, operation, raw, context)

    def run(
        self, operation: Operation, raw: Mapping[str, Json], context: Context, held: Held
    ) -> Awaitable[Result]:
        """Do the work of an invocation."""
        body = operation.body
        if isinstance(body, Refused):
            raise NotLinked(body.diagnostic)
        scope = Scope(operation.contract.bind(raw), self.binds)
        match body:
            case PassThrough():
                return self._pass(body, _passing(body.call.render(scope), context), context, held)
            case Flow():
                return self._finish(body, scope, context)
            case Forward():
                outbound = _passing(body.render(scope, context.forwarded), context)
                return self._send(body.call, outbound, context, held, retries=0)
            case _:
                assert_never(body)

    async def _pass(self, body: PassThrough, outbound: Outbound, context: Context, held: Held) -> Inbound:
        inbound = await self._send(body.call, outbound, context, held, self.settings.retries)
        return as_declared(inbound, body)

    async def _send(
        self, call: HttpCall, outbound: Outbound, context: Context, held: Held, retries: int | None
    ) -> Inbound:
        try:
            with self.deadlines.within(self.settings.timeout_s) as deadline:
                if (upload := outbound.stream) is not None:
                    outbound = replace(outbound, body=self._moving(upload, deadline))
                inbound = await self._running(deadline, retries).send(call, outbound, held)
        except TimeoutError:
            raise UpstreamTimeout(_late(call.api, self.settings.timeout_s)) from None
        if context.wants_whole:
            return Timely(inbound, deadline.when(), _late(call.api, self.settings.timeout_s))
        return inbound

    async def _moving(self, upload: AsyncIterator[bytes], deadline: Deadline) -> AsyncIterator[bytes]:
        """Move the deadline of an upload on with each piece: it may take long, but not stand still."""
        loop = asyncio.get_running_loop()
        async for piece in upload:
            deadline.reschedule(loop.time() + self.settings.timeout_s)
            yield piece

    async def _finish(self, flow: Flow, scope: Scope, context: Context) -> Answer:
        if flow.asks:
            check_askable(flow.asks, context.asker)
        try:
            with self.deadlines.within(self.settings.timeout_s) as deadline:
                effects: Effects = self._running(deadline, self.settings.retries, context.asker)
                if context.journal is not None:
                    effects = Journaled(effects, context.journal)
                return await flow.run(scope, effects, context.watch)
        except TimeoutError:
            error = UpstreamTimeout(_late(flow.api_at(scope), self.settings.timeout_s))
            flow.locate(error, scope)
            raise error from None

    def _running(self, deadline: Deadline, retries: int | None, asker: Asker = NOBODY) -> Running:
        return Running(self.senders, self.errors, deadline, retries, self.binds, asker)


@lru_cache(maxsize=64)
def _late(api: str, timeout_s: float) -> str:
    return f"{api} gave no answer within {timeout_s:g} s"


def _passing(outbound: Outbound, context: Context) -> Outbound:
    """Add what a pass-through takes over from the caller; raises InvalidArguments for what cannot be sent."""
    if not context.query and not context.headers and context.upload is None:  # most take nothing
        return with_headers(outbound, ())
    problems: list[BadArgument] = []
    for name, value in context.query:
        try:
            outbound = outbound.with_query(name, value)
        except Unsendable as error:
            problems.append(BadArgument(name, str(error)))
    for name, value in context.headers:
        try:
            header_text(value)
        except Unsendable as error:
            problems.append(BadArgument(name, str(error)))
    if problems:
        raise InvalidArguments(tuple(problems))
    if context.upload is not None:
        outbound = replace(outbound, body=context.upload)
    return with_headers(outbound, context.headers)


@dataclass(frozen=True, slots=True)
class _Opening:
    """Opens what requests to one API go through."""

    bindings: Bindings
    settings: Settings
    stack: AsyncExitStack
    outside: Outside
    declared: frozenset[Origin]

    @classmethod
    def of(cls, bindings: Bindings, settings: Settings, stack: AsyncExitStack) -> _Opening:
        named = [bindings.base_uris[name] for name in bindings.named]
        hosts = frozenset(host_of(url) for url in (*named, *settings.proxies.urls()))
        outside = Outside(Egress(hosts, settings.networks), settings.lookup, settings.proxies)
        origins = (origin_of(url) for url in bindings.base_uris.values())
        declared = frozenset(origin for origin in origins if origin is not None)
        return cls(bindings, settings, stack, outside, declared)

    async def open(self, api: Api) -> Sender:
        name, settings, base_uri = api.namespace, self.settings, self.bindings.base_uris[api.namespace]
        limits = self._limits(api.limits)
        tls = self.bindings.tls.get(name)
        transport = await self._connect(name, limits, tls)
        renewer = Renewer(
            name,
            await self._connect(place_of(name), limits, tls),
            settings.user_agent,
            observer=settings.observer,
        )
        client = Client(
            name,
            base_uri,
            transport,
            api.credential,
            self.bindings.binds,
            Memo(base_uri),
            renewer,
            settings.user_agent,
            settings.observer,
        )
        # its connections show a certificate, which is for this API alone
        return chain(client, limits, frozenset() if tls else self.declared)

    async def _connect(self, name: str, limits: Limits, tls: ssl.SSLContext | None) -> Transport:
        idle_s = limits.idle_s or self.settings.timeout_s
        opened = open_aiohttp(name, connect_s=limits.connect_s, idle_s=idle_s, outside=self.outside, tls=tls)
        return await self.stack.enter_async_context(opened)

    def _limits(self, limits: Limits) -> Limits:
        concurrency = self.settings.concurrency
        return limits if concurrency is None else replace(limits, concurrency=concurrency)


@asynccontextmanager
async def open_engine(plan: Plan, bindings: Bindings, settings: Settings) -> AsyncIterator[Engine]:
    """Open one client for every consumed API, and close them when all calls are over."""
    async with AsyncExitStack() as stack:
        opening = _Opening.of(bindings, settings, stack)
        senders = {name: await opening.open(api) for name, api in plan.apis.items()}
        errors = {name: api.errors for name, api in plan.apis.items()}
        yield Engine(senders, errors, bindings.binds, settings)
