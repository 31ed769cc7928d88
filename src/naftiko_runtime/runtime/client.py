"""The client of one consumed API: signs requests and reveals their secrets."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace

from ..expr.sink import Unsendable
from ..plan.call import Inbound, Outbound
from ..plan.credential import CannotSign, Credential, Memo, Renewal, Signing
from ..plan.errors import UpstreamError
from ..values import Secret, Text
from ..values.secret import join
from .observing import Observer, Sent
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

    @asynccontextmanager
    async def send(self, outbound: Outbound) -> AsyncIterator[Inbound]:
        """Send a request, signed; the answer's body must be read before the context ends."""
        async with AsyncExitStack() as stack:
            yield await self._exchange(outbound, stack)

    def at(self, base_uri: str) -> Client:
        """Give a client that sends there, and shares everything else."""
        return replace(self, base_uri=base_uri, memo=replace(self.memo, base_uri=base_uri))

    def unsigned(self) -> Client:
        """Give a client that signs nothing."""
        return replace(self, credential=None)

    async def _exchange(self, outbound: Outbound, stack: AsyncExitStack) -> Inbound:
        if self.credential is None:
            return await stack.enter_async_context(self._transmit(outbound))
        signing = self.credential.sign(outbound, self.binds, self.memo)
        try:
            request = await self._next_request(signing, next(signing))
            while True:
                inbound = await stack.enter_async_context(self._transmit(request))
                try:
                    wanted = signing.send(inbound)
                except StopIteration:
                    return inbound
                await stack.aclose()
                request = await self._next_request(signing, wanted)
        except (Unsendable, CannotSign) as error:
            raise UpstreamError(f"the credential for {self.name} {error}") from None

    async def _next_request(self, signing: Signing, wanted: Outbound | Renewal) -> Outbound:
        """Get what the credential lacks, until it has signed a request."""
        while not isinstance(wanted, Outbound):
            await self.renewer.renew(wanted)
            wanted = next(signing)
        return wanted

    @asynccontextmanager
    async def _transmit(self, request: Outbound) -> AsyncIterator[Inbound]:
        said = request.headers
        if all(name.lower() != "user-agent" for name, _ in said):
            said = (("User-Agent", self.user_agent), *said)
        headers = [(name, _reveal(value)) for name, value in said]
        body = request.body.reveal().encode() if isinstance(request.body, Secret) else request.body
        url = self.base_uri + _reveal(request.target)
        sending = self.transport.send(request.method, url, headers, body)
        if self.observer is not None:
            url_shown = join((self.base_uri, request.target))
            sending = self.observer(Sent(request.method, url_shown, said, request.body), sending)
        async with sending as inbound:
            yield inbound


def _reveal(text: Text) -> str:
    return text.reveal() if isinstance(text, Secret) else text
