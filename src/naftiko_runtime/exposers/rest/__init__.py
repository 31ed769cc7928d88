"""The REST face: routes of a capability as an ASGI application."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ...plan.errors import UnknownOperation, WrongMethod
from ...plan.flow import Answer
from ...plan.surfaces import Context, Invoke, PassThrough, RestRoute, RestSurface
from ...values import Json
from ..boundary import ASGIApp, Guard, Message, Receive, Send, failure_of, unless_hung_up
from .request import Hangup, arguments, passed_headers, read_body, read_headers
from .response import send_answer, send_empty, send_failure, send_inbound
from .router import Router, Target, build_router


def build_app(surface: RestSurface, invoke: Invoke, guard: Guard, *, limit_bytes: int) -> ASGIApp:
    """Build the application of one REST server; bodies above the limit are refused with 413."""
    return _RestApp(build_router(surface.routes), invoke, guard, limit_bytes)


@dataclass(frozen=True, slots=True)
class _RestApp:
    router: Router
    invoke: Invoke
    guard: Guard
    limit_bytes: int

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        sent = _Sent(send)
        try:
            await self._answer(scope, receive, sent)
        except Hangup:
            return
        except Exception as error:  # noqa: BLE001 - the border: whatever happened, the caller gets an answer
            failure = failure_of(error)
            if not sent.started:
                await send_failure(send, failure, scope["method"])

    async def _answer(self, scope: Message, receive: Receive, send: Send) -> None:
        self.guard.check(scope["headers"])
        method: str = scope["method"]
        target, values = self._find(scope)
        if method == "OPTIONS" and "OPTIONS" not in target.routes:
            await send_empty(send, 204, (("allow", target.allow),))
            return
        route = target.find(method)
        if route is None:
            raise WrongMethod(f"{target.path} answers {target.allow}", headers=(("allow", target.allow),))
        headers = read_headers(scope["headers"])
        body = await read_body(receive, _length(headers), self.limit_bytes)
        raw = arguments(route.inputs, values, scope["query_string"], headers, body)
        await unless_hung_up(receive, lambda: self._call(route, raw, headers, send, method == "HEAD"))

    def _find(self, scope: Message) -> tuple[Target, Mapping[str, str]]:
        raw_path: bytes = scope["raw_path"]
        found = self.router.find(raw_path.partition(b"?")[0])
        if found is None:
            nearest = self.router.nearest(scope["path"])
            hint = f"; the nearest path is {nearest}" if nearest else ""
            raise UnknownOperation(f"nothing is exposed under this path{hint}")
        return found

    async def _call(
        self, route: RestRoute, raw: Mapping[str, Json], headers: Mapping[str, str], send: Send, head: bool
    ) -> None:
        passes = isinstance(route.operation.body, PassThrough) and route.method == "GET"
        context = Context("rest", passed_headers(headers) if passes else ())
        async with self.invoke(route.operation, raw, context) as result:
            if isinstance(result, Answer):
                await send_answer(send, result, head=head)
            else:
                await send_inbound(send, result, head=head)


@dataclass(slots=True)
class _Sent:
    """Remembers whether an answer has begun; after that a failure can only break it off."""

    send: Send
    started: bool = False

    async def __call__(self, message: Message) -> None:
        self.started = True
        await self.send(message)


def _length(headers: Mapping[str, str]) -> int | None:
    declared = headers.get("content-length", "")
    return int(declared) if declared.isdecimal() else None
