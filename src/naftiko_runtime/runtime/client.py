"""The client of one consumed API: signs requests and reveals their secrets."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace

from ..expr.sink import Unsendable
from ..plan.call import Inbound, Outbound
from ..plan.credential import CannotSign, Credential, Memo, Renewal, Signing
from ..plan.errors import UpstreamError
from ..values import Secret, Text
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

    async def send(self, outbound: Outbound, held: Held) -> Inbound:
        """Send a request, signed; its connection is held."""
        if self.credential is None:
            return await held.enter(self._sending(outbound))
        signing = self.credential.sign(outbound, self.binds, self.memo)
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
            raise UpstreamError(f"the credential for {self.name} {error}") from None

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
        said = request.headers
        if "user-agent" not in [name.lower() for name, _ in said]:
            said = (("User-Agent", self.user_agent), *said)
        headers = [(name, value if isinstance(value, str) else value.reveal()) for name, value in said]
        body = request.body.reveal().encode() if isinstance(request.body, Secret) else request.body
        url = self.base_uri + _reveal(request.target)
        sending = self.transport.send(request.method, url, headers, body)
        if self.observer is None:
            return sending
        url_shown = join((self.base_uri, request.target))
        return self.observer(Sent(request.method, url_shown, said, request.body), sending)


def _reveal(text: Text) -> str:
    return text.reveal() if isinstance(text, Secret) else text
