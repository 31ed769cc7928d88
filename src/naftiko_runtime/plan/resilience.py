"""How hard a call is tried, and how much a consumed API is asked at once; what no file says is said here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

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


@dataclass(frozen=True, slots=True)
class Rate:
    """A bucket of ``burst`` requests that fills by ``per_second``; perhaps the upstream's headers stop it."""

    per_second: float
    burst: int
    follows_headers: bool = False


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
