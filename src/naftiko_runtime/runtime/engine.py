"""Runs operations: argument check, deadline, call, one log line; the only way in is ``invoke``."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import assert_never

from ..expr.scope import Scope
from ..expr.sink import Unsendable, header_text
from ..formats import FORMATS, Hints
from ..plan.call import Headers, HttpCall, Inbound, Outbound
from ..plan.credential import Memo
from ..plan.errors import (
    BadArgument,
    CallError,
    InvalidArguments,
    NotLinked,
    UndecodableAnswer,
    UpstreamRefused,
    UpstreamTimeout,
)
from ..plan.explain import Plan
from ..plan.flow import Answer, Flow
from ..plan.reading import charset, read
from ..plan.surfaces import Context, Operation, PassThrough, Refused, Result
from ..values import Json, Secret
from .bindings import Bindings
from .client import Client
from .renewing import Renewer, place_of
from .transports.aiohttp import open_aiohttp

log = logging.getLogger("naftiko.calls")

_ANSWER_LIMIT_BYTES = 32 * 1024 * 1024
_AT_ONCE_BYTES = 64 * 1024  # a longer answer is decoded beside the event loop, which has other calls
_LOGGED_BYTES = 200
_DEFAULT_HEADERS: Headers = (("Accept", "*/*"), ("Accept-Encoding", "identity"))


@dataclass(frozen=True, slots=True)
class Settings:
    """How the engine calls; the default deadline is below the 60 s after which SDKs try again (D14)."""

    timeout_s: float = 50.0
    user_agent: str = "naftiko-runtime"


@dataclass(frozen=True, slots=True)
class Engine:
    """A plan with open connections."""

    clients: Mapping[str, Client]
    binds: Mapping[str, Secret] = field(repr=False)
    settings: Settings = field(default_factory=Settings)

    @asynccontextmanager
    async def invoke(
        self, operation: Operation, raw: Mapping[str, Json], context: Context
    ) -> AsyncIterator[Result]:
        """Run an operation; raises CallError. The deadline ends when the answer's headers are there."""
        began, outcome = perf_counter(), "failed"
        try:
            async with self._run(operation, raw, context) as result:
                outcome = str(result.status)
                yield result
        except CallError as error:
            outcome = f"{error.status} {error.title}"
            raise
        except asyncio.CancelledError:
            outcome = "cancelled"
            raise
        finally:
            took_ms = (perf_counter() - began) * 1000
            log.info("%s %s: %s in %.1f ms", context.face, operation.name, outcome, took_ms)

    @asynccontextmanager
    async def _run(
        self, operation: Operation, raw: Mapping[str, Json], context: Context
    ) -> AsyncIterator[Result]:
        match operation.body:
            case Refused(diagnostic):
                raise NotLinked(diagnostic)
            case PassThrough(call):
                scope = Scope(operation.contract.bind(raw), self.binds)
                async with self._stream(call, _passing(call.render(scope), context)) as inbound:
                    yield inbound
            case Flow() as flow:
                scope = Scope(operation.contract.bind(raw), self.binds)
                yield await self._finish(flow, scope)
            case _:
                assert_never(operation.body)

    @asynccontextmanager
    async def _stream(self, call: HttpCall, outbound: Outbound) -> AsyncIterator[Inbound]:
        async with AsyncExitStack() as stack:
            try:
                async with asyncio.timeout(self.settings.timeout_s) as deadline:
                    moving = self._moving(outbound, deadline)
                    inbound = await stack.enter_async_context(self.clients[call.api].send(moving))
            except TimeoutError:
                raise self._late(call.api) from None
            yield inbound

    def _moving(self, outbound: Outbound, deadline: asyncio.Timeout) -> Outbound:
        """Move the deadline of an upload on with each piece: it may take long, but not stand still."""
        if not isinstance(outbound.body, AsyncIterator):
            return outbound

        async def pieces(upload: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
            loop = asyncio.get_running_loop()
            async for piece in upload:
                deadline.reschedule(loop.time() + self.settings.timeout_s)
                yield piece

        return replace(outbound, body=pieces(outbound.body))

    async def _finish(self, flow: Flow, scope: Scope) -> Answer:
        try:
            async with asyncio.timeout(self.settings.timeout_s):
                return await flow.run(scope, self)
        except TimeoutError:
            raise self._late("the upstream") from None

    def _late(self, api: str) -> UpstreamTimeout:
        return UpstreamTimeout(f"{api} gave no answer within {self.settings.timeout_s:g} s")

    async def fetch(self, call: HttpCall, outbound: Outbound) -> Answer:
        """Send a request for a step and decode its answer by the declared format."""
        async with self.clients[call.api].send(_with_headers(outbound, ())) as inbound:
            body = await read(inbound, _ANSWER_LIMIT_BYTES)
            status, headers = inbound.status, inbound.headers
        if status >= 400:
            raise UpstreamRefused(status, headers, body)
        value = None if status == 204 else await _decode(call, body, headers)
        return Answer(status, headers, value)


async def _decode(call: HttpCall, body: bytes, headers: Headers) -> Json:
    """Decode by the declared format; what the upstream wrote is only told at debug level."""
    decode = FORMATS[call.answer_format].decode
    hints = Hints(charset(headers), call.answer_schema)
    try:
        if len(body) <= _AT_ONCE_BYTES:
            return decode(body, hints)
        return await asyncio.to_thread(decode, body, hints)
    except ValueError as error:
        log.debug("%s answered %r", call.name, body[:_LOGGED_BYTES])
        sentence = f"{call.api} did not answer in {call.answer_format}"
        raise UndecodableAnswer(sentence, detail=str(error)) from None


def _passing(outbound: Outbound, context: Context) -> Outbound:
    """Add what a pass-through takes over from the caller; raises InvalidArguments for what cannot be sent."""
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
    return _with_headers(outbound, context.headers)


def _with_headers(outbound: Outbound, passed: Headers) -> Outbound:
    """Add what the caller says, and what every request needs; what the file says goes before both."""
    for headers in (passed, _DEFAULT_HEADERS):
        said = {name.lower() for name, _ in outbound.headers}
        added = tuple((name, value) for name, value in headers if name.lower() not in said)
        outbound = replace(outbound, headers=(*outbound.headers, *added))
    return outbound


@asynccontextmanager
async def open_engine(plan: Plan, bindings: Bindings, settings: Settings) -> AsyncIterator[Engine]:
    """Open one client for every consumed API, and close them when all calls are over."""
    async with AsyncExitStack() as stack:
        clients = {}
        for name, api in plan.apis.items():
            transport = await stack.enter_async_context(open_aiohttp(name, idle_s=settings.timeout_s))
            elsewhere = await stack.enter_async_context(
                open_aiohttp(place_of(name), idle_s=settings.timeout_s)
            )
            base_uri, agent = bindings.base_uris[name], settings.user_agent
            renewer = Renewer(name, elsewhere, agent)
            clients[name] = Client(
                name, base_uri, transport, api.credential, bindings.binds, Memo(base_uri), renewer, agent
            )
        yield Engine(clients, bindings.binds, settings)
