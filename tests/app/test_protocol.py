"""What callers see of a connection, over real sockets; uvicorn's own protocol is the measure."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeAlias, cast

import pytest
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from naftiko_runtime.app import server
from naftiko_runtime.app.protocol import Connection
from naftiko_runtime.app.server import Job, run_servers
from naftiko_runtime.exposers.boundary import WHOLE, ASGIApp, Message, Receive, Send

WAIT_S = 5
Wire: TypeAlias = tuple[asyncio.StreamReader, asyncio.StreamWriter]
GET = b"GET /%b HTTP/1.1\r\nHost: here\r\n%b\r\n"


@asynccontextmanager
async def calling(app: ASGIApp) -> AsyncIterator[Callable[[], Awaitable[Wire]]]:
    """Serve an application; what it gives opens a connection to it."""
    writers = list[asyncio.StreamWriter]()

    async def connect() -> Wire:
        reader, writer = await asyncio.open_connection(*address)
        writers.append(writer)
        return reader, writer

    with socket.create_server(("127.0.0.1", 0)) as bound:
        bound.setblocking(False)
        address = bound.getsockname()
        async with run_servers(Job(app, bound), grace_s=2):
            yield connect
            for writer in writers:
                writer.close()


async def said(app: ASGIApp, *pieces: bytes) -> bytes:
    """Send pieces, one after the other, and read until the server has nothing more to say."""
    async with calling(app) as connect:
        reader, writer = await connect()
        for piece in pieces:
            writer.write(piece)
            await asyncio.sleep(0.02)
        writer.write_eof()
        heard = await asyncio.wait_for(reader.read(), WAIT_S)
    return re.sub(rb"date: [^\r]+", b"date: now", heard)


async def echo(scope: Message, receive: Receive, send: Send) -> None:
    """Tell what was asked: a body that is read whole, then written in pieces."""
    told = [scope[key] for key in ("http_version", "method", "scheme", "path", "raw_path", "query_string")]
    body, more = b"", scope["method"] == "POST"
    while more:
        message = await receive()
        body, more = body + message["body"], message["more_body"]
    text = repr((told, scope["root_path"], scope["headers"], scope["state"], scope["asgi"], body)).encode()
    headers = [(b"x-kind", b"echo")]
    if b"long" not in scope["query_string"]:
        headers.append((b"content-length", b"%d" % len(text)))
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": text[:10], "more_body": True})
    await send({"type": "http.response.body", "body": text[10:]})


async def fails(scope: Message, receive: Receive, send: Send) -> None:
    raise ZeroDivisionError


async def says_nothing(scope: Message, receive: Receive, send: Send) -> None:
    return


async def says_half(scope: Message, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"9")]})
    await send({"type": "http.response.body", "body": b"half", "more_body": True})


async def says_no_more(scope: Message, receive: Receive, send: Send) -> None:
    status = int(scope["path"].strip("/"))
    await send({"type": "http.response.start", "status": status, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def injecting(name: bytes, value: bytes) -> ASGIApp:
    async def app(scope: Message, receive: Receive, send: Send) -> None:
        headers = [(b"content-length", b"0"), (name, value)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    return app


def answering(*headers: tuple[bytes, bytes], body: bytes = b"four") -> ASGIApp:
    async def app(scope: Message, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 201, "headers": list(headers)})
        await send({"type": "http.response.body", "body": body})

    return app


async def says_too_much(scope: Message, receive: Receive, send: Send) -> None:
    for _ in range(2):
        await send({"type": "http.response.start", "status": 200, "headers": [FOUR]})
        await send({"type": "http.response.body", "body": b"four"})


async def says_no_headers(scope: Message, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200})
    await send({"type": "http.response.body", "body": b"four"})


async def begins_with_the_body(scope: Message, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.body", "body": b"four"})


async def begins_twice(scope: Message, receive: Receive, send: Send) -> None:
    for _ in range(2):
        await send({"type": "http.response.start", "status": 200, "headers": [FOUR]})


FOUR = (b"content-length", b"4")
NEXT = GET % (b"next", b"")
POST = b"POST / HTTP/1.1\r\nHost: here\r\n%b\r\n%b"
SENT: list[tuple[ASGIApp, tuple[bytes, ...]]] = [
    (echo, (GET % (b"", b""),)),
    (echo, (GET % (b"a%2Fb%20c?x=%20&y?z", b"X-Mixed: Case\r\nX-Mixed:  twice \r\n"),)),
    (echo, (GET % (b"?long", b""),)),
    (echo, (GET % (b"one", b"") + GET % (b"two?long", b"") + GET % (b"three", b""),)),
    (echo, (b"HEAD /a HTTP/1.1\r\nHost: here\r\n\r\n" + GET % (b"next", b""),)),
    (echo, (GET % (b"a", b"Connection: close\r\n") + GET % (b"b", b""),)),
    (echo, (b"GET /old HTTP/1.0\r\n\r\n",)),
    (echo, (b"GET /old HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",)),
    (echo, (b"GET http://here/a/b?c#d HTTP/1.1\r\nHost: here\r\n\r\n",)),
    (echo, (b"GET //here/a#d HTTP/1.1\r\nHost: here\r\n\r\n",)),
    (echo, (b"OPTIONS * HTTP/1.1\r\nHost: here\r\n\r\n",)),
    (echo, (b"CONNECT here:80 HTTP/1.1\r\nHost: here\r\n\r\n",)),
    (echo, (GET % (b"a", b"Connection: Upgrade\r\nUpgrade: websocket\r\n"),)),
    (echo, (POST % (b"Content-Length: 4\r\n", b"body"),)),
    (echo, (POST % (b"Content-Length: 4\r\n", b"bo"), b"dy")),
    (echo, (POST % (b"Transfer-Encoding: chunked\r\n", b"2\r\nbo\r\n"), b"2\r\ndy\r\n0\r\n\r\n")),
    (echo, (POST % (b"Content-Length: 4\r\nExpect: 100-continue\r\n", b""), b"body")),
    (echo, (b"GET / HTTP/1.1\r\nHo", b"st: here\r\n\r\n")),
    (echo, (b"what?\r\n\r\n",)),
    (echo, (GET % (b"a", b"bad\x00: x\r\n"),)),
    (echo, (b"GET / HTTP/3.7\r\n\r\n",)),
    (fails, (GET % (b"", b""),)),
    (says_nothing, (GET % (b"", b""),)),
    (says_half, (GET % (b"", b""),)),
    (says_no_more, (GET % (b"204", b"") + GET % (b"304", b"") + GET % (b"200", b""),)),
    (injecting(b"x-a", b"a\r\nx-b: c"), (GET % (b"", b""),)),
    (injecting(b"x-a", b"a\x00"), (GET % (b"", b""),)),
    (injecting(b"x-a\n", b"a"), (GET % (b"", b""),)),
    (injecting(b"X-A", b"a\tb\xff"), (GET % (b"", b""),)),
    (answering(FOUR, (b"x-a", b"b")), (GET % (b"", b"") + NEXT,)),
    (answering(FOUR, (b"X-A", b"b\xe9")), (GET % (b"", b"") + NEXT,)),
    (answering((b"Content-Length", b"4")), (GET % (b"", b"") + NEXT,)),
    (answering(FOUR), (b"HEAD / HTTP/1.1\r\nHost: here\r\n\r\n" + NEXT,)),
    (answering(FOUR, FOUR, (b"vary", b"a"), (b"vary", b"b")), (GET % (b"", b"") + NEXT,)),
    (answering(FOUR, (b"connection", b"close")), (GET % (b"", b"") + NEXT,)),
    (answering((b"transfer-encoding", b"chunked")), (GET % (b"", b"") + NEXT,)),
    (answering(FOUR), (GET % (b"", b"Connection: close\r\n") + NEXT,)),
    (answering(FOUR), (b"GET / HTTP/1.0\r\n\r\n",)),
    (answering(FOUR, body=b"short"), (GET % (b"", b"") + NEXT,)),
    (answering(FOUR, body=b"lo"), (GET % (b"", b"") + NEXT,)),
    (answering((b"content-length", b"four")), (GET % (b"", b"") + NEXT,)),
    (says_no_headers, (GET % (b"", b"") + NEXT,)),
    (says_too_much, (GET % (b"", b""),)),
    (begins_with_the_body, (GET % (b"", b""),)),
    (begins_twice, (GET % (b"", b""),)),
    *((answering(FOUR, (b"x-a", bytes((byte,)))), (GET % (b"", b""),)) for byte in (0, 9, 10, 13, 31, 127)),
    *((answering(FOUR, (b"x" + bytes((byte,)), b"a")), (GET % (b"", b""),)) for byte in b"\0\r\n :A_"),
]


def as_uvicorn(config: uvicorn.Config) -> uvicorn.Config:
    config.http = HttpToolsProtocol
    return config


def promising(app: ASGIApp) -> ASGIApp:
    """Let an application say that the body comes at once, be that so or not."""

    async def promises(scope: Message, receive: Receive, send: Send) -> None:
        async def sent(message: Message) -> None:
            begins = message["type"] == "http.response.start"
            await send({**message, WHOLE: True} if begins else message)

        await app(scope, receive, sent)

    return promises


@pytest.mark.parametrize("promise", [False, True], ids=["as it comes", "at once"])
@pytest.mark.parametrize(("app", "pieces"), SENT)
async def test_callers_hear_what_uvicorn_says(
    app: ASGIApp, pieces: tuple[bytes, ...], promise: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = promising(app) if promise else app
    ours = await said(app, *pieces)
    config = server._config
    monkeypatch.setattr(server, "_config", lambda job, grace_s: as_uvicorn(config(job, grace_s)))
    assert ours == await said(app, *pieces)


class Noted:
    """A transport whose writes are noted."""

    def __init__(self, transport: asyncio.Transport, written: list[bytes]) -> None:
        self._transport, self._written = transport, written

    def write(self, data: bytes) -> None:
        self._written.append(data)
        self._transport.write(data)

    def __getattr__(self, name: str) -> object:
        return getattr(self._transport, name)


@pytest.mark.parametrize(("promise", "count"), [(True, 1), (False, 2)])
async def test_an_answer_that_is_there_is_written_in_one_go(
    promise: bool, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, written = Connection.connection_made, list[bytes]()

    def noted(self: Connection, transport: Any) -> None:
        made(self, cast("asyncio.Transport", Noted(transport, written)))

    monkeypatch.setattr(Connection, "connection_made", noted)
    app = answering(FOUR)
    assert (await said(promising(app) if promise else app, GET % (b"", b""))).endswith(b"\r\n\r\nfour")
    assert len(written) == count


async def test_every_byte_of_an_address_is_read_as_uvicorn_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    requests = [GET % (bytes((byte,)).join((b"a", b"b?c", b"d")), b"") for byte in range(256)]

    async def all_said() -> list[bytes]:
        heard = list[bytes]()
        async with calling(echo) as connect:
            for request in requests:
                reader, writer = await connect()
                writer.write(request)
                writer.write_eof()
                heard.append(re.sub(rb"date: [^\r]+", b"", await asyncio.wait_for(reader.read(), WAIT_S)))
        return heard

    ours = await all_said()
    config = server._config
    monkeypatch.setattr(server, "_config", lambda job, grace_s: as_uvicorn(config(job, grace_s)))
    assert ours == await all_said()
    assert sum(b"200 OK" in each for each in ours) > 64


async def answer(scope: Message, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


async def ask(wire: Wire) -> bytes:
    reader, writer = wire
    writer.write(GET % (b"", b""))
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), WAIT_S)
    return head + await reader.readexactly(2)


async def test_an_idle_connection_ends_when_its_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_KEEP_ALIVE_S", 0.3)
    clock = asyncio.get_running_loop().time
    async with calling(answer) as connect:
        wire = await connect()
        for _ in range(3):
            assert (await ask(wire)).endswith(b"ok")
            await asyncio.sleep(0.2)  # busy again before its time is over
        began = clock()
        assert await asyncio.wait_for(wire[0].read(), WAIT_S) == b""
        assert clock() - began < 0.3


async def test_a_call_that_lasts_is_not_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_KEEP_ALIVE_S", 0.1)
    pause_s = 0.0

    async def slow(scope: Message, receive: Receive, send: Send) -> None:
        await asyncio.sleep(pause_s)
        await answer(scope, receive, send)

    async with calling(slow) as connect:
        wire = await connect()
        await ask(wire)
        pause_s = 0.4
        assert (await ask(wire)).endswith(b"ok")
        assert await asyncio.wait_for(wire[0].read(), WAIT_S) == b""


async def test_whoever_hangs_up_is_told_of_while_the_call_works() -> None:
    told = asyncio.Event()

    async def works(scope: Message, receive: Receive, send: Send) -> None:
        assert (await receive())["type"] == "http.request"
        assert (await receive())["type"] == "http.disconnect"
        await answer(scope, receive, send)  # goes nowhere
        told.set()

    async with calling(works) as connect:
        _, writer = await connect()
        writer.write(GET % (b"", b""))
        await asyncio.sleep(0.05)
        writer.close()
        await asyncio.wait_for(told.wait(), WAIT_S)


async def test_whoever_waits_is_told_of_the_end_of_the_answer() -> None:
    heard = asyncio.Event()

    async def works(scope: Message, receive: Receive, send: Send) -> None:
        await receive()
        watching = asyncio.ensure_future(receive())
        await asyncio.sleep(0)
        await answer(scope, receive, send)
        assert await watching == {"type": "http.disconnect"}
        heard.set()

    async with calling(works) as connect:
        assert (await ask(await connect())).endswith(b"ok")
        await asyncio.wait_for(heard.wait(), WAIT_S)


async def test_an_answer_waits_for_a_slow_reader() -> None:
    sent, all_sent, pieces, piece = 0, asyncio.Event(), 200, b"x" * 100_000

    async def large(scope: Message, receive: Receive, send: Send) -> None:
        nonlocal sent
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for sent in range(1, pieces + 1):
            await send({"type": "http.response.body", "body": piece, "more_body": sent < pieces})
        all_sent.set()

    async with calling(large) as connect:
        reader, writer = await connect()
        writer.write(GET % (b"", b"Connection: close\r\n"))
        await asyncio.sleep(0.3)
        assert 0 < sent < pieces
        heard = await asyncio.wait_for(reader.read(), WAIT_S)
        assert heard.count(b"x") == pieces * len(piece)
        await all_sent.wait()


async def test_a_call_that_runs_at_the_end_is_answered_and_says_that_it_closes() -> None:
    began, may_answer = asyncio.Event(), asyncio.Event()

    async def slow(scope: Message, receive: Receive, send: Send) -> None:
        began.set()
        await may_answer.wait()
        await answer(scope, receive, send)

    async with calling(slow) as connect:
        _, first = await connect()
        reader, writer = await asyncio.open_connection(*first.get_extra_info("peername"))
        writer.write(GET % (b"", b""))
        await began.wait()
        asyncio.get_running_loop().call_later(0.3, may_answer.set)
    head, _, body = (await asyncio.wait_for(reader.read(), WAIT_S)).partition(b"\r\n\r\n")
    writer.close()
    assert b"connection: close" in head
    assert body == b"ok"


async def test_nothing_of_a_request_is_left_when_it_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    connections = list[Connection]()
    made = Connection.connection_made

    def noted(self: Connection, transport: asyncio.Transport) -> None:
        connections.append(self)
        made(self, transport)

    monkeypatch.setattr(Connection, "connection_made", noted)
    async with calling(answer) as connect:
        wire = await connect()
        for _ in range(3):
            await ask(wire)
        [connection] = connections
        await asyncio.sleep(0)
        assert connection.tasks == set()
        assert connection.server_state.total_requests == 3
