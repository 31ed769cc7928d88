"""One call from arguments to answer: what reaches the upstream, what comes back, what is logged."""

import asyncio
import gzip
import logging
import zlib
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

import pytest

from calling import SECRET, SHIPS, Ships, ships, ships_plan
from naftiko_runtime.expr.scope import Expr, Scope
from naftiko_runtime.plan.asking import Query
from naftiko_runtime.plan.call import HttpCall, Outbound
from naftiko_runtime.plan.credential import Elsewhere, Memo, Signing, Whole
from naftiko_runtime.plan.errors import (
    Busy,
    CallError,
    InvalidArguments,
    NotLinked,
    UndecodableAnswer,
    UpstreamError,
    UpstreamRefused,
    UpstreamTimeout,
    UpstreamUnreachable,
)
from naftiko_runtime.plan.flow import Answer, Effects, Flow
from naftiko_runtime.plan.surfaces import Context
from naftiko_runtime.runtime.bindings import bind
from naftiko_runtime.runtime.engine import Settings, open_engine
from naftiko_runtime.values import Json, Secret
from serving import compiled
from wire import Respond, Seen, Upstream, answer, hang_up, silence, silence_after

WAIT_S = 5


@pytest.fixture
async def fleet(upstream: Upstream) -> AsyncIterator[Ships]:
    async with ships(upstream.url) as opened:
        yield opened


def signed(upstream: Upstream, *headers: tuple[str, str]) -> list[tuple[str, str]]:
    """List the headers of every request, then those given, then the credential."""
    first = [("Host", f"127.0.0.1:{upstream.port}"), ("User-Agent", "naftiko-runtime")]
    defaults = [("Accept", "*/*"), ("Accept-Encoding", "identity")]
    said = {name.lower() for name, _ in headers}
    kept = [pair for pair in defaults if pair[0].lower() not in said]
    return [*first, *headers, *kept, ("Authorization", f"Bearer {SECRET}")]


async def test_exactly_what_the_file_declares_reaches_the_wire(upstream: Upstream, fleet: Ships) -> None:
    arguments = {"imo": "a/b é", "fields": "x&y=1", "X-Trace": "t-1", "crew": "a;b"}
    await fleet.call("read", arguments)
    [seen] = upstream.seen
    assert (seen.method, seen.target, seen.body) == ("GET", "/ships/a%2Fb%20%C3%A9?fields=x%26y%3D1", b"")
    assert list(seen.headers) == signed(upstream, ("X-Trace", "t-1"), ("Cookie", "crew=a%3Bb"))


async def test_what_is_not_given_is_not_sent(upstream: Upstream, fleet: Ships) -> None:
    await fleet.call("read", {"imo": "1"})
    [seen] = upstream.seen
    assert seen.target == "/ships/1"
    assert list(seen.headers) == signed(upstream)


async def test_a_user_agent_that_the_file_gives_goes_before_ours(upstream: Upstream) -> None:
    plan = compiled(SHIPS.replace("X-Trace", "user-agent"))
    async with ships(upstream.url, plan=plan) as opened:
        await opened.call("read", {"imo": "1", "user-agent": "mine/1"})
    [seen] = upstream.seen
    agents = [value for name, value in seen.headers if name.lower() == "user-agent"]
    assert agents == ["mine/1"]


async def test_a_get_may_have_a_body(upstream: Upstream, fleet: Ships) -> None:
    await fleet.call("find", {"imo": "1", "body": {"flag": "NL"}})
    [seen] = upstream.seen
    assert (seen.method, seen.body) == ("GET", b'{"flag":"NL"}')
    assert sorted(seen.headers) == sorted(
        [*signed(upstream, ("Content-Type", "application/json")), ("Content-Length", "13")]
    )


async def test_a_post_without_body_says_that_there_is_none(upstream: Upstream, fleet: Ships) -> None:
    await fleet.call("build")
    [seen] = upstream.seen
    assert sorted(seen.headers) == sorted([*signed(upstream), ("Content-Length", "0")])


async def test_headers_of_the_caller_pass_on_after_those_of_the_file(
    upstream: Upstream, fleet: Ships
) -> None:
    passed = (("accept", "text/csv"), ("range", "bytes=0-1"), ("x-trace", "of the caller"))
    await fleet.call("read", {"imo": "1", "X-Trace": "of the file"}, Context("rest", passed))
    [seen] = upstream.seen
    expected = signed(upstream, ("X-Trace", "of the file"), ("accept", "text/csv"), ("range", "bytes=0-1"))
    assert list(seen.headers) == expected


async def test_a_query_of_the_caller_passes_on_encoded(upstream: Upstream, fleet: Ships) -> None:
    query = (("page", "2"), ("a b", "c&d"))
    await fleet.call("read", {"imo": "1", "fields": "x"}, Context("rest", query=query))
    assert upstream.seen[0].target == "/ships/1?fields=x&page=2&a%20b=c%26d"


async def test_what_cannot_be_passed_on_is_refused_by_name_and_reaches_nobody(
    upstream: Upstream, fleet: Ships
) -> None:
    context = Context("rest", headers=(("range", "\udcff"),), query=(("page", "\udcff"), ("\udcfe", "1")))
    with pytest.raises(InvalidArguments) as caught:
        await fleet.call("read", {"imo": "1"}, context)
    assert [problem.path for problem in caught.value.problems] == ["page", "\udcfe", "range"]
    assert upstream.seen == []


async def test_a_body_that_is_streamed_goes_through_as_it_comes(upstream: Upstream, fleet: Ships) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"not "
        yield b"json"

    passed = (("content-type", "text/plain"), ("content-length", "8"))
    await fleet.call("build", {}, Context("rest", passed, upload=pieces()))
    [seen] = upstream.seen
    assert (seen.body, seen.header("content-type")) == (b"not json", "text/plain")


@pytest.mark.parametrize(("operation", "arguments"), [("read", {}), ("read", {"imo": ".."}), ("name", {})])
async def test_bad_arguments_reach_nobody(
    upstream: Upstream, fleet: Ships, operation: str, arguments: dict[str, str]
) -> None:
    with pytest.raises(InvalidArguments):
        await fleet.call(operation, arguments)
    assert upstream.seen == []


async def test_an_answer_passes_through_with_status_headers_and_bytes(
    upstream: Upstream, fleet: Ships
) -> None:
    packed = gzip.compress(b"{}")
    upstream.respond = answer(packed, "207 Multi-Status", content_encoding="gzip", x_own="1")
    operation, context = fleet.operations["read"], Context("rest")
    async with fleet.engine.invoke(operation, {"imo": "1"}, context) as result:
        assert not hasattr(result, "value")
        assert (result.status, dict(result.headers)["x-own"]) == (207, "1")
        assert b"".join([chunk async for chunk in result.chunks()]) == packed


@pytest.mark.parametrize("status", ["302 Found", "404 Not Found", "500 Internal Server Error"])
async def test_a_refusal_passes_through_like_any_other_answer(
    upstream: Upstream, fleet: Ships, status: str
) -> None:
    upstream.respond = answer(b"no", status)
    called = await fleet.call("read", {"imo": "1"})
    assert (f"{called.status}", called.body) == (status[:3], b"no")


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (b'{"ship":{"name":"Vega"}}', "identity"),
        (b'\xef\xbb\xbf{"ship":{"name":"Vega"}}', "identity"),
        (gzip.compress(b'{"ship":{"name":"Vega"}}'), "gzip"),
        (zlib.compress(b'{"ship":{"name":"Vega"}}'), "Deflate"),
    ],
    ids=["plain", "byte order mark", "gzip", "deflate"],
)
async def test_a_flow_answers_in_the_shape_that_the_file_states(
    upstream: Upstream, fleet: Ships, body: bytes, encoding: str
) -> None:
    upstream.respond = answer(body, content_encoding=encoding)
    called = await fleet.call("name", {"imo": "1"})
    assert (called.status, called.body) == (200, "Vega")


async def test_a_flow_without_steps_answers_what_the_file_states(upstream: Upstream, fleet: Ships) -> None:
    called = await fleet.call("motd")
    assert (called.status, called.body, upstream.seen) == (200, {"text": "ahoy"}, [])


async def test_an_upstream_that_refuses_ends_a_flow_with_its_own_words(
    upstream: Upstream, fleet: Ships
) -> None:
    upstream.respond = answer(
        gzip.compress(b"none left"), "429 Slow", content_encoding="gzip", retry_after="60"
    )
    with pytest.raises(UpstreamRefused) as caught:
        await fleet.call("name", {"imo": "1"})
    assert (caught.value.status, caught.value.body) == (429, b"none left")
    assert ("retry-after", "60") in caught.value.headers


@pytest.mark.parametrize(
    "respond",
    [
        answer(b"<html>"),
        answer(b"\xff"),
        answer(b"{}", content_encoding="br"),
        answer(b"{}", content_encoding="gzip"),
        answer(gzip.compress(b"{}" * 100)[:-9], content_encoding="gzip"),
        answer(gzip.compress(b"{}")[:9], content_encoding="gzip"),
    ],
    ids=["not JSON", "not UTF-8", "unknown encoding", "not gzip", "cut", "cut early"],
)
async def test_an_answer_that_cannot_be_read_is_undecodable(
    upstream: Upstream, fleet: Ships, respond: Respond
) -> None:
    upstream.respond = respond
    with pytest.raises(UndecodableAnswer) as caught:
        await fleet.call("name", {"imo": "1"})
    assert "<html>" not in caught.value.sentence


@pytest.mark.parametrize(
    "respond",
    [
        answer(b"", content_length=str(10**12)),
        answer(gzip.compress(bytes(40_000_000)), content_encoding="gzip"),
    ],
    ids=["says so", "unpacks to it"],
)
async def test_an_answer_too_large_to_hold_fails_without_being_held(
    upstream: Upstream, fleet: Ships, respond: Respond
) -> None:
    upstream.respond = respond
    with pytest.raises(UpstreamError):
        await asyncio.wait_for(fleet.call("name", {"imo": "1"}), WAIT_S)


@pytest.mark.parametrize("operation", ["read", "name"])
async def test_an_upstream_that_never_answers_times_out_and_is_left(
    upstream: Upstream, operation: str
) -> None:
    upstream.respond = silence
    async with ships(upstream.url, Settings(timeout_s=0.2)) as fleet:
        with pytest.raises(UpstreamTimeout):
            await fleet.call(operation, {"imo": "1"})
        await asyncio.wait_for(upstream.left.wait(), WAIT_S)


async def drip(seen: Seen, writer: asyncio.StreamWriter) -> None:
    """Send one byte now and then: never silent for long, never at an end."""
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        writer.write(b"1\r\n \r\n")
        await asyncio.sleep(0.02)


async def test_a_flow_has_until_the_deadline_for_its_whole_answer(upstream: Upstream) -> None:
    upstream.respond = drip
    async with ships(upstream.url, Settings(timeout_s=0.3)) as fleet:
        with pytest.raises(UpstreamTimeout) as caught:
            await fleet.call("name", {"imo": "1"})
    assert caught.value.sentence == "ships gave no answer within 0.3 s"


async def test_a_stream_may_last_longer_than_the_deadline(upstream: Upstream) -> None:
    async def slow(seen: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n")
        for _ in range(30):
            writer.write(b"x")
            await asyncio.sleep(0.02)

    upstream.respond = slow
    async with ships(upstream.url, Settings(timeout_s=0.3)) as fleet:
        called = await fleet.call("read", {"imo": "1"})
    assert called.body == b"x" * 30


async def test_an_answer_that_starts_too_late_times_out(upstream: Upstream) -> None:
    async def trickle(seen: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            writer.write(b"x-more: 1\r\n")
            await asyncio.sleep(0.02)

    upstream.respond = trickle
    async with ships(upstream.url, Settings(timeout_s=0.3)) as fleet:
        with pytest.raises(UpstreamTimeout) as caught:
            await fleet.call("read", {"imo": "1"})
    assert caught.value.sentence == "ships gave no answer within 0.3 s"


@pytest.mark.parametrize("operation", ["read", "name"])
async def test_a_caller_who_goes_away_takes_the_upstream_call_along(
    upstream: Upstream, fleet: Ships, operation: str
) -> None:
    arrived = asyncio.Event()
    upstream.respond = silence_after(arrived)
    call = asyncio.ensure_future(fleet.call(operation, {"imo": "1"}))
    async with asyncio.timeout(WAIT_S):
        await arrived.wait()
        call.cancel()
        await upstream.left.wait()
    with pytest.raises(asyncio.CancelledError):
        await call


async def test_a_post_that_drops_reaches_the_upstream_once(upstream: Upstream, fleet: Ships) -> None:
    upstream.respond = hang_up
    with pytest.raises(UpstreamUnreachable):
        await fleet.call("build", {"body": {}})
    assert len(upstream.seen) == 1


async def test_a_connection_that_drops_between_requests_costs_a_get_an_attempt_and_no_answer(
    upstream: Upstream, fleet: Ships
) -> None:
    body = b"0123456789" * 300_000
    answered = set[int]()

    async def respond(seen: Seen, writer: asyncio.StreamWriter) -> None:
        port: int = writer.get_extra_info("peername")[1]
        await (hang_up if port in answered else answer(body))(seen, writer)
        answered.add(port)

    upstream.respond = respond
    assert [(await fleet.call("read", {"imo": "1"})).body for _ in range(2)] == [body, body]
    assert len(upstream.seen) == 3


async def test_the_operator_says_how_often_and_how_many_at_a_time(upstream: Upstream) -> None:
    upstream.respond = silence
    async with ships(upstream.url, Settings(retries=0, concurrency=1)) as fleet:
        running = asyncio.ensure_future(fleet.call("read", {"imo": "1"}))
        waiting = [asyncio.ensure_future(fleet.call("read", {"imo": "2"})) for _ in range(1024)]
        await asyncio.sleep(0)
        with pytest.raises(Busy):
            await fleet.call("read", {"imo": "3"})
        for call in (running, *waiting):
            call.cancel()
        await asyncio.wait([running, *waiting])
        upstream.respond = answer(b"", "503 Service Unavailable")
        assert (await fleet.call("read", {"imo": "4"})).status == 503
    assert sum(seen.target == "/ships/4" for seen in upstream.seen) == 1


async def test_an_operation_that_was_refused_says_its_code(upstream: Upstream) -> None:
    plan = ships_plan(lost=True)
    async with ships(upstream.url, plan=plan) as fleet:
        with pytest.raises(NotLinked) as caught:
            await fleet.call("lost")
    assert (caught.value.status, caught.value.code) == (501, "L001")


async def test_an_api_without_authentication_gets_no_credential(upstream: Upstream) -> None:
    open_door = compiled(SHIPS.replace("    authentication: {type: bearer, token: '{{env.KEY}}'}\n", ""))
    async with ships(upstream.url, plan=open_door) as fleet:
        await fleet.call("read", {"imo": "1"})
    assert upstream.seen[0].header("authorization") is None


async def test_a_credential_that_cannot_be_sent_fails_without_being_shown(upstream: Upstream) -> None:
    plan = ships_plan()
    bindings = bind(plan, {"SHIPS_KEY": f"{SECRET} "}, {"ships": upstream.url})
    [operation] = [one for one in plan.operations() if one.name.endswith("build")]
    async with open_engine(plan, bindings, Settings()) as engine:
        with pytest.raises(UpstreamError) as caught:
            async with engine.invoke(operation, {}, Context("test")):
                pass
    assert caught.value.sentence == (
        "the credential for ships begins or ends with a blank, which a header cannot hold"
    )
    assert upstream.seen == []


@dataclass(frozen=True)
class Challenged:
    """A credential that waits to be asked, and remembers what it was asked for."""

    def sign(self, request: Outbound, binds: Mapping[str, Secret], memo: Memo) -> Signing:
        if memo.recall(Secret) is None:
            refusal = yield request
            memo.keep(Secret(dict(refusal.headers)["www-authenticate"]))
        yield request.with_header("Authorization", memo.recall(Secret) or "")


class Renewed:
    """A credential that asks elsewhere, twice before its first request."""

    def __init__(self, url: str) -> None:
        self.url = url

    def sign(self, request: Outbound, binds: Mapping[str, Secret], memo: Memo) -> Signing:
        for _ in range(2):
            yield Asked(self.url, memo)
        yield request.with_header("Authorization", memo.recall(Secret) or "")


@dataclass
class Asked:
    url: str
    memo: Memo

    def request(self) -> Elsewhere:
        return Elsewhere(f"{self.url}/token", (), "")

    def keep(self, answer: Whole) -> None:
        self.memo.keep(Secret(answer.body.decode()))


async def test_a_credential_may_ask_elsewhere_before_it_signs(upstream: Upstream) -> None:
    upstream.respond = answer(b"t")
    plan = ships_plan()
    api = replace(plan.apis["ships"], credential=Renewed(upstream.url))
    async with ships(f"{upstream.url}/v1", plan=replace(plan, apis={"ships": api})) as fleet:
        await fleet.call("read", {"imo": "1"})
    assert [(seen.method, seen.target, seen.header("authorization")) for seen in upstream.seen] == [
        ("POST", "/token", None),
        ("POST", "/token", None),
        ("GET", "/v1/ships/1", "t"),
    ]


async def test_a_credential_may_answer_a_challenge_and_keeps_what_it_learned(upstream: Upstream) -> None:
    async def challenge(seen: Seen, writer: asyncio.StreamWriter) -> None:
        allowed = seen.header("authorization") == "nonce-1"
        refusal = answer(b"", "401 Unauthorized", www_authenticate="nonce-1")
        await (answer() if allowed else refusal)(seen, writer)

    upstream.respond = challenge
    plan = ships_plan()
    api = replace(plan.apis["ships"], credential=Challenged())
    async with ships(upstream.url, plan=replace(plan, apis={"ships": api})) as fleet:
        first, second = await fleet.call("build", {"body": {}}), await fleet.call("build", {"body": {}})
    assert (first.status, second.status) == (200, 200)
    assert [seen.header("authorization") for seen in upstream.seen] == [None, "nonce-1", "nonce-1"]


async def logged(caplog: pytest.LogCaptureFixture, fleet: Ships, operation: str) -> str:
    """Call with telling arguments, and return the one line that was logged."""
    caplog.clear()
    arguments: dict[str, Json] = {"body": {"a": "the-body"}}
    if operation != "build":
        arguments = {"imo": "the-path", "fields": "the-query", "X-Trace": "the-header", "crew": "the-cookie"}
    with suppress(CallError):
        await fleet.call(operation, arguments)
    [record] = caplog.records
    assert not any(word in record.getMessage() for word in ("the-", SECRET, "127.0.0.1"))
    return record.getMessage().rpartition(" in ")[0]


async def test_every_call_is_one_line_without_its_content(
    upstream: Upstream, fleet: Ships, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "naftiko")
    assert await logged(caplog, fleet, "read") == "test rest.ship.read: 200"
    assert await logged(caplog, fleet, "build") == "test rest.ships.build: 200"
    assert await logged(caplog, fleet, "name") == "test rest.names.name: 200"
    upstream.respond = answer(b"{}", "404 Not Found")
    assert await logged(caplog, fleet, "read") == "test rest.ship.read: 404"
    assert await logged(caplog, fleet, "name") == "test rest.names.name: 404 upstream refused"
    upstream.respond = hang_up
    assert await logged(caplog, fleet, "build") == "test rest.ships.build: 502 upstream unreachable"


async def test_a_stream_that_breaks_off_is_logged_as_what_it_became(
    upstream: Upstream, fleet: Ships, caplog: pytest.LogCaptureFixture
) -> None:
    async def half(seen: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx")
        await writer.drain()
        writer.close()

    upstream.respond = half
    caplog.set_level(logging.INFO, "naftiko.calls")
    assert await logged(caplog, fleet, "read") == "test rest.ship.read: 502 upstream unreachable"


@dataclass(frozen=True)
class Buggy:
    """A step with a bug."""

    error: type[BaseException]
    name: str = "buggy"
    calls: tuple[HttpCall, ...] = ()
    asks: tuple[Query, ...] = ()

    def parts(self) -> Iterator[tuple[str, str, Expr]]:
        yield from ()

    async def run(self, scope: Scope, effects: Effects) -> Answer:
        raise self.error


@pytest.mark.parametrize(
    ("error", "outcome"), [(asyncio.CancelledError, "cancelled"), (ZeroDivisionError, "failed")]
)
async def test_a_cancelled_call_and_a_bug_are_logged_as_such(
    fleet: Ships, caplog: pytest.LogCaptureFixture, error: type[BaseException], outcome: str
) -> None:
    caplog.set_level(logging.INFO, "naftiko.calls")
    motd = fleet.operations["motd"]
    assert isinstance(motd.body, Flow)
    broken = replace(motd, body=replace(motd.body, steps=(Buggy(error),)))
    with pytest.raises(error):
        async with fleet.engine.invoke(broken, {}, Context("test")):
            pass
    [record] = caplog.records
    assert record.getMessage().startswith(f"test rest.motd.motd: {outcome} in ")


async def test_an_engine_does_not_print_its_secrets(fleet: Ships) -> None:
    assert SECRET not in f"{fleet.engine!r} {fleet.engine.senders!r}"
