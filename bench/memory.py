"""How much memory our server holds: after its first calls, and after very many."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from .answering import Target, ask, await_answer
from .figures import MANY, Figures
from .kernel import rss_mb
from .load import put_load
from .servers import our_server
from .stage import Pace, Stage, free_port, running
from .wires import LEGACY, MODERN, PASS_THROUGH, Exchange, tool_call, unusual

_CHUNK_S = 5


@dataclass(frozen=True, slots=True)
class Memory:
    """With nothing but tool calls, then with messages that only the SDK knows."""

    def measure(self, stage: Stage, pace: Pace) -> Figures:
        """Read the memory of one server three times."""
        with _serving(stage, tool_call(MODERN), tool_call(LEGACY)) as (modern, legacy):
            started = rss_mb(modern.pid)
            for target in (modern, legacy):
                put_load(stage, target, MANY, pace.load_s)
            hot = rss_mb(modern.pid)
            for version in (MODERN, LEGACY):
                ask(modern.port, unusual(version))
            for target in (modern, legacy):
                put_load(stage, target, MANY, pace.load_s)
            return {"MB, started": started, "MB, tool calls": hot, "MB, SDK loaded": rss_mb(modern.pid)}


@dataclass(frozen=True, slots=True)
class Growth:
    """Over very many calls, of REST and MCP in turn."""

    def measure(self, stage: Stage, pace: Pace) -> Figures:
        """Call until there were enough calls or the time is over."""
        with _serving(stage, PASS_THROUGH, tool_call(MODERN)) as targets:
            for target in targets:
                put_load(stage, target, MANY, pace.load_s)
            before, calls, until = rss_mb(targets[0].pid), 0.0, time.monotonic() + pace.growth_s
            while calls < pace.growth_calls and time.monotonic() < until:
                for target in targets:
                    calls += put_load(stage, target, MANY, min(_CHUNK_S, pace.growth_s))["requests"]
            after = rss_mb(targets[0].pid)
        return {
            "calls": calls,
            "MB, before": before,
            "MB, after": after,
            "growth %": (after / before - 1) * 100,
        }


@contextmanager
def _serving(stage: Stage, *exchanges: Exchange) -> Iterator[tuple[Target, ...]]:
    """Serve both faces from one process, for one exchange after the other."""
    ports = {"rest": free_port(), "mcp": free_port()}
    command = our_server(stage, ports)
    with running(command, stage.folder / "server.log", [stage.server_core]) as process:
        yield tuple(
            await_answer(process.pid, ports[exchange.face], exchange, process.poll) for exchange in exchanges
        )
