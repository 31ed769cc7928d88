"""The border of every face: how a failure is told, and what happens when a caller hangs up."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any, TypeAlias
from uuid import uuid4

from ..plan.call import Headers
from ..plan.errors import CallError, InvalidArguments, Meaning, NotLinked, UpstreamExplained, UpstreamRefused
from ..values import Json
from .advice import NOTHING_IS_KNOWN, Advice, Repetition, advise

log = logging.getLogger("naftiko.exposers")

# the ASGI specification leaves message values open, so these three are the only Any at a door
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
ASGIApp: TypeAlias = Callable[[Message, Receive, Send], Awaitable[None]]

# in the message that begins an answer: the next one is its body, whole, and comes at once
WHOLE = "naftiko.whole"

_ROUND_S = 0.05


@dataclass(frozen=True, slots=True)
class Failure:
    """A failure in the caller's terms; every face writes it in its own form."""

    status: int
    title: str
    sentence: str
    code: str
    advice: Advice = field(default_factory=Advice)
    headers: Headers = ()
    problems: tuple[tuple[str, str], ...] = ()
    answer: bytes | None = field(default=None, repr=False)
    place: str = ""

    def problem(self) -> dict[str, Json]:
        """Write the failure as a problem document (RFC 9457)."""
        document: dict[str, Json] = {"title": self.title, "status": self.status, "detail": self.sentence}
        if self.problems:
            document["errors"] = [{"argument": name, "problem": text} for name, text in self.problems]
        return {**document, **self._told()}

    def envelope(self) -> dict[str, Json]:
        """Write what a problem document says, for a face that has a form of its own for the rest."""
        return {"status": self.status, "message": self.sentence, **self._told()}

    def _told(self) -> dict[str, Json]:
        told: dict[str, Json] = {"code": self.code, "retryable": self.advice.is_retryable}
        if self.advice.hint:
            told["hint"] = self.advice.hint
        if self.advice.retry_after_s is not None:
            told["retryAfter"] = self.advice.retry_after_s
        return told


def failure_of(error: Exception, repetition: Repetition = NOTHING_IS_KNOWN) -> Failure:
    """Say what a failed call means for its caller; bugs are logged under an incident id and not shown."""
    if not isinstance(error, CallError):
        incident = uuid4().hex[:12]
        log.error("incident %s: %s", incident, type(error).__name__, exc_info=error)
        sentence = f"something went wrong here; incident {incident} in the log"
        return Failure(500, "internal error", sentence, "internal-error")
    if error.detail:
        log.info("%s: %s", error.title, error.detail)
    failure = Failure(
        status=error.status,
        title=error.title,
        sentence=f"{error.sentence} ({error.place})" if error.place else error.sentence,
        code=error.code if isinstance(error, NotLinked) else name_of(error.title),
        advice=advise(error, repetition),
        headers=error.headers,
        problems=_problems(error),
    )
    if isinstance(error, UpstreamExplained):
        return _explained(failure, error.meaning)
    return replace(failure, answer=error.body) if isinstance(error, UpstreamRefused) else failure


def name_of(title: str) -> str:
    """Write a title as a word that programs can compare."""
    return "-".join(re.findall(r"[a-z0-9]+", title.lower()))


def _explained(failure: Failure, meaning: Meaning) -> Failure:
    """Tell an upstream's error as its file does; where that says nothing, as any other."""
    usual = failure.advice
    wait_s = usual.retry_after_s if meaning.retry_after_s is None else meaning.retry_after_s
    is_retryable = usual.is_retryable if meaning.is_retryable is None else meaning.is_retryable
    hint = usual.hint if meaning.retry_after_s is None else f"retry after {wait_s} s"
    advice = Advice(meaning.hint or hint, is_retryable=is_retryable, retry_after_s=wait_s)
    headers = () if wait_s is None else (("retry-after", str(wait_s)),)
    return replace(failure, code=meaning.code, advice=advice, headers=headers)


def _problems(error: CallError) -> tuple[tuple[str, str], ...]:
    if not isinstance(error, InvalidArguments):
        return ()
    return tuple((problem.path, problem.problem) for problem in error.problems)


def phrase(status: int) -> str:
    """Name a status, also one that no standard knows."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "unknown status"


def log_refusal(scope: Message, error: CallError) -> None:
    """Log a request that reached no operation; those that do are logged by the engine."""
    level = logging.DEBUG if scope["method"] == "OPTIONS" else logging.INFO  # health checks ask so
    log.log(level, "refused %s %s: %s %s", scope["method"], scope["path"], error.status, error.title)


async def send_both(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    """Send an answer whose body is there; a server that knows the word for it writes all in one go."""
    await send({"type": "http.response.start", "status": status, "headers": headers, WHOLE: True})
    await send({"type": "http.response.body", "body": body})


async def unless_hung_up(receive: Receive, send: Send, work: Callable[[Send], Awaitable[None]]) -> None:
    """Run the work of a request; when the caller hangs up it is cancelled, and so is the upstream call.

    The request's body must have been read: the next message can only be the disconnect. The task is
    cancelled directly, because a cancel scope waits for a moment when nothing is ready, and under a fast
    download there is none.
    """
    sent = send if isinstance(send, Sent) else Sent(send)
    call = _Call(receive, sent, asyncio.current_task())
    rounds = _Rounds.of(asyncio.get_running_loop())
    rounds.begin(call)
    try:
        await work(sent)
    except asyncio.CancelledError:
        if not call.is_hung_up or (call.task is not None and call.task.uncancel() > 0):
            raise
    finally:
        rounds.end(call)


@dataclass(slots=True)
class Sent:
    """Notes when an answer begins and when its last piece is sent."""

    send: Send
    is_started: bool = False
    is_complete: bool = False

    async def __call__(self, message: Message) -> None:
        self.is_started = True
        if message["type"] == "http.response.body" and not message.get("more_body", False):
            self.is_complete = True
        await self.send(message)


@dataclass(slots=True, eq=False)
class _Call:
    """A request that runs, and what waits for its caller to hang up."""

    receive: Receive
    sent: Sent
    task: asyncio.Task[object] | None
    watching: asyncio.Task[None] | None = None
    is_hung_up: bool = False

    async def watch(self) -> None:
        await self.receive()
        # a server says the same when the answer is complete
        if not self.sent.is_complete and self.task is not None:
            self.is_hung_up = True
            self.task.cancel()


@dataclass(slots=True)
class _Rounds:
    """Watches calls that last: those that were there on one round and are still there on the next.

    Most calls are over before a watcher would be worth its price, and a timer for each would be 3 % of it.
    """

    loop: asyncio.AbstractEventLoop
    new: set[_Call] = field(default_factory=set)
    seen: set[_Call] = field(default_factory=set)
    is_waiting: bool = False

    @classmethod
    def of(cls, loop: asyncio.AbstractEventLoop) -> _Rounds:
        """Give those of a loop; there is one loop, but in tests."""
        global _rounds
        if _rounds is None or _rounds.loop is not loop:
            _rounds = cls(loop)
        return _rounds

    def begin(self, call: _Call) -> None:
        self.new.add(call)
        if not self.is_waiting:
            self._wait()

    def end(self, call: _Call) -> None:
        self.new.discard(call)
        self.seen.discard(call)
        if call.watching is not None:
            call.watching.cancel()

    def _wait(self) -> None:
        self.is_waiting = True
        self.loop.call_later(_ROUND_S, self._go)

    def _go(self) -> None:
        self.is_waiting = False
        for call in self.seen:
            call.watching = self.loop.create_task(call.watch())
        self.new, self.seen = set(), self.new
        if self.seen:
            self._wait()


_rounds: _Rounds | None = None
