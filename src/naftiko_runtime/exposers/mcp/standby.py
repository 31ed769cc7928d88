"""Keeps the SDK's side of a server ready to be opened: it takes half a second and 40 MB to import (D15)."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import field
from typing import Protocol

from ...plan.verifier import Principal
from ...values import Json
from ...values.record import dataclass
from ..boundary import Message, Receive, Send


@dataclass(frozen=True, slots=True)
class Arrival:
    """A request that was let in, with the message in its body; ``tells`` when a stream is wanted for it."""

    scope: Message
    caller: Principal
    body: bytes
    message: Json
    tells: bool

    @property
    def fields(self) -> Mapping[str, Json]:
        return self.message if isinstance(self.message, dict) else {}


class Desk(Protocol):
    """Answers whatever arrives."""

    def run(self) -> AbstractAsyncContextManager[None]:
        """Be open while the context lasts."""
        ...

    async def answer(self, arrival: Arrival, receive: Receive, send: Send) -> None:
        """Answer a request; raises NotAMessage before anything is sent."""
        ...

    def stop(self) -> None:
        """End what would not end by itself."""
        ...


@dataclass(slots=True)
class Standby:
    """A desk that is opened when the first message needs it, in a task that also closes it."""

    make: Callable[[], Desk]
    _wanted: asyncio.Event = field(default_factory=asyncio.Event)
    _over: asyncio.Event = field(default_factory=asyncio.Event)
    _desk: asyncio.Future[Desk] | None = None

    @asynccontextmanager
    async def run(self) -> AsyncIterator[None]:
        """Be ready while the context lasts."""
        self._desk = asyncio.get_running_loop().create_future()
        task = asyncio.create_task(self._keep(self._desk))
        try:
            yield
        finally:
            self._over.set()
            if not self._wanted.is_set():
                task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def desk(self) -> Desk:
        """Wait for the desk; raises whatever keeps it from being opened."""
        if self._desk is None:
            raise RuntimeError("the server does not run")
        self._wanted.set()
        return await asyncio.shield(self._desk)  # which is not for the one who waits alone

    def stop(self) -> None:
        """End what would not end by itself, if there is anything."""
        if self._desk is not None and self._desk.done() and self._desk.exception() is None:
            self._desk.result().stop()

    async def _keep(self, opened: asyncio.Future[Desk]) -> None:
        await self._wanted.wait()
        try:
            desk = await asyncio.to_thread(self.make)
        except Exception as error:  # noqa: BLE001 - raised where somebody waits for it
            opened.set_exception(error)
            return
        keep_loaded()
        async with desk.run():
            opened.set_result(desk)
            await self._over.wait()


def keep_loaded() -> None:
    """Let the collector leave alone what was loaded late: it lives on, as all does that was there before."""
    if gc.get_freeze_count():
        gc.collect()
        gc.freeze()
