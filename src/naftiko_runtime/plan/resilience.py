"""How hard a call is tried, and how much a consumed API is asked at once; what no file says is said here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, TypeAlias

from ..values.record import dataclass

Backoff: TypeAlias = Literal["none", "fixed", "exponential"]

# those who answer so did not do what they were asked, or somebody in front of them does not know
RETRIED_STATUSES = frozenset({429, 502, 503, 504})
IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"})


@dataclass(frozen=True, slots=True)
class Effort:
    """How one call is made: ``timeout_s`` is for the headers of each attempt, ``jitter`` a share of waits."""

    timeout_s: float | None = None
    retries: int = 2
    retry_on: frozenset[int] = RETRIED_STATUSES
    retries_network_errors: bool = True
    backoff: Backoff = "exponential"
    backoff_s: float = 0.2
    jitter: float = 1.0
    coalesces: bool = False

    def __str__(self) -> str:
        """Say what differs from the usual."""
        return ", ".join(self._said())

    def _said(self) -> Iterator[str]:
        if self.timeout_s is not None:
            yield f"{self.timeout_s:g} s an attempt"
        yield from self._repeated() if self.retries else ("no retries",)
        if self.coalesces:
            yield "one request for all who get the same at the same time"

    def _repeated(self) -> Iterator[str]:
        usual = Effort()
        if self.retries != usual.retries:
            yield f"{self.retries} retries"
        if self.retry_on != usual.retry_on:
            yield f"retries on {' and '.join(map(str, sorted(self.retry_on))) or 'no status'}"
        if not self.retries_network_errors:
            yield "none after network errors"
        if self.backoff == "none":
            yield "no waits"
        elif (self.backoff, self.backoff_s, self.jitter) != (usual.backoff, usual.backoff_s, usual.jitter):
            yield f"{self.backoff} waits from {self.backoff_s:g} s, {self.jitter:.0%} of it random"


@dataclass(frozen=True, slots=True)
class Rate:
    """A bucket of ``burst`` requests that fills by ``per_second``; perhaps the upstream's headers stop it."""

    per_second: float
    burst: int
    follows_headers: bool = False

    def __str__(self) -> str:
        heeds = ", as its headers say" if self.follows_headers else ""
        return f"{self.per_second:g} requests a second, {self.burst} at once{heeds}"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one consumed API is asked at most; no ``failures`` means that nothing opens its circuit."""

    concurrency: int = 256
    queue: int = 1024
    failures: int = 10
    open_s: float = 10.0
    rate: Rate | None = None
    connect_s: float = 10.0
    idle_s: float | None = None

    def __str__(self) -> str:
        """Say what differs from the usual."""
        return ", ".join(self._said())

    def _said(self) -> Iterator[str]:
        usual = Limits()
        if (self.concurrency, self.queue) != (usual.concurrency, usual.queue):
            yield f"{self.concurrency} requests at a time and {self.queue} in a queue"
        if (self.failures, self.open_s) != (usual.failures, usual.open_s):
            yield (
                f"left alone for {self.open_s:g} s after {self.failures} failures"
                if self.failures
                else ("never left alone")
            )
        if self.rate is not None:
            yield str(self.rate)
        if self.connect_s != usual.connect_s:
            yield f"{self.connect_s:g} s to connect"
        if self.idle_s is not None:
            yield f"silent for {self.idle_s:g} s at most"
