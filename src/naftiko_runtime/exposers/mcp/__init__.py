"""The tools of a surface over MCP, for clients of every protocol revision."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import field
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from ...plan.surfaces import Invoke, McpSurface
from ...values.later import later
from ...values.record import dataclass
from ..guard import Entrance, Guard
from .lane import Lane
from .lines import Conversation, Session
from .methods import Methods
from .needs import needs_sessions, reporting_tools
from .sessions import SessionLimits
from .standby import Desk, Standby
from .telling import Write
from .wire import Front

if TYPE_CHECKING:
    from .sdk import desk, stdio
else:
    desk = later(".sdk.desk", __package__)
    stdio = later(".sdk.stdio", __package__)

__all__ = ["Front", "McpOptions", "SessionLimits", "build_app", "load_sdk", "needs_sessions", "serve_lines"]


@dataclass(frozen=True, slots=True)
class McpOptions:
    """How a surface is served; ``rest_routes`` says for a consumed call which URL streams its answer."""

    limit_bytes: int
    version: str
    rest_routes: Mapping[str, str] = field(default_factory=dict)
    has_hot_lane: bool = True
    sessions: SessionLimits = field(default_factory=SessionLimits)


def build_app(surface: McpSurface, invoke: Invoke, guard: Guard, options: McpOptions) -> Front:
    """Serve a surface over HTTP."""
    methods = Methods.of(surface, invoke, options.rest_routes)
    lane = Lane.of(surface, methods, options.version) if options.has_hot_lane else None
    return Front(
        Standby(partial(_open_desk, surface, methods, options, guard.state_keys, lane)),
        reporting_tools(surface),
        Entrance.of(surface, guard),
        options.limit_bytes,
        lane,
        needs_sessions(surface),
    )


def _open_desk(
    surface: McpSurface,
    methods: Methods,
    options: McpOptions,
    state_keys: tuple[str, ...],
    lane: Lane | None,
) -> Desk:
    server = desk.ServerOptions(options.version, options.limit_bytes, state_keys)
    return desk.open_desk(surface, methods, server, options.sessions, lane)


def load_sdk() -> None:
    """Import the SDK now, in a process whose copies would each import it for themselves."""
    import_module(".sdk.desk", __package__)


async def serve_lines(
    surface: McpSurface,
    invoke: Invoke,
    version: str,
    lines: AsyncIterator[bytes],
    write: Write,
    *,
    has_hot_lane: bool = True,
) -> None:
    """Answer one JSON-RPC message a line until there are no more; what still runs then is given up."""
    methods = Methods.of(surface, invoke, {})
    lane = Lane.of(surface, methods, version, is_lasting=True) if has_hot_lane else None
    session = partial(_open_session, surface, methods, version)
    await Conversation(lane, reporting_tools(surface), session, write).serve(lines)


def _open_session(surface: McpSurface, methods: Methods, version: str) -> Session:
    return stdio.open_session(surface, methods, version)
