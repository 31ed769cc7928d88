"""What a credential gets from elsewhere: once for all who wait, and told in one sentence when it fails."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from naftiko_runtime.plan.credential import CannotSign, Elsewhere, Memo, Whole
from naftiko_runtime.plan.errors import UpstreamError, UpstreamTimeout, UpstreamUnreachable
from naftiko_runtime.runtime.renewing import Renewer, place_of
from naftiko_runtime.runtime.transports.aiohttp import open_aiohttp
from naftiko_runtime.values import Secret
from wire import Respond, Seen, Upstream, answer, hang_up, silence

WAIT_S = 5


@dataclass
class Token:
    """A renewal that takes whatever is not empty."""

    url: str
    memo: Memo

    def request(self) -> Elsewhere | None:
        if self.memo.recall(bytes) is not None:
            return None
        return Elsewhere(self.url, (("X-Key", Secret("k")),), Secret("who=me"))

    def keep(self, answered: Whole) -> None:
        if not answered.body:
            raise CannotSign("cannot be had")
        self.memo.keep(answered.body)


@asynccontextmanager
async def renewer(timeout_s: float = WAIT_S) -> AsyncIterator[Renewer]:
    async with open_aiohttp(place_of("ships"), idle_s=WAIT_S) as transport:
        yield Renewer("ships", transport, "agent", timeout_s)


async def test_what_is_got_is_kept_and_asked_for_with_a_post(upstream: Upstream) -> None:
    memo = Memo()
    upstream.respond = answer(gzip.compress(b"t"), content_encoding="gzip")
    async with renewer() as opened:
        await opened.renew(Token(f"{upstream.url}/token?a=1", memo))
    [seen] = upstream.seen
    assert (seen.method, seen.target, seen.body, memo.recall(bytes)) == (
        "POST",
        "/token?a=1",
        b"who=me",
        b"t",
    )
    assert (seen.header("x-key"), seen.header("user-agent")) == ("k", "agent")


async def test_all_who_wait_share_one_request(upstream: Upstream) -> None:
    memo = Memo()
    async with renewer() as opened, asyncio.TaskGroup() as group:
        for _ in range(20):
            group.create_task(opened.renew(Token(upstream.url, memo)))
    assert len(upstream.seen) == 1


async def test_all_who_wait_share_a_failure_and_the_next_one_tries_again(upstream: Upstream) -> None:
    upstream.respond = answer(b"")
    memo = Memo()
    async with renewer() as opened:
        calls = (opened.renew(Token(upstream.url, memo)) for _ in range(20))
        failures = await asyncio.gather(*calls, return_exceptions=True)
        assert {(type(each), str(each)) for each in failures} == {
            (UpstreamError, "the credential for ships cannot be had")
        }
        assert (len({id(each) for each in failures}), len(upstream.seen)) == (20, 1)
        upstream.respond = answer(b"t")
        await opened.renew(Token(upstream.url, memo))
    assert len(upstream.seen) == 2


async def test_a_caller_who_leaves_lets_the_next_one_ask(upstream: Upstream) -> None:
    memo, arrived = Memo(), asyncio.Event()

    async def keep_waiting(seen: Seen, writer: asyncio.StreamWriter) -> None:
        arrived.set()
        await silence(seen, writer)

    upstream.respond = keep_waiting
    async with renewer() as opened:
        first = asyncio.create_task(opened.renew(Token(upstream.url, memo)))
        await asyncio.wait_for(arrived.wait(), WAIT_S)
        second = asyncio.create_task(opened.renew(Token(upstream.url, memo)))
        await asyncio.sleep(0)
        upstream.respond = answer(b"t")
        first.cancel()
        await second
    assert (first.cancelled(), memo.recall(bytes)) == (True, b"t")


PLACE = "the token endpoint of ships"


@pytest.mark.parametrize(
    ("respond", "kind", "sentence"),
    [
        (silence, UpstreamTimeout, f"{PLACE} gave no answer within 0.1 s"),
        (hang_up, UpstreamUnreachable, f"{PLACE}: no usable answer came"),
        (answer(b"x" * 300_000), UpstreamError, f"{PLACE} gave an answer that cannot be read"),
        (answer(b"x", content_encoding="br"), UpstreamError, f"{PLACE} gave an answer that cannot be read"),
    ],
)
async def test_a_failure_names_the_place(
    upstream: Upstream, respond: Respond, kind: type[UpstreamError], sentence: str
) -> None:
    upstream.respond = respond
    async with renewer(0.1) as opened:
        with pytest.raises(kind) as caught:
            await opened.renew(Token(upstream.url, Memo()))
    assert caught.value.sentence == sentence


async def test_a_place_that_cannot_be_reached_is_named() -> None:
    async with Upstream.open() as gone:
        url, port = gone.url, gone.port
    async with renewer() as opened:
        with pytest.raises(UpstreamUnreachable) as caught:
            await opened.renew(Token(url, Memo()))
    assert caught.value.sentence == f"cannot connect to {PLACE} at 127.0.0.1:{port}: Connection refused"
