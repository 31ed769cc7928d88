"""Tries again what may be repeated, within the deadline; waits as the upstream asks, or at random."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from secrets import randbelow

from ...plan.call import Inbound, Outbound
from ...plan.errors import UpstreamError, UpstreamTimeout, UpstreamUnreachable
from ...plan.reading import retry_after_s
from ...plan.resilience import IDEMPOTENT, Effort
from . import Request, Sender
from .held import Held

log = logging.getLogger("naftiko.calls")

_STEPS = 1_000_000
_LONGEST_BACKOFF_S = 20.0


def _any_share() -> float:
    return randbelow(_STEPS + 1) / _STEPS


@dataclass(frozen=True, slots=True)
class Retry:
    """Repeats idempotent requests, and those that never left; ``share`` gives the jitter, from 0 to 1."""

    inner: Sender
    api: str
    share: Callable[[], float] = _any_share
    now: Callable[[], float] = time.time

    async def send(self, request: Request, held: Held) -> Inbound:
        retry_on = request.effort.retry_on
        for attempt in range(request.effort.retries):
            outcome: Inbound | UpstreamError
            try:
                outcome = await self.inner.send(request, held)
                if outcome.status not in retry_on:
                    return outcome
            except (UpstreamTimeout, UpstreamUnreachable) as error:
                outcome = error
            wait_s = self._wait_s(request, outcome, attempt)
            if wait_s is None or wait_s >= request.left_s():
                return _given(outcome)
            await held.aclose()
            why = outcome.title if isinstance(outcome, UpstreamError) else outcome.status
            log.debug("%s: trying again in %.2f s after: %s", self.api, wait_s, why)
            await asyncio.sleep(wait_s)
        return await self.inner.send(request, held)

    def _wait_s(self, request: Request, outcome: Inbound | UpstreamError, attempt: int) -> float | None:
        """Say how long to wait after what may be tried again; None when it is not."""
        if isinstance(outcome, UpstreamError):
            return self.backoff_s(request.effort, attempt) if _may_pass(request, outcome) else None
        if not _is_repeatable(request.outbound):
            return None
        asked_s = retry_after_s(outcome.headers, self.now())
        return self.backoff_s(request.effort, attempt) if asked_s is None else asked_s

    def backoff_s(self, effort: Effort, attempt: int) -> float:
        """Wait twice as long each time; the share of it that is random keeps callers apart."""
        if effort.backoff == "none":
            return 0.0
        whole = effort.backoff_s * (2**attempt if effort.backoff == "exponential" else 1)
        whole = min(whole, _LONGEST_BACKOFF_S)
        return whole * (1 - effort.jitter * self.share())


def _given(outcome: Inbound | UpstreamError) -> Inbound:
    if isinstance(outcome, UpstreamError):
        raise outcome
    return outcome


def _may_pass(request: Request, error: UpstreamError) -> bool:
    """Tell whether another attempt may help, and the upstream then sees no POST twice."""
    if not request.effort.retries_network_errors:
        return False
    if isinstance(error, UpstreamUnreachable) and error.is_lasting:
        return False
    was_sent = not isinstance(error, UpstreamUnreachable) or error.was_sent
    return _is_repeatable(request.outbound) if was_sent else not request.outbound.is_streamed


def _is_repeatable(outbound: Outbound) -> bool:
    """Tell whether a request can be sent again, and does no more then than once (RFC 9110, 9.2.2)."""
    return outbound.method in IDEMPOTENT and not outbound.is_streamed
