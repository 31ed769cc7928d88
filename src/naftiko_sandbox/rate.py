"""A rate limit that can be switched on."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(slots=True)
class Rate:
    """So many requests in each window; without a limit everything passes."""

    clock_ns: Callable[[], int]
    limit: int | None = None
    window_s: float = 60
    used: int = 0
    started_ns: int = 0

    def set(self, limit: int | None, window_s: float) -> None:
        self.limit, self.window_s = limit, window_s
        self.used, self.started_ns = 0, self.clock_ns()

    def spend(self) -> bool:
        """Count one request; false when the window has none left."""
        if self.limit is None:
            return True
        now = self.clock_ns()
        if now - self.started_ns >= self.window_s * 1e9:
            self.used, self.started_ns = 0, now
        self.used += 1
        return self.used <= self.limit

    def headers(self) -> Mapping[str, str]:
        """Say where the caller stands; every answer carries it while a limit is set."""
        if self.limit is None:
            return {}
        return {
            "x-ratelimit-limit": str(self.limit),
            "x-ratelimit-remaining": str(max(0, self.limit - self.used)),
            "x-ratelimit-reset": str(self.wait_s()),
        }

    def wait_s(self) -> int:
        """Whole seconds until the next window, never 0: at once would be too early."""
        passed_s = (self.clock_ns() - self.started_ns) / 1e9
        return max(1, math.ceil(self.window_s - passed_s))
