"""What callers are told when no connection comes about, when one drops, and when nobody waits any more."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from breaking import head, in_turn, raw, says
from certifying import Authority, Pair, open_context
from facing import Ours, Passed, Said, ask_mcp, ask_rest, facing, text_of
from serving import Served
from wire import Respond, Seen, Upstream, answer, hang_up, silence

pytestmark = pytest.mark.anyio

WAIT_S = 5
SHIP = b'{"name": "ark"}'
HOME, AWAY = Authority("home"), Authority("away")
NOT_SENT = "nothing was sent: a retry may help"
CHECK = "the request may have been processed: check before repeating it"
TLS = "tls: {ca: '{{env.CA}}'}"


@asynccontextmanager
async def nobody(host: str) -> AsyncIterator[str]:
    """Give an address at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://{host}:{taken.getsockname()[1]}"


async def nowhere(host: str) -> list[str]:
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


async def told(running: Served, sentence: str, advice: str) -> None:
    """Check what both faces say of a failure before anything was sent, to a GET and to a POST."""
    text = f"{sentence}\n{advice}" if advice else sentence
    for method, call in (("GET", "read"), ("POST", "build")):
        problem = await ask_rest(method, f"{running.rest}/read", {})
        assert problem == Ours(502, "upstream unreachable", sentence)
        assert await ask_mcp(running.mcp, call) == Said(text, is_error=True)


async def test_a_refused_connection_was_not_used() -> None:
    async with nobody("127.0.0.1") as url, facing(url, text_of()) as running:
        place = urlsplit(url).netloc
        await told(running, f"cannot connect to ships at {place}: Connection refused", NOT_SENT)


async def test_a_host_that_does_not_exist_is_named() -> None:
    async with facing("http://nobody.example:81", text_of(), lookup=nowhere) as running:
        sentence = "cannot connect to ships at nobody.example:81: Name or service not known"
        await told(running, sentence, "")


@pytest.mark.parametrize("host", [f"{'a' * 64}.example", f"{'a.' * 200}example", "a..example"])
async def test_a_host_that_cannot_be_one_is_called_as_little(host: str) -> None:
    async with facing(f"http://{host}", text_of()) as running:
        problem = await ask_rest("GET", f"{running.rest}/read", {})
        assert isinstance(problem, Ours)
        assert (problem.status, problem.title) == (502, "upstream unreachable")


@pytest.mark.parametrize(
    ("pair", "why"),
    [
        (HOME.issue("ships", begins=-9, ends=-1), "certificate has expired"),
        (HOME.issue("ships", begins=1, ends=9), "certificate is not yet valid"),
        (
            HOME.issue("ships", host="127.0.0.2"),
            "IP address mismatch, certificate is not valid for '127.0.0.1'",
        ),
        (AWAY.issue("ships"), "unable to get local issuer certificate"),
        (AWAY.pair, "self-signed certificate"),
    ],
    ids=["expired", "not yet valid", "wrong host", "unknown authority", "self-signed"],
)
async def test_a_certificate_that_proves_nothing_is_sent_nothing(
    tmp_path: Path, pair: Pair, why: str
) -> None:
    async with (
        Upstream.open(open_context(pair, tmp_path)) as upstream,
        facing(upstream.url, text_of(TLS), ca=HOME.pair.certificate) as running,
    ):
        await told(running, f"cannot connect to ships at 127.0.0.1:{upstream.port}: {why}", "")
        assert upstream.seen == []


async def test_a_handshake_that_stalls_was_no_request() -> None:
    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()  # until the other side has had enough
        writer.close()

    async with await asyncio.start_server(connected, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        limits = "retries: 0, connectTimeout: 200"
        async with facing(f"https://127.0.0.1:{port}", text_of(limits=limits)) as running:
            await told(running, "cannot connect to ships in time", NOT_SENT)


async def test_a_certificate_that_is_right_is_taken(tmp_path: Path) -> None:
    async with (
        Upstream.open(open_context(HOME.issue("ships"), tmp_path)) as upstream,
        facing(upstream.url, text_of(TLS), ca=HOME.pair.certificate) as running,
    ):
        assert await ask_rest("GET", f"{running.rest}/read", {}) == Passed(200, b"{}")


def dropping() -> Respond:
    """Answer the first request of every connection, and drop the connection at the next one."""
    known = set[int]()

    async def respond(seen: Seen, writer: asyncio.StreamWriter) -> None:
        port: int = writer.get_extra_info("peername")[1]
        await (hang_up if port in known else answer(SHIP))(seen, writer)
        known.add(port)

    return respond


@pytest.mark.parametrize(
    ("method", "path", "second", "seen"),
    [
        ("GET", "read", Passed(200, SHIP), 3),
        ("PUT", "read", Passed(200, SHIP), 3),
        ("PUT", "load", Ours(502, "upstream unreachable", "ships: no usable answer came"), 2),
        ("POST", "read", Ours(502, "upstream unreachable", "ships: no usable answer came"), 2),
    ],
    ids=["GET", "PUT", "PUT of a stream", "POST"],
)
async def test_a_kept_connection_that_drops_costs_no_more_than_a_repetition_of_ours(
    upstream: Upstream, method: str, path: str, second: Ours | Passed, seen: int
) -> None:
    upstream.respond = dropping()
    async with facing(upstream.url, text_of()) as running:
        assert await ask_rest(method, f"{running.rest}/{path}", {}) == Passed(200, SHIP)
        assert await ask_rest(method, f"{running.rest}/{path}", {}) == second
    assert [each.method for each in upstream.seen] == [method] * seen
    assert {each.body for each in upstream.seen} == {b"" if method == "GET" else b"{}"}


@pytest.mark.parametrize("method", ["GET", "PUT", "POST"])
async def test_without_retries_nothing_repeats_what_dropped(upstream: Upstream, method: str) -> None:
    upstream.respond = dropping()
    async with facing(upstream.url, text_of(), retries=0) as running:
        for _ in range(2):
            await ask_rest(method, f"{running.rest}/read", {})
    assert len(upstream.seen) == 2


async def leave(url: str, method: str, body: bytes, until: Callable[[], Awaitable[object]]) -> None:
    """Send a request, wait for something to happen, and hang up."""
    parts = urlsplit(url)
    _, writer = await asyncio.open_connection(parts.hostname, parts.port)
    lines = [
        f"{method} {parts.path} HTTP/1.1",
        f"Host: {parts.netloc}",
        "Accept: application/json, text/event-stream",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        "",
        "",
    ]
    writer.write("\r\n".join(lines).encode() + body)
    async with asyncio.timeout(WAIT_S):
        await until()
    writer.close()
    await writer.wait_closed()


def calls(running: Served) -> dict[str, tuple[str, str, bytes]]:
    tool = b'{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "%s", "arguments": {}}}'
    return {
        "REST GET": (f"{running.rest}/read", "GET", b""),
        "REST POST": (f"{running.rest}/read", "POST", b"{}"),
        "REST GET, shaped": (f"{running.rest}/shape", "GET", b""),
        "MCP GET": (f"{running.mcp}/mcp", "POST", tool % b"read"),
        "MCP POST": (f"{running.mcp}/mcp", "POST", tool % b"build"),
    }


CALLS = ["REST GET", "REST POST", "REST GET, shaped", "MCP GET", "MCP POST"]
STALLS = {
    "before the headers": silence,
    "in the body": raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", "stall")(),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("when", STALLS)
async def test_when_the_caller_is_gone_the_upstream_is_left_and_not_asked_again(
    upstream: Upstream, call: str, when: str
) -> None:
    asked = asyncio.Event()

    async def respond(seen: Seen, writer: asyncio.StreamWriter) -> None:
        asked.set()
        await STALLS[when](seen, writer)

    upstream.respond = respond
    async with facing(upstream.url, text_of(limits=PATIENT), timeout_s=30) as running:
        url, method, body = calls(running)[call]
        await leave(url, method, body, asked.wait)
        async with asyncio.timeout(WAIT_S):
            await upstream.left.wait()
    assert len(upstream.seen) == 1


PATIENT = "idleTimeout: 30000"


async def test_when_the_caller_is_gone_nothing_is_tried_again(upstream: Upstream) -> None:
    asked = asyncio.Event()

    async def respond(seen: Seen, writer: asyncio.StreamWriter) -> None:
        await answer(b"", "503 Service Unavailable", retry_after="20")(seen, writer)
        asked.set()

    upstream.respond = respond
    async with facing(upstream.url, text_of(limits="maxConcurrent: 1, queue: 0"), timeout_s=30) as running:
        url, method, body = calls(running)["REST GET"]
        await leave(url, method, body, asked.wait)
        upstream.respond = answer(SHIP)
        # whoever waits to try again holds no place, and whoever is gone does not wait
        assert await ask_rest("GET", url, {}) == Passed(200, SHIP)
    assert len(upstream.seen) == 2


async def test_an_open_breaker_asks_nobody(upstream: Upstream) -> None:
    upstream.respond = answer(b"", "503 Service Unavailable")
    limits = "retries: 0, circuitBreaker: {failures: 2, openFor: 60000}"
    async with facing(upstream.url, text_of(limits=limits)) as running:
        for _ in range(2):
            assert await ask_rest("GET", f"{running.rest}/read", {}) == Passed(503)
        sentence = "ships failed 2 times in a row and is not asked for 60 s"
        for method, call in (("GET", "read"), ("POST", "build")):
            problem = await ask_rest(method, f"{running.rest}/read", {})
            assert problem == Ours(503, "upstream down", sentence)
            assert await ask_mcp(running.mcp, call) == Said(f"{sentence}\n{NOT_SENT}", is_error=True)
    assert len(upstream.seen) == 2


async def test_a_breaker_lets_one_through_and_closes_when_that_one_succeeds(upstream: Upstream) -> None:
    upstream.respond = in_turn(says("503 Service Unavailable"), says("200 OK", SHIP))()
    limits = "retries: 0, circuitBreaker: {failures: 1, openFor: 1}"
    async with facing(upstream.url, text_of(limits=limits)) as running:
        answers = [await ask_rest("GET", f"{running.rest}/read", {}) for _ in range(3)]
    assert answers == [Passed(503), Passed(200, SHIP), Passed(200, SHIP)]


async def test_a_full_queue_sends_callers_away_and_tells_them_when_to_come_back(upstream: Upstream) -> None:
    asked, gate = asyncio.Event(), asyncio.Event()

    async def respond(seen: Seen, writer: asyncio.StreamWriter) -> None:
        asked.set()
        await gate.wait()
        await answer(SHIP)(seen, writer)

    upstream.respond = respond
    limits = "maxConcurrent: 1, queue: 0, idleTimeout: 30000"
    async with facing(upstream.url, text_of(limits=limits), timeout_s=30) as running:
        first = asyncio.ensure_future(ask_rest("GET", f"{running.rest}/read", {}))
        await asked.wait()
        sentence = "1 requests to ships are running and 0 are waiting already"
        for method, call in (("GET", "read"), ("POST", "build")):
            assert await ask_rest(method, f"{running.rest}/read", {}) == Ours(503, "busy", sentence)
            assert await ask_mcp(running.mcp, call) == Said(f"{sentence}\nretry after 1 s", is_error=True)
        gate.set()
        assert await first == Passed(200, SHIP)
    assert len(upstream.seen) == 1


async def test_a_deadline_that_passes_in_the_queue_was_nobodys_request(upstream: Upstream) -> None:
    asked, gate = asyncio.Event(), asyncio.Event()

    async def respond(seen: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(head(content_length=str(len(SHIP))))
        asked.set()
        await gate.wait()
        writer.write(SHIP)

    upstream.respond = respond
    limits = "maxConcurrent: 1, queue: 9, idleTimeout: 30000"
    async with facing(upstream.url, text_of(limits=limits), timeout_s=0.3) as running:
        first = asyncio.ensure_future(ask_rest("GET", f"{running.rest}/read", {}))
        await asked.wait()
        sentence = "1 requests to ships are running and none ended in time"
        assert await ask_rest("POST", f"{running.rest}/read", {}) == Ours(503, "busy", sentence)
        assert await ask_mcp(running.mcp, "build") == Said(f"{sentence}\nretry after 1 s", is_error=True)
        gate.set()
        assert await first == Passed(200, SHIP)
    assert len(upstream.seen) == 1


async def test_a_rate_that_is_used_up_sends_callers_away(upstream: Upstream) -> None:
    upstream.respond = answer(SHIP)
    async with facing(upstream.url, text_of(limits="rateLimit: {requests: 1, per: 60000}")) as running:
        assert await ask_rest("GET", f"{running.rest}/read", {}) == Passed(200, SHIP)
        sentence = "ships is asked 0.0166667 times a second at most"
        for method, call in (("GET", "read"), ("POST", "build")):
            problem = await ask_rest(method, f"{running.rest}/read", {})
            assert problem == Ours(429, "too many requests", sentence)
            said = await ask_mcp(running.mcp, call)
            assert said == Said(f"{sentence}\nretry after 60 s", is_error=True)
    assert len(upstream.seen) == 1
