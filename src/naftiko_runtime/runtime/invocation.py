"""One call of an operation, from its start until its answer was read; says in the log how it went."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Coroutine, Mapping
from time import perf_counter
from typing import Protocol

from ..plan.asking import Suspended
from ..plan.errors import CallError
from ..plan.surfaces import Context, Operation, Result
from ..values import Json
from .policies.held import Held

log = logging.getLogger("naftiko.calls")


class Runs(Protocol):
    """What runs operations."""

    def run(
        self, operation: Operation, raw: Mapping[str, Json], context: Context, held: Held
    ) -> Awaitable[Result]:
        """Give the answer; what it holds is held until it was read."""
        ...


class Invocation:
    """The context of a call's answer.

    One object for all that is around a call: as generators inside of generators it cost a tenth of it.
    """

    __slots__ = ("_began", "_context", "_engine", "_held", "_operation", "_outcome", "_raw")

    def __init__(self, engine: Runs, operation: Operation, raw: Mapping[str, Json], context: Context) -> None:
        self._engine, self._operation, self._raw, self._context = engine, operation, raw, context
        self._held, self._outcome, self._began = Held(), "failed", perf_counter()

    async def __aenter__(self) -> Result:
        try:
            result = await self._engine.run(self._operation, self._raw, self._context, self._held)
        except BaseException as error:
            await self._end(error)
            raise
        self._outcome = str(result.status)
        return result

    def __aexit__(
        self, kind: object, error: BaseException | None, trace: object
    ) -> Coroutine[object, object, None]:
        return self._end(error)

    async def _end(self, error: BaseException | None) -> None:
        """Give back what is held, and log."""
        try:
            await self._held.aclose()
        finally:
            if log.isEnabledFor(logging.INFO):
                took_ms = (perf_counter() - self._began) * 1000
                operation, face = self._operation.name, self._context.face
                log.info("%s %s: %s in %.1f ms", face, operation, self._told(error), took_ms)

    def _told(self, error: BaseException | None) -> str:
        match error:
            case CallError():
                return f"{error.status} {error.title}"
            case Suspended():
                return f"asks {error}"
            case asyncio.CancelledError():
                return "cancelled"
            case _:
                return self._outcome
