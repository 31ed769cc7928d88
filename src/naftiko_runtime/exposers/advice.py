"""Whether a call that failed may be tried again, and what whoever called can do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from time import time
from typing import assert_never

from ..plan.call import Headers, HttpCall
from ..plan.errors import (
    Busy,
    CallError,
    StepFailed,
    TooMany,
    UndecodableAnswer,
    UpstreamDown,
    UpstreamRefused,
    UpstreamTimeout,
    UpstreamUnreachable,
)
from ..plan.flow import Flow
from ..plan.forward import Forward
from ..plan.reading import header, retry_after_s
from ..plan.resilience import IDEMPOTENT
from ..plan.surfaces import Body, PassThrough, Refused

_NOT_NOW = frozenset({429, 503})
_NOT_OFFERED = 501
_NOT_SENT = "nothing was sent: a retry may help"


@dataclass(frozen=True, slots=True)
class Repetition:
    """What a second attempt would do: ``is_safe`` when it changes nothing, ``is_single`` for one request."""

    is_safe: bool
    is_single: bool

    @classmethod
    def of(cls, body: Body) -> Repetition:
        calls = tuple(_calls(body))
        return cls(all(call.method.upper() in IDEMPOTENT for call in calls), len(calls) < 2)


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do; ``is_retryable`` when the same call may succeed and does no harm a second time."""

    hint: str = ""
    is_retryable: bool = False
    retry_after_s: int | None = None


NOTHING_IS_KNOWN = Repetition(is_safe=False, is_single=True)


def advise(error: CallError, repetition: Repetition) -> Advice:
    """Say what to do about a failure of ours, or one of the upstream that a flow met."""
    if isinstance(error, UpstreamRefused):
        return advise_on_answer(error.status, error.headers, repetition)
    if isinstance(error, UpstreamUnreachable) and not error.was_sent:
        return Advice() if error.is_lasting else _not_sent(error.headers, repetition)
    if isinstance(error, UpstreamDown):
        return _not_sent(error.headers, repetition)
    if isinstance(error, UpstreamTimeout | UpstreamUnreachable):
        return _if_unsure(repetition)
    if isinstance(error, UndecodableAnswer | StepFailed):
        return Advice() if repetition.is_safe else _if_unsure(repetition)
    if isinstance(error, Busy | TooMany):
        return _if_not_now(error.headers, repetition)
    return Advice()


def advise_on_answer(status: int, headers: Headers, repetition: Repetition) -> Advice:
    """Say what to do about an upstream's error."""
    if status in _NOT_NOW:
        return _if_not_now(headers, repetition)
    is_unsure = status == 408 or (status >= 500 and status != _NOT_OFFERED)
    return _if_unsure(repetition) if is_unsure else Advice("do not retry it unchanged")


def _not_sent(headers: Headers, repetition: Repetition) -> Advice:
    if not (repetition.is_safe or repetition.is_single):
        return _if_not_now(headers, repetition)
    return Advice(_NOT_SENT, is_retryable=True, retry_after_s=_seconds(headers))


def _if_not_now(headers: Headers, repetition: Repetition) -> Advice:
    if not (repetition.is_safe or repetition.is_single):
        return Advice("earlier steps may have been carried out: check before repeating them")
    wait, wait_s = header(headers, "retry-after")[:40], _seconds(headers)
    if wait.isdigit():
        return Advice(f"retry after {wait} s", is_retryable=True, retry_after_s=wait_s)
    hint = f"retry after {wait}" if wait else "retry later"
    return Advice(hint, is_retryable=True, retry_after_s=wait_s)


def _if_unsure(repetition: Repetition) -> Advice:
    if repetition.is_safe:
        return Advice("a retry may help", is_retryable=True)
    return Advice("the request may have been processed: check before repeating it")


def _seconds(headers: Headers) -> int | None:
    found = retry_after_s(headers, time())
    return None if found is None else ceil(found)


def _calls(body: Body) -> Iterator[HttpCall]:
    match body:
        case PassThrough(call) | Forward(call):
            yield call
        case Flow():
            yield from body.calls
        case Refused():
            return
        case never:
            assert_never(never)
