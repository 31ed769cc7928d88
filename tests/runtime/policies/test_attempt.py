"""One attempt has as long as the file says."""

from collections.abc import AsyncIterator

import pytest

from calling import ships
from naftiko_runtime.plan.call import Outbound
from naftiko_runtime.plan.errors import UpstreamTimeout
from naftiko_runtime.plan.resilience import Effort
from policing import ask
from wire import Upstream, silence


@pytest.mark.parametrize("retries", [0, 1])
async def test_an_attempt_without_headers_in_time_fails_and_may_be_repeated(
    upstream: Upstream, retries: int
) -> None:
    upstream.respond = silence
    effort = Effort(timeout_s=0.05, retries=retries, backoff="none")
    async with ships(upstream.url) as fleet:
        with pytest.raises(UpstreamTimeout) as caught:
            await ask(fleet.engine.senders["ships"], effort)
    assert caught.value.sentence == "ships gave no answer within 0.05 s"
    assert len(upstream.seen) == retries + 1


async def test_an_upload_may_take_longer(upstream: Upstream) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"x"

    headers = (("Content-Length", "1"),)
    async with ships(upstream.url) as fleet:
        outbound = Outbound("PUT", "/", headers=headers, body=pieces())
        assert (await ask(fleet.engine.senders["ships"], Effort(timeout_s=1e-9), outbound))[0] == 200
