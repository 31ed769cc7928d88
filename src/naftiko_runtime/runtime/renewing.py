"""Gets what a credential needs from elsewhere, once for all callers who wait for it."""

from __future__ import annotations

import asyncio
from copy import copy
from dataclasses import dataclass, field

from ..plan.credential import CannotSign, Elsewhere, Renewal, Whole
from ..plan.errors import Oversized, UndecodableAnswer, UpstreamError, UpstreamTimeout
from ..plan.reading import read
from ..values import Secret, Text
from .observing import Observer, Sent
from .transports import Transport

_FETCH_S = 15.0
_ANSWER_LIMIT_BYTES = 256 * 1024


@dataclass(slots=True)
class Renewer:
    """Fetches for the credential of one consumed API."""

    name: str
    transport: Transport
    user_agent: str
    timeout_s: float = _FETCH_S
    observer: Observer | None = None
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _failures: int = 0
    _failure: UpstreamError | None = None

    async def renew(self, renewal: Renewal) -> None:
        """Fetch, unless somebody did so meanwhile; those who waited while it failed have failed too."""
        before = self._failures
        async with self._lock:
            if self._failure is not None and self._failures > before:
                raise copy(self._failure)
            request = renewal.request()
            if request is None:
                return
            try:
                self._keep(renewal, await self._fetch(request))
            except UpstreamError as error:
                self._failures += 1
                self._failure = error
                raise

    def _keep(self, renewal: Renewal, answer: Whole) -> None:
        try:
            renewal.keep(answer)
        except CannotSign as error:
            raise UpstreamError(f"the credential for {self.name} {error}") from None

    async def _fetch(self, request: Elsewhere) -> Whole:
        said: tuple[tuple[str, Text], ...] = (("User-Agent", self.user_agent), *request.headers)
        headers = [(name, _reveal(text)) for name, text in said]
        sending = self.transport.send("POST", request.url, headers, _reveal(request.body).encode())
        if self.observer is not None:
            sent = Sent("POST", request.url, said, request.body, is_for_credential=True)
            sending = self.observer(sent, sending)
        try:
            async with (
                asyncio.timeout(self.timeout_s),
                sending as inbound,
            ):
                return Whole(inbound.status, inbound.headers, await read(inbound, _ANSWER_LIMIT_BYTES))
        except TimeoutError:
            raise UpstreamTimeout(
                f"{place_of(self.name)} gave no answer within {self.timeout_s:g} s"
            ) from None
        except (Oversized, UndecodableAnswer):
            raise UpstreamError(f"{place_of(self.name)} gave an answer that cannot be read") from None


def place_of(api: str) -> str:
    """Name where the credential of an API comes from."""
    return f"the token endpoint of {api}"


def _reveal(text: Text) -> str:
    return text.reveal() if isinstance(text, Secret) else text
