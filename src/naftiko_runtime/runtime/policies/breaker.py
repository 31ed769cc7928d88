"""Leaves an API alone that has failed again and again, and asks now and then whether it is back."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from math import ceil

from ...plan.call import Inbound
from ...plan.errors import UpstreamDown, UpstreamTimeout, UpstreamUnreachable
from . import Request, Sender
from .held import Held

log = logging.getLogger("naftiko.calls")

_DOWN = frozenset({502, 503, 504})


@dataclass(slots=True)
class Breaker:
    """Opens after so many failures in a row; when it was open for ``open_s``, one request tries it out.

    Failures are: no connection, no answer in time, 502, 503 and 504, after all retries.
    """

    inner: Sender
    api: str
    failures: int
    open_s: float
    in_a_row: int = 0
    opens_again_at: float = 0.0
    is_trying: bool = False

    async def send(self, request: Request, held: Held) -> Inbound:
        if self.in_a_row >= self.failures:
            self._admit_one()
        try:
            inbound = await self.inner.send(request, held)
        except (UpstreamTimeout, UpstreamUnreachable):
            self._fail()
            raise
        except asyncio.CancelledError:
            if request.left_s() <= 0:
                self._fail()
            raise
        finally:
            self.is_trying = False
        if inbound.status in _DOWN:
            self._fail()
        else:
            self.in_a_row = 0
        return inbound

    def _admit_one(self) -> None:
        left_s = self.opens_again_at - asyncio.get_running_loop().time()
        if left_s > 0 or self.is_trying:
            wait = str(max(1, ceil(left_s)))
            sentence = f"{self.api} failed {self.in_a_row} times in a row and is not asked for {wait} s"
            raise UpstreamDown(sentence, headers=(("retry-after", wait),))
        self.is_trying = True

    def _fail(self) -> None:
        self.in_a_row += 1
        if self.in_a_row >= self.failures:
            self.opens_again_at = asyncio.get_running_loop().time() + self.open_s
            log.warning(
                "%s failed %d times in a row: not asked for %g s", self.api, self.in_a_row, self.open_s
            )
