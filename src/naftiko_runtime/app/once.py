"""Runs one operation of a plan, without a server."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from ..plan.explain import Plan
from ..plan.surfaces import Context, Operation, Result
from ..values import Json
from .opening import Options, opened
from .watching import Watcher, watched


@dataclass(frozen=True, slots=True)
class Ask:
    """An operation, its arguments, and what the call has beside them."""

    operation: Operation
    raw: Mapping[str, Json]
    context: Context


async def call_once(
    plan: Plan,
    environ: Mapping[str, str],
    options: Options,
    ask: Ask,
    take: Callable[[Result], Awaitable[None]],
    watcher: Watcher | None = None,
) -> None:
    """Call, and let ``take`` have the result while it can be read; raises CallError or as ``opened``."""
    operation, observer = ask.operation, None
    if watcher is not None:
        operation, observer = watched(operation, watcher), watcher.sends
    async with opened(plan, environ, options, observer) as called:
        if watcher is not None:
            watcher.bound(called.engine.binds)
        async with called.engine.invoke(operation, ask.raw, ask.context) as result:
            await take(result)
