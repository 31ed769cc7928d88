"""``naftiko run --workers N``: several processes serve what a file exposes."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping

from ..app.opening import Options
from ..app.serve import FINISH_S, Ready, Serving, made_ready
from ..app.shares import Shares, shared_out
from ..exposers.mcp import needs_sessions
from ..ops.crew import Crew, GaveUp
from ..ops.supervisor import supervise
from ..plan.explain import Plan
from ..plan.surfaces import McpSurface
from ..source.diagnostics import Report
from .banner import banner
from .failure import Failure
from .logs import name_process
from .notes import told_while_serving

_CLOSE_S = 5.0  # beyond what a worker gives its calls: until it is gone


def check_workers(workers: int, plan: Plan, options: Options, *, over_stdio: bool) -> None:
    """Refuse a number of workers that cannot serve what is exposed."""
    if workers < 1:
        raise Failure(f"{workers} workers serve nothing; at least 1 is needed")
    if workers == 1:
        return
    if over_stdio:
        raise Failure(f"{workers} workers cannot share standard input and output; over stdio 1 serves")
    if not hasattr(os, "fork"):
        raise Failure(f"this system cannot fork processes, which {workers} workers need; 1 serves here")
    if names := ", ".join(_asking(plan, options)):
        why = f"who have to come back to one of {workers} workers"
        raise Failure(f"{names} asks its clients, {why}; 1 serves")


def _asking(plan: Plan, options: Options) -> Iterator[str]:
    """Name the servers that know their clients from one request to the next."""
    for surface in plan.surfaces:
        has_port = surface.port is not None or surface.namespace in options.ports
        if isinstance(surface, McpSurface) and has_port and needs_sessions(surface):
            yield surface.namespace


def serve_by_workers(
    plan: Plan, report: Report, environ: Mapping[str, str], options: Options, workers: int
) -> None:
    """Serve until told to stop; raises BindError, ListenError or NoSandbox before any process starts."""
    with (
        made_ready(plan, environ, options) as ready,
        shared_out(ready, workers) as shares,
        told_while_serving() as tell,
    ):

        def say() -> None:
            tell(tuple(listener.url for listener in ready.listeners))
            print(banner(_serving(ready, workers), report), file=sys.stderr, flush=True)

        try:
            supervise(_crews(shares, options), options.timeout_s + FINISH_S + _CLOSE_S, say)
        except GaveUp as error:
            raise Failure(str(error)) from None


def _serving(ready: Ready, workers: int) -> Serving:
    base_uris, sandboxed = ready.known.bindings.base_uris, frozenset(ready.known.stage.base_uris)
    return Serving(ready.plan, ready.listeners, base_uris, sandboxed, workers=workers)


def _crews(shares: Shares, options: Options) -> tuple[Crew, ...]:
    """Put stand-ins, whose state is in memory, into one process for all workers."""

    def work(number: int, until: int) -> None:
        name_process(f"worker {number}")
        shares.serve(number, options, until)

    def play(number: int, until: int) -> None:
        name_process("sandbox")
        shares.play(until)

    workers = Crew("worker", len(shares.listeners), work, shares.close_servers)
    sandbox = Crew("sandbox", 1, play, shares.close_stand_ins)
    return (sandbox, workers) if shares.ready.known.stage.stand_ins else (workers,)
