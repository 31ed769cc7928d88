"""The stand-in as an ASGI application."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from starlette.types import ASGIApp, Receive, Scope, Send

from ..bearer import Doorkeeper
from ..wire import Answer, Request, Upload, deliver, raw_headers, read_request
from . import admin, routes
from .refusal import Problem, Refusal, too_large
from .routes import Target
from .world import World, new_world


def build_app(key: str, job_seconds: float, clock_ns: Callable[[], int]) -> ASGIApp:
    if job_seconds < 0:
        raise ValueError("a job cannot last less than no time")
    return App(new_world(job_seconds, clock_ns), Doorkeeper(key))


class App:
    """Reads a request, lets the operation answer, notes how it ended."""

    __slots__ = ("_doorkeeper", "_world")

    def __init__(self, world: World, doorkeeper: Doorkeeper) -> None:
        self._world = world
        self._doorkeeper = doorkeeper

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send)
        elif scope["type"] == "http":
            await self._serve(await read_request(scope, receive), receive, send)

    async def _serve(self, request: Request, receive: Receive, send: Send) -> None:
        if request.path.startswith(admin.PREFIX):
            answer = admin.answer(self._world, request)
            await deliver(answer, receive, send, lambda: None)
            return
        target = routes.find(request.method, request.path)
        journal = self._world.journal
        entry = journal.open(request, target.route.name if target else None)
        try:
            if request.upload is Upload.BROKEN_OFF:
                return
            answer = self._answer(request, target)
            entry.status = answer.status
            await deliver(answer, receive, send, lambda: journal.close(entry, "answered"))
        finally:
            journal.close(entry, "abandoned")  # unless it is closed already

    def _answer(self, request: Request, target: Target | None) -> Answer:
        problem = self._objection(request, target)
        answer = self._perform(request, target) if problem is None else problem.answer()
        standing = self._world.rate.headers()
        return replace(answer, headers=answer.headers + raw_headers(standing))

    def _objection(self, request: Request, target: Target | None) -> Problem | None:
        """Judge a request before it reaches its operation."""
        needs_key = target is None or target.route.needs_key
        if needs_key and not self._doorkeeper.admits(request.values(b"authorization")):
            headers = {"www-authenticate": "Bearer"}
            return Problem(401, "the API key is not valid", "invalid_api_key", headers=headers)
        if request.upload is Upload.TOO_LARGE:
            return too_large()
        if not self._world.rate.spend():
            headers = {"retry-after": str(self._world.rate.wait_s())}
            return Problem(429, "too many requests", "rate_limit_exceeded", headers=headers)
        return None

    def _perform(self, request: Request, target: Target | None) -> Answer:
        """Let the operation answer; one that is only late has happened when the answer starts to wait."""
        if target is None:
            return routes.refuse(request.method, request.path).answer()
        fault = self._world.faults.take(target.route.name)
        if fault is None:
            return self._operate(request, target)
        if fault.status is None:
            return fault.spoil(self._operate(request, target))
        return fault.answer(fault.status)

    def _operate(self, request: Request, target: Target) -> Answer:
        try:
            return target.route.operation(self._world, request, target.job_id)
        except Refusal as refusal:
            return refusal.problem.answer()


async def _live(receive: Receive, send: Send) -> None:
    """Follow the server's start and stop, for which there is nothing to do."""
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
