"""What is tried again, when, and what never is."""

from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from naftiko_runtime.plan.call import Outbound
from naftiko_runtime.plan.errors import CallError, UpstreamError, UpstreamTimeout, UpstreamUnreachable
from naftiko_runtime.plan.resilience import Effort
from naftiko_runtime.runtime.policies.retry import Retry
from policing import Given, ask, script

NOW = 1_000_000_000.0
DROPPED = UpstreamUnreachable("dropped")
REFUSED = UpstreamUnreachable("refused", was_sent=False)
UNTRUSTED = UpstreamUnreachable("untrusted", was_sent=False, is_lasting=True)
AT_ONCE = Effort(backoff="none")


async def pieces() -> AsyncIterator[bytes]:
    yield b"x"


def http_date(seconds: float) -> str:
    moment = datetime.fromtimestamp(NOW, UTC) + timedelta(seconds=seconds)
    return format_datetime(moment, usegmt=True)


@pytest.mark.parametrize("outcome", [Given(429), Given(502), Given(503), Given(504), DROPPED, REFUSED])
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"])
async def test_what_may_be_repeated_is_until_it_succeeds(outcome: Given | CallError, method: str) -> None:
    upstream = script([outcome, outcome, Given(200, pieces=(b"ok",))])
    assert await ask(Retry(upstream, "api"), AT_ONCE, Outbound(method, "/")) == (200, b"ok")
    assert (len(upstream.asked), upstream.closed) == (3, 3)


@pytest.mark.parametrize("status", [200, 204, 302, 400, 401, 404, 409, 500, 501])
async def test_any_other_answer_counts(status: int) -> None:
    upstream = script([Given(status), Given(200)])
    assert await ask(Retry(upstream, "api"), AT_ONCE) == (status, b"")


async def test_the_last_attempt_counts_whatever_it_gives() -> None:
    upstream = script([Given(503), Given(503), Given(502)])
    assert await ask(Retry(upstream, "api"), AT_ONCE) == (502, b"")
    with pytest.raises(UpstreamUnreachable):
        await ask(Retry(script([Given(503), DROPPED, DROPPED]), "api"), AT_ONCE)


@pytest.mark.parametrize("method", ["POST", "PATCH"])
@pytest.mark.parametrize("outcome", [Given(429), Given(503), DROPPED, UpstreamTimeout("late")])
async def test_a_post_that_may_have_arrived_is_never_repeated(
    method: str, outcome: Given | UpstreamError
) -> None:
    upstream = script([outcome])
    with suppress(UpstreamError):
        await ask(Retry(upstream, "api"), AT_ONCE, Outbound(method, "/"))
    assert len(upstream.asked) == 1


async def test_a_post_that_never_left_is_repeated() -> None:
    upstream = script([REFUSED, Given(201)])
    assert await ask(Retry(upstream, "api"), AT_ONCE, Outbound("POST", "/")) == (201, b"")


@pytest.mark.parametrize("outcome", [Given(503), REFUSED, DROPPED])
async def test_a_body_that_comes_in_pieces_is_sent_once(outcome: Given | CallError) -> None:
    upstream = script([outcome, Given(200)])
    with suppress(UpstreamError):
        await ask(Retry(upstream, "api"), AT_ONCE, Outbound("PUT", "/", body=pieces()))
    assert len(upstream.asked) == 1


@pytest.mark.parametrize(
    ("outcome", "effort"),
    [
        (UNTRUSTED, AT_ONCE),
        (DROPPED, Effort(backoff="none", retries_network_errors=False)),
        (DROPPED, Effort(retries=0)),
        (UpstreamError("the credential cannot be sent"), AT_ONCE),
    ],
    ids=["lasting", "not network errors", "no retries", "our own"],
)
async def test_what_cannot_pass_fails_at_once(outcome: CallError, effort: Effort) -> None:
    upstream = script([outcome, Given(200)])
    with pytest.raises(UpstreamError):
        await ask(Retry(upstream, "api"), effort)
    assert len(upstream.asked) == 1


async def test_the_file_says_which_statuses_are_tried_again() -> None:
    upstream = script([Given(418), Given(503)])
    effort = Effort(backoff="none", retry_on=frozenset({418}))
    assert await ask(Retry(upstream, "api"), effort) == (503, b"")


@pytest.mark.parametrize("said", ["0", http_date(0), http_date(-60)])
async def test_a_wait_that_the_upstream_asks_for_and_that_fits_is_kept(said: str) -> None:
    upstream = script([Given(429, (("retry-after", said),)), Given(200)])
    slow = Effort(backoff="fixed", backoff_s=3600)
    assert await ask(Retry(upstream, "api", now=lambda: NOW), slow) == (200, b"")


@pytest.mark.parametrize("said", ["6", "99999999999999999", http_date(60), http_date(86400 * 365)])
async def test_a_wait_that_does_not_fit_is_passed_on_at_once(said: str) -> None:
    upstream = script([Given(503, (("retry-after", said),)), Given(200)])
    assert await ask(Retry(upstream, "api", now=lambda: NOW)) == (503, b"")
    assert len(upstream.asked) == 1


@pytest.mark.parametrize("said", ["soon", "-1", "1.5", "", "Mon, 99 Foo 2026 00:00:00 GMT"])
async def test_a_wait_that_nobody_understands_is_ours(said: str) -> None:
    upstream = script([Given(503, (("retry-after", said),)), Given(200)])
    assert await ask(Retry(upstream, "api"), AT_ONCE) == (200, b"")


async def test_a_backoff_that_does_not_fit_is_not_waited_for() -> None:
    slow = Effort(backoff="fixed", backoff_s=19, jitter=0)
    assert await ask(Retry(script([Given(503), Given(200)]), "api"), slow) == (503, b"")
    with pytest.raises(UpstreamUnreachable):
        await ask(Retry(script([DROPPED, Given(200)]), "api"), slow)


def waits(effort: Effort, share: Callable[[], float]) -> list[float]:
    retry = Retry(script([]), "api", share)
    return [round(retry.backoff_s(effort, attempt), 6) for attempt in range(4)]


def test_waits_grow_and_a_share_of_them_is_random() -> None:
    growing = Effort(backoff_s=8)
    assert waits(growing, lambda: 0.0) == [8, 16, 20, 20]
    assert waits(growing, lambda: 1.0) == [0, 0, 0, 0]
    assert waits(Effort(backoff_s=8, jitter=0.5), lambda: 1.0) == [4, 8, 10, 10]
    assert waits(Effort(backoff="fixed", backoff_s=8), lambda: 0.5) == [4, 4, 4, 4]
    assert waits(Effort(backoff="none", backoff_s=8), lambda: 0.0) == [0, 0, 0, 0]


def test_the_random_share_is_between_nothing_and_all() -> None:
    retry = Retry(script([]), "api")
    shares = {retry.share() for _ in range(100)}
    assert len(shares) > 50
    assert all(0 <= share <= 1 for share in shares)
