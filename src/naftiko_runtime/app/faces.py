"""Builds the application of every server of a plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import assert_never

from ..exposers import mcp, rest
from ..exposers.boundary import ASGIApp
from ..exposers.guard import Guard
from ..plan.explain import Plan
from ..plan.surfaces import McpSurface, PassThrough, RestSurface
from ..runtime.engine import Engine
from .listener import Listener
from .server import Job

_BODY_LIMIT_BYTES = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Faces:
    """What all servers of a plan share; ``forward_query`` names REST servers by namespace."""

    plan: Plan
    listeners: tuple[Listener, ...]
    engine: Engine
    guard: Guard
    forward_query: frozenset[str]
    version: str
    has_hot_lane: bool = True
    sessions: mcp.SessionLimits = field(default_factory=mcp.SessionLimits)

    def jobs(self) -> tuple[Job, ...]:
        return tuple(self._job(listener) for listener in self.listeners)

    def _job(self, listener: Listener) -> Job:
        surface = listener.surface
        match surface:
            case RestSurface():
                return Job(self._rest(surface), listener.socket)
            case McpSurface():
                front = self._mcp(surface)
                return Job(front, listener.socket, has_lifespan=True, stop=front.stop)
            case _:
                assert_never(surface)

    def _rest(self, surface: RestSurface) -> ASGIApp:
        forwards = surface.namespace in self.forward_query
        options = rest.RestOptions(_BODY_LIMIT_BYTES, self.plan.title, self.plan.version, forwards)
        return rest.build_app(surface, self.engine.invoke, self.guard, options)

    def _mcp(self, surface: McpSurface) -> mcp.Front:
        routes = self._streaming_routes(surface)
        options = mcp.McpOptions(_BODY_LIMIT_BYTES, self.version, routes, self.has_hot_lane, self.sessions)
        return mcp.build_app(surface, self.engine.invoke, self.guard, options)

    def _streaming_routes(self, surface: McpSurface) -> Mapping[str, str]:
        """Tell where REST streams each pass-through call, and more of it than the tools of a server show."""
        bodies = [tool.operation.body for tool in surface.tools]
        limits = {body.call.name: body.limit_bytes for body in bodies if isinstance(body, PassThrough)}
        return {
            route.operation.body.call.name: listener.url + route.path
            for listener in self.listeners
            if isinstance(listener.surface, RestSurface)
            for route in listener.surface.routes
            if isinstance(route.operation.body, PassThrough)
            and _shows_more(route.operation.body, limits.get(route.operation.body.call.name))
        }


def _shows_more(body: PassThrough, limit_bytes: int | None) -> bool:
    return body.limit_bytes is None or limit_bytes is None or body.limit_bytes > limit_bytes
