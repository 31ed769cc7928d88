"""MCP over lines: one client, in whose hands both ends of a process are.

Usual messages are answered by the hot lane. From the first one that is not, the SDK answers everything; it is
told what was agreed on before.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ...values import Json
from ...values.json import encode
from ..boundary import failure_of
from .lane import Lane
from .messages import NotAMessage, json_of
from .protocol import INTERNAL_ERROR, SILENT, Exchange, Fields, mapping
from .standby import keep_loaded
from .talk import Talk
from .telling import Teller, Write
from .usual import Request

# what waits for somebody else, and so is given up when the client leaves
_LONG = frozenset({"tools/call", "prompts/get", "resources/read"})
_AHEAD = 16


class Session(Protocol):
    """The SDK's side of a connection."""

    async def serve(self, opening: Sequence[Json], messages: AsyncIterator[Json], say: Write) -> None:
        """Answer messages until there are no more; those that open it were answered before."""
        ...


@dataclass(slots=True)
class Conversation:
    """Answers one JSON-RPC message a line; without a lane the SDK answers all of them.

    ``reporting`` are the tools that have something to tell while they run.
    """

    lane: Lane | None
    reporting: frozenset[str]
    open_session: Callable[[], Session]
    write: Write
    _over: asyncio.Future[None] = field(init=False, repr=False)
    _talk: Talk = field(default_factory=Talk)
    # with the id of what may take long; nothing has the id of what is soon over
    _running: dict[asyncio.Task[None], str | None] = field(default_factory=dict)
    _rest: asyncio.Queue[tuple[Json] | None] | None = None  # what the session has to answer
    _session: asyncio.Task[None] | None = None

    async def serve(self, lines: AsyncIterator[bytes]) -> None:
        """Answer until there are no more lines; what still runs then is given up."""
        self._over = asyncio.get_running_loop().create_future()
        reading = asyncio.create_task(self._read(lines))
        reading.add_done_callback(self._end)
        try:
            await self._over
        finally:
            running = [task for task in (reading, self._session, *self._running) if task is not None]
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    def _end(self, task: asyncio.Future[None]) -> None:
        """Let a task that has ended end everything, and say why."""
        self._finish(None if task.cancelled() else task.exception())

    def _finish(self, error: BaseException | None = None) -> None:
        if self._over.done():
            return
        if error is None:
            self._over.set_result(None)
        else:
            self._over.set_exception(error)

    async def _read(self, lines: AsyncIterator[bytes]) -> None:
        async for line in lines:
            if line.strip():
                await self._take(line)
        await asyncio.gather(*[task for task, name in self._running.items() if name is None])
        if self._rest is not None and self._session is not None:
            await self._rest.put(None)
            await self._session

    async def _take(self, line: bytes) -> None:
        try:
            message = json_of(line, "line")
        except NotAMessage as none:
            self._begin(self._say(encode(none.answer)))
            return
        if self._is_cancelled_by(mapping(message)):
            return
        lane = self.lane if self._rest is None else None
        request = None if lane is None else self._talk.take(lane, message)
        if lane is None or request is None:
            await self._pass_on(message)
        elif request.id is not None:
            name = str(request.id) if request.method in _LONG else None
            self._begin(self._answer(lane, request), name)

    def _begin(self, work: Coroutine[object, object, None], name: str | None = None) -> None:
        task = asyncio.create_task(work)
        self._running[task] = name
        task.add_done_callback(self._running.pop)

    async def _answer(self, lane: Lane, request: Request) -> None:
        try:
            _, body = await lane.answer(request, self._exchange(request))
        except Exception as error:  # noqa: BLE001 - the border: whatever happened, the client gets an answer
            told: Fields = {"code": INTERNAL_ERROR, "message": failure_of(error).sentence}
            body = encode({"jsonrpc": "2.0", "id": request.id, "error": told})
        await self._say(body)

    def _exchange(self, request: Request) -> Exchange:
        """Let a call tell how it goes, if it has something to tell or its client waits for that."""
        is_waited_for = "progressToken" in mapping(request.params.get("_meta"))
        if not is_waited_for and str(request.name) not in self.reporting:
            return SILENT
        teller = Teller.of(request, self._talk.level, self._say)
        return Exchange(teller.step, hear=teller.received)

    def _is_cancelled_by(self, message: Mapping[str, Json]) -> bool:
        """Give up a call of the lane's, if it is one that a message cancels."""
        if message.get("method") != "notifications/cancelled":
            return False
        cancelled = mapping(message.get("params")).get("requestId")
        if not isinstance(cancelled, (str, int)):
            return False
        calls = [task for task, name in self._running.items() if name == str(cancelled)]
        for call in calls:
            call.cancel()
        return bool(calls)

    async def _pass_on(self, message: Json) -> None:
        """Let the SDK answer, which is imported when it first has to."""
        if self._rest is None:
            session = await asyncio.to_thread(self.open_session)
            keep_loaded()
            self._rest = asyncio.Queue(_AHEAD)
            work = session.serve(self._talk.opening, _given(self._rest), self._say)
            self._session = asyncio.create_task(work)
            self._session.add_done_callback(self._end)
        await self._rest.put((message,))

    async def _say(self, message: bytes) -> None:
        try:
            await self.write(message + b"\n")
        except OSError:  # nobody reads any more
            self._finish()


async def _given(queue: asyncio.Queue[tuple[Json] | None]) -> AsyncIterator[Json]:
    while (item := await queue.get()) is not None:
        yield item[0]
