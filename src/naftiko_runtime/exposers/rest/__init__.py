"""The REST face: routes of a capability as an ASGI application."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from ...plan.call import Headers
from ...plan.errors import CallError, UnknownOperation, WrongMethod
from ...plan.flow import Answer
from ...plan.surfaces import Body as Operates
from ...plan.surfaces import Context, Invoke, PassThrough, RestForward, RestRoute, RestSurface
from ...values import Json
from ..advice import NOTHING_IS_KNOWN, Repetition
from ..boundary import ASGIApp, Message, Receive, Send, Sent, failure_of, log_refusal, unless_hung_up
from ..guard import Entrance, Guard
from ..receiving import Hangup
from .forwarding import Forwards, build_forwards, forwarded, passed_on
from .pages import Pages, build_pages
from .request import (
    Body,
    arguments,
    has_body,
    header_pairs,
    passed_on_get,
    passed_with_upload,
    query_pairs,
    read_headers,
    undeclared,
)
from .response import send_answer, send_failure, send_inbound, send_whole
from .router import Router, Target, build_router

log = logging.getLogger("naftiko.exposers")

_NOTHING_PASSED = Context("rest")


@dataclass(frozen=True, slots=True)
class RestOptions:
    """How a REST server behaves beyond its file."""

    limit_bytes: int
    title: str = ""
    version: str = "0"
    forwards_query: bool = False


def build_app(surface: RestSurface, invoke: Invoke, guard: Guard, options: RestOptions) -> ASGIApp:
    """Build the application of one REST server; bodies above the limit are refused with 413."""
    pages = build_pages(surface, title=options.title or surface.namespace, version=options.version)
    router, forwards = build_router(surface.routes), build_forwards(surface.forwards)
    return _RestApp(router, forwards, pages, invoke, Entrance.of(surface, guard), options)


@dataclass(frozen=True, slots=True)
class _RestApp:
    router: Router
    forwards: Forwards
    pages: Pages
    invoke: Invoke
    entrance: Entrance
    options: RestOptions

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        sent = _Sent(send)
        try:
            await self._answer(scope, receive, sent)
        except Hangup:
            return
        except Exception as error:  # noqa: BLE001 - the border: whatever happened, the caller gets an answer
            failure = failure_of(error, sent.repetition())
            if not sent.is_started:
                await send_failure(send, failure, scope["method"])

    async def _answer(self, scope: Message, receive: Receive, send: _Sent) -> None:
        method, raw_path = scope["method"], scope["raw_path"].partition(b"?")[0]
        try:
            await self.entrance.admit(scope)
            found = self.router.find(raw_path)
            if found is None and raw_path in self.pages.paths and method in ("GET", "HEAD"):
                await self.pages.send(raw_path, send, head=method == "HEAD")
                return
            if (found is None or found[0].find(method) is None) and (ahead := self.forwards.find(raw_path)):
                await self._forward(*ahead, self.entrance.cleared(scope), receive, send)
                return
            target, values = found or self._not_found(scope["path"])
            if method == "OPTIONS" and "OPTIONS" not in target.routes:
                await send_whole(send, 204, (("allow", target.allow),), b"", head=False)
                return
            route = _route(target, method)
        except CallError as error:
            log_refusal(scope, error)
            raise
        await self._serve(route, values, self.entrance.cleared(scope), receive, send)

    def _not_found(self, path: str) -> tuple[Target, Mapping[str, str]]:
        nearest = self.router.nearest(path)
        hint = f"; the nearest path is {nearest}" if nearest else ""
        raise UnknownOperation(f"nothing is exposed under this path{hint}")

    async def _serve(
        self, route: RestRoute, values: Mapping[str, str], scope: Message, receive: Receive, send: _Sent
    ) -> None:
        send.runs = route.operation.body
        headers, query = read_headers(scope["headers"]), query_pairs(scope["query_string"])
        body = Body(receive, self.options.limit_bytes)
        read = b"" if route.streams_body or not has_body(headers) else await body.read(headers)
        raw = arguments(route.inputs, values, query, headers, read)
        context = self._context(route, headers, query, body)
        work = partial(self._call, route, raw, context, head=scope["method"] == "HEAD")
        await unless_hung_up(body.next_message, send, work)

    def _context(self, route: RestRoute, headers: Mapping[str, str], query: Headers, body: Body) -> Context:
        """Say what a pass-through takes over from the caller: nothing that the file does not imply (D12)."""
        if not isinstance(route.operation.body, PassThrough):
            return _NOTHING_PASSED
        passed = passed_on_get(headers) if route.method == "GET" else ()
        left = undeclared(route.inputs, query)
        if route.streams_body:
            passed = passed_with_upload(headers)
        if left and not self.options.forwards_query:
            names = ", ".join(sorted({name for name, _ in left}))
            log.debug("%s: undeclared query parameters go nowhere: %s", route.operation.name, names)
            left = ()
        if not passed and not left and not route.streams_body:
            return _NOTHING_PASSED
        return Context("rest", passed, left, body.stream() if route.streams_body else None)

    async def _forward(
        self, forward: RestForward, path: str, scope: Message, receive: Receive, send: _Sent
    ) -> None:
        send.runs = forward.operation.body
        headers, body = read_headers(scope["headers"]), Body(receive, self.options.limit_bytes)
        what = forwarded(scope["method"], path, scope["query_string"])
        streams = has_body(headers)
        passed, upload = (
            passed_on(header_pairs(scope["headers"]), forward.trusted),
            body.stream() if streams else None,
        )
        context = Context("rest", passed, upload=upload, forwarded=what)
        work = partial(self._call, forward, {}, context, head=scope["method"] == "HEAD")
        await unless_hung_up(body.next_message, send, work)

    async def _call(
        self,
        route: RestRoute | RestForward,
        raw: Mapping[str, Json],
        context: Context,
        send: Send,
        *,
        head: bool,
    ) -> None:
        async with self.invoke(route.operation, raw, context) as result:
            if isinstance(result, Answer):
                await send_answer(send, result, head=head)
            else:
                await send_inbound(send, result, head=head)


@dataclass(slots=True)
class _Sent(Sent):
    """Remembers what runs; when its answer has begun, a failure can only break it off."""

    runs: Operates | None = None

    def repetition(self) -> Repetition:
        return NOTHING_IS_KNOWN if self.runs is None else Repetition.of(self.runs)


def _route(target: Target, method: str) -> RestRoute:
    route = target.find(method)
    if route is None:
        raise WrongMethod(f"{target.path} answers {target.allow}", headers=(("allow", target.allow),))
    return route
