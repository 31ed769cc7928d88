"""Keeps the requests to one API under a rate; on request it also heeds what the API says is left."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

from ...plan.call import Headers, Inbound
from ...plan.errors import TooMany
from ...plan.reading import header, retry_after_s
from ...plan.resilience import Rate
from . import Request, Sender
from .held import Held

_NUMBER = re.compile(r"[0-9]{1,12}(\.[0-9]{1,6})?")
_LEFT = ("ratelimit-remaining", "x-ratelimit-remaining", "x-rate-limit-remaining")
_RESET = ("ratelimit-reset", "x-ratelimit-reset", "x-rate-limit-reset")
_ONE_FIELD = re.compile(r";\s*r=([0-9]{1,12})\s*;\s*t=([0-9]{1,12})")
_EPOCH_FROM = 1_000_000_000  # larger numbers are points in time
_LONGEST_S = 3600.0


@dataclass(slots=True)
class RateLimit:
    """A bucket of tokens, one for each request; raises TooMany when the deadline is before the next one."""

    inner: Sender
    api: str
    rate: Rate
    now: Callable[[], float] = time.time
    tokens: float = 0.0
    filled_at: float | None = None
    stopped_until: float = 0.0

    async def send(self, request: Request, held: Held) -> Inbound:
        wait_s = self._take(request)
        if wait_s > 0:
            await self._sleep(wait_s)
        inbound = await self.inner.send(request, held)
        if self.rate.follows_headers:
            self._heed(inbound.status, inbound.headers)
        return inbound

    async def _sleep(self, wait_s: float) -> None:
        try:
            await asyncio.sleep(wait_s)
        except asyncio.CancelledError:
            self.tokens += 1  # whoever leaves sends nothing
            raise

    def _take(self, request: Request) -> float:
        """Take a token, perhaps one that is still to come; say how long that is."""
        clock, rate = asyncio.get_running_loop().time(), self.rate
        since = clock - self.filled_at if self.filled_at is not None else float("inf")
        self.tokens = min(float(rate.burst), self.tokens + since * rate.per_second)
        self.filled_at = clock
        wait_s = max((1 - self.tokens) / rate.per_second, self.stopped_until - clock, 0.0)
        if wait_s >= request.left_s():
            sentence = f"{self.api} is asked {rate.per_second:g} times a second at most"
            raise TooMany(sentence, headers=(("retry-after", str(ceil(wait_s))),))
        self.tokens -= 1
        return wait_s

    def _heed(self, status: int, headers: Headers) -> None:
        left, reset_s = _announced(headers, self.now())
        if status == 429:
            left, reset_s = 0, retry_after_s(headers, self.now()) or reset_s
        if left == 0 and reset_s is not None:
            stopped_until = asyncio.get_running_loop().time() + min(reset_s, _LONGEST_S)
            self.stopped_until = max(self.stopped_until, stopped_until)


def _announced(headers: Headers, now: float) -> tuple[int | None, float | None]:
    """Read how many requests are left, and in how many seconds there are more."""
    if found := _ONE_FIELD.search(header(headers, "ratelimit")):
        return int(found[1]), float(found[2])
    left, reset = _first(headers, _LEFT), _first(headers, _RESET)
    if reset is not None and reset >= _EPOCH_FROM:
        reset = max(0.0, reset - now)
    return (None if left is None else int(left)), reset


def _first(headers: Headers, names: tuple[str, ...]) -> float | None:
    texts = (header(headers, name) for name in names)
    return next((float(text) for text in texts if _NUMBER.fullmatch(text)), None)
