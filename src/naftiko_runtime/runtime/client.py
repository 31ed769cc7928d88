"""The client of one consumed API: signs requests and reveals their secrets."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace

from ..expr.sink import Unsendable
from ..plan.call import Inbound, Outbound
from ..plan.credential import AtOnce, CannotSign, Credential, Memo, Renewal, Signing, at_once
from ..plan.errors import UpstreamError
from ..values import Secret
from ..values.secret import join
from .observing import Observer, Sent
from .policies.held import Held
from .renewing import Renewer
from .transports import Transport


@dataclass(frozen=True, slots=True)
class Client:
    """Sends what a plan rendered to where the bindings say; the memo keeps tokens between calls."""

    name: str
    base_uri: str
    transport: Transport
    credential: Credential | None
    binds: Mapping[str, Secret] = field(repr=False)
    memo: Memo
    renewer: Renewer
    user_agent: str = "naftiko-runtime"
    observer: Observer | None = None
    _at_once: AtOnce | None = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_at_once", at_once(self.credential))

    def send(self, outbound: Outbound, held: Held) -> Awaitable[Inbound]:
        """Send a request, signed; its connection is held."""
        if self._at_once is not None:
            try:
                outbound = self._at_once.signed(outbound, self.binds, self.memo)
            except Unsendable as error:
                raise self._unsigned(error) from None
        elif self.credential is not None:
            return self._talk(self.credential.sign(outbound, self.binds, self.memo), held)
        return held.enter(self._sending(outbound))

    async def _talk(self, signing: Signing, held: Held) -> Inbound:
        """Send as many requests as a credential has to sign until one counts."""
        try:
            request = await self._next_request(signing, next(signing))
            while True:
                inbound = await held.enter(self._sending(request))
                try:
                    wanted = signing.send(inbound)
                except StopIteration:
                    return inbound
                await held.leave()
                request = await self._next_request(signing, wanted)
        except (Unsendable, CannotSign) as error:
            raise self._unsigned(error) from None

    def _unsigned(self, error: Exception) -> UpstreamError:
        return UpstreamError(f"the credential for {self.name} {error}")

    def at(self, base_uri: str) -> Client:
        """Give a client that sends there, and shares everything else."""
        return replace(self, base_uri=base_uri, memo=replace(self.memo, base_uri=base_uri))

    def unsigned(self) -> Client:
        """Give a client that signs nothing."""
        return replace(self, credential=None)

    async def _next_request(self, signing: Signing, wanted: Outbound | Renewal) -> Outbound:
        """Get what the credential lacks, until it has signed a request."""
        while not isinstance(wanted, Outbound):
            await self.renewer.renew(wanted)
            wanted = next(signing)
        return wanted

    def _sending(self, request: Outbound) -> AbstractAsyncContextManager[Inbound]:
        body, target = request.body, request.target
        headers, has_agent = [("User-Agent", self.user_agent)], False
        for name, value in request.headers:
            has_agent = has_agent or name.lower() == "user-agent"
            headers.append((name, value if isinstance(value, str) else value.reveal()))
        if has_agent:
            del headers[0]
        if isinstance(body, Secret):
            body = body.reveal().encode()
        url = self.base_uri + (target if isinstance(target, str) else target.reveal())
        sending = self.transport.send(request.method, url, headers, body)
        if self.observer is None:
            return sending
        agent = () if has_agent else (headers[0],)
        shown = Sent(request.method, join((self.base_uri, target)), (*agent, *request.headers), request.body)
        return self.observer(shown, sending)
