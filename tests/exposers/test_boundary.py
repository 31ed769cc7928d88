"""The border of every face by itself."""

import asyncio

import pytest

from naftiko_runtime.exposers.advice import Repetition
from naftiko_runtime.exposers.boundary import Message, Send, failure_of, phrase, unless_hung_up
from naftiko_runtime.exposers.refusal import tell, text_of
from naftiko_runtime.plan.errors import UpstreamRefused, UpstreamUnreachable


@pytest.mark.parametrize(("status", "words"), [(404, "Not Found"), (299, "unknown status")])
def test_a_status_has_a_name(status: int, words: str) -> None:
    assert phrase(status) == words


def test_a_detail_goes_to_the_log_and_not_to_the_caller(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "naftiko")
    failure = failure_of(UpstreamUnreachable("api: no answer came", detail="ServerDisconnectedError"))
    assert failure.sentence == "api: no answer came"
    assert "ServerDisconnectedError" in caplog.text


def test_a_request_that_was_never_sent_may_be_repeated_even_if_it_changes_something() -> None:
    error = UpstreamUnreachable("cannot connect to api", was_sent=False)
    told = tell(error, Repetition(is_safe=False, is_single=True))
    assert text_of(told) == "cannot connect to api\nnothing was sent: a retry may help"


def test_a_redirect_that_a_flow_may_not_follow_is_told_with_its_target() -> None:
    error = UpstreamRefused(302, (("location", "https://elsewhere.example/x"),), b"")
    assert text_of(tell(error, Repetition(is_safe=True, is_single=True))) == (
        "the upstream answered 302 Found, which points to https://elsewhere.example/x\n"
        "do not retry it unchanged"
    )


async def never() -> Message:
    await asyncio.sleep(600)
    return {}


async def nowhere(message: Message) -> None:
    return


async def test_whoever_stops_the_server_stops_its_calls() -> None:
    began = asyncio.Event()

    async def work(send: Send) -> None:
        began.set()
        await asyncio.sleep(600)

    call = asyncio.ensure_future(unless_hung_up(never, nowhere, work))
    await began.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call


async def test_a_disconnect_after_the_answer_stops_nothing() -> None:
    finished, answered = False, asyncio.Event()

    async def disconnect() -> Message:
        await answered.wait()
        return {"type": "http.disconnect"}

    async def work(send: Send) -> None:
        nonlocal finished
        await asyncio.sleep(0.1)
        await send({"type": "http.response.body", "body": b""})
        answered.set()
        await asyncio.sleep(0.1)
        finished = True

    await unless_hung_up(disconnect, nowhere, work)
    assert finished
