"""What the default transport puts on the wire, and what it makes of whatever comes back."""

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from naftiko_runtime.plan.errors import UndecodableAnswer, UpstreamTimeout, UpstreamUnreachable
from naftiko_runtime.runtime.proxies import Proxies
from naftiko_runtime.runtime.transports import lines, pool, system_lookup
from naftiko_runtime.runtime.transports.aiohttp import AiohttpTransport, open_aiohttp
from naftiko_runtime.runtime.transports.pool import Outside
from wire import Respond, Seen, Upstream, answer, hang_up, silence, silence_after

WAIT_S = 5


def raw(data: bytes, *, then_close: bool = False) -> Respond:
    """Answer with bytes that need not be HTTP."""

    async def respond(seen: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()
        if then_close:
            writer.close()

    return respond


@pytest.fixture(params=["short", "other"])
def outside(request: pytest.FixtureRequest) -> Outside:
    """Send short requests as such, or all as those that are not; where some go through a proxy, none is."""
    return Outside(proxies=Proxies({"ftp": "http://127.0.0.1:1"} if request.param == "other" else {}))


@pytest.fixture
async def transport(outside: Outside) -> AsyncIterator[AiohttpTransport]:
    async with open_aiohttp("ships", idle_s=WAIT_S, outside=outside) as opened:
        yield opened


async def exchange(
    transport: AiohttpTransport, method: str, url: str, body: bytes | None = None
) -> tuple[int, bytes]:
    async with transport.send(method, url, [], body) as inbound:
        return inbound.status, b"".join([chunk async for chunk in inbound.chunks()])


@pytest.mark.parametrize(
    ("method", "body", "added"),
    [
        ("GET", None, []),
        ("HEAD", None, []),
        ("GET", b"{}", [("Content-Length", "2")]),
        ("POST", b"{}", [("Content-Length", "2")]),
        ("POST", None, [("Content-Length", "0")]),
        ("PUT", None, [("Content-Length", "0")]),
        ("DELETE", None, [("Content-Length", "0")]),
        ("DELETE", b"[1]", [("Content-Length", "3")]),
    ],
)
async def test_nothing_but_host_and_length_is_added(
    upstream: Upstream,
    transport: AiohttpTransport,
    method: str,
    body: bytes | None,
    added: list[tuple[str, str]],
) -> None:
    upstream.respond = answer(b"")
    async with transport.send(method, f"{upstream.url}/x", [("X-Own", "1")], body):
        pass
    [seen] = upstream.seen
    assert (seen.method, seen.target, seen.body) == (method, "/x", body or b"")
    assert list(seen.headers) == [("Host", f"127.0.0.1:{upstream.port}"), ("X-Own", "1"), *added]


async def test_a_body_of_megabytes_arrives_whole_and_with_its_length(
    upstream: Upstream, transport: AiohttpTransport
) -> None:
    body = b"0123456789" * 300_000
    await exchange(transport, "POST", upstream.url, body)
    [seen] = upstream.seen
    assert seen.body == body
    assert seen.header("transfer-encoding") is None


async def test_a_streamed_body_arrives_with_the_length_that_was_declared(
    upstream: Upstream, transport: AiohttpTransport
) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"abc"
        yield b"def"

    async with transport.send("POST", upstream.url, [("Content-Length", "6")], pieces()):
        pass
    [seen] = upstream.seen
    assert seen.body == b"abcdef"
    assert seen.header("transfer-encoding") is None


@pytest.mark.parametrize("target", ["/a%2Fb%20c/%C3%A9?q=a%26b&r=%2B+", "/%7e;v=1,2?x=%0D%0A", "/a//b?"])
async def test_an_encoded_address_is_not_encoded_again(
    upstream: Upstream, transport: AiohttpTransport, target: str
) -> None:
    await exchange(transport, "GET", upstream.url + target)
    assert upstream.seen[0].target == target.removesuffix("?")


async def test_text_beyond_ascii_travels_in_headers_as_utf8(
    upstream: Upstream, transport: AiohttpTransport
) -> None:
    upstream.respond = raw("HTTP/1.1 204 No Content\r\nX-Name: Zoë\r\n\r\n".encode())
    async with transport.send("GET", upstream.url, [("X-Name", "Zoë")], None) as inbound:
        assert inbound.headers == (("x-name", "Zoë"),)
    assert upstream.seen[0].header("x-name") == "Zoë"


@pytest.mark.parametrize(
    "status", ["301 Moved", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"]
)
async def test_no_redirect_is_followed(upstream: Upstream, transport: AiohttpTransport, status: str) -> None:
    upstream.respond = answer(b"", status, location=f"{upstream.url}/elsewhere")
    code, _ = await exchange(transport, "GET", upstream.url)
    assert (str(code), len(upstream.seen)) == (status[:3], 1)


async def test_cookies_of_an_upstream_are_not_sent_back(
    upstream: Upstream, transport: AiohttpTransport
) -> None:
    upstream.respond = answer(set_cookie="session=1")
    await exchange(transport, "GET", upstream.url)
    await exchange(transport, "GET", upstream.url)
    assert [seen.header("cookie") for seen in upstream.seen] == [None, None]


async def test_a_compressed_body_comes_as_it_was_sent(
    upstream: Upstream, transport: AiohttpTransport
) -> None:
    upstream.respond = answer(b"not even gzip", content_encoding="gzip")
    assert await exchange(transport, "GET", upstream.url) == (200, b"not even gzip")


async def test_pieces_of_a_large_body_are_small(upstream: Upstream, transport: AiohttpTransport) -> None:
    upstream.respond = answer(bytes(300_000))
    async with transport.send("GET", upstream.url, [], None) as inbound:
        sizes = [len(chunk) async for chunk in inbound.chunks()]
    assert sum(sizes) == 300_000
    assert max(sizes) <= 64 * 1024


async def test_a_silent_upstream_times_out(upstream: Upstream, outside: Outside) -> None:
    upstream.respond = silence
    async with open_aiohttp("ships", idle_s=0.2, outside=outside) as transport:
        with pytest.raises(UpstreamTimeout) as caught:
            await exchange(transport, "GET", upstream.url)
    assert caught.value.sentence == "ships was silent for too long"
    await asyncio.wait_for(upstream.left.wait(), WAIT_S)


async def test_an_upstream_that_is_slow_and_never_silent_is_waited_for(
    upstream: Upstream, outside: Outside
) -> None:
    async def trickle(seen: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n")
        for piece in (b"ab", b"cd", b"ef"):
            await asyncio.sleep(0.3)
            writer.write(piece)

    upstream.respond = trickle
    async with open_aiohttp("ships", idle_s=0.6, outside=outside) as transport:
        assert await exchange(transport, "GET", upstream.url) == (200, b"abcdef")


async def test_silence_counts_from_the_request_and_not_from_the_one_before(
    upstream: Upstream, outside: Outside
) -> None:
    loop = asyncio.get_running_loop()
    async with open_aiohttp("ships", idle_s=0.5, outside=outside) as transport:
        await exchange(transport, "GET", upstream.url)
        await asyncio.sleep(0.3)
        upstream.respond, began = silence, loop.time()
        with pytest.raises(UpstreamTimeout):
            await exchange(transport, "GET", upstream.url)
        assert loop.time() - began >= 0.5


async def test_a_connection_that_is_kept_is_not_disturbed_by_its_silence(
    upstream: Upstream, outside: Outside
) -> None:
    ports: set[int] = set()

    async def respond(seen: Seen, writer: asyncio.StreamWriter) -> None:
        ports.add(writer.get_extra_info("peername")[1])
        await answer(b"good")(seen, writer)

    upstream.respond = respond
    async with open_aiohttp("ships", idle_s=0.1, outside=outside) as transport:
        for _ in range(3):
            assert await exchange(transport, "GET", upstream.url) == (200, b"good")
            await asyncio.sleep(0.2)
    assert len(ports) == 1


@pytest.mark.parametrize("size", [1, 64 * 1024, 64 * 1024 + 1])
async def test_a_body_of_any_size_arrives_with_its_length(
    upstream: Upstream, transport: AiohttpTransport, size: int
) -> None:
    await exchange(transport, "POST", upstream.url, b"x" * size)
    [seen] = upstream.seen
    assert (len(seen.body), seen.header("content-length")) == (size, str(size))


async def test_a_host_that_is_declared_stands_in_place_of_the_real_one(
    upstream: Upstream, transport: AiohttpTransport
) -> None:
    async with transport.send("GET", upstream.url, [("host", "ships.example")], None):
        pass
    [seen] = upstream.seen
    assert [(name.lower(), value) for name, value in seen.headers] == [("host", "ships.example")]


@pytest.mark.parametrize("name", ["X-A\r\nX-B", "X-A"])
async def test_a_line_break_in_a_header_is_never_sent(
    upstream: Upstream, transport: AiohttpTransport, name: str
) -> None:
    with pytest.raises(ValueError, match=r"(?i)newline|header"):
        async with transport.send("GET", upstream.url, [(name, "1\r\nX-C: 2")], None):
            pass
    assert upstream.seen == []


async def test_an_upstream_that_falls_silent_in_the_middle_times_out(
    upstream: Upstream, outside: Outside
) -> None:
    async def stall(seen: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
        await silence(seen, writer)

    upstream.respond = stall
    async with open_aiohttp("ships", idle_s=0.2, outside=outside) as transport:
        with pytest.raises(UpstreamTimeout):
            await exchange(transport, "GET", upstream.url)


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


async def test_a_refused_connection_says_so_and_that_nothing_was_sent(transport: AiohttpTransport) -> None:
    port = closed_port()
    with pytest.raises(UpstreamUnreachable) as caught:
        await exchange(transport, "POST", f"http://127.0.0.1:{port}", b"{}")
    assert caught.value.sentence == f"cannot connect to ships at 127.0.0.1:{port}: Connection refused"
    assert not caught.value.was_sent


async def test_a_name_that_nobody_knows_is_named(transport: AiohttpTransport) -> None:
    with pytest.raises(UpstreamUnreachable) as caught:
        await exchange(transport, "GET", "http://no-such-host.invalid/")
    assert caught.value.sentence.startswith("cannot connect to ships at no-such-host.invalid:80: ")
    assert not caught.value.was_sent


async def test_https_to_a_server_without_tls_is_unreachable(transport: AiohttpTransport) -> None:
    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(connected, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(UpstreamUnreachable, match="cannot connect to ships") as caught:
            await exchange(transport, "GET", f"https://127.0.0.1:{port}/")
    assert not caught.value.was_sent


@pytest.mark.parametrize(
    "respond",
    [
        hang_up,
        raw(b"this is not HTTP\r\n\r\n"),
        raw(b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"),
        raw(b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 20_000 + b"\r\n\r\n"),
        raw(b"HTTP/1.1 200 OK\r\nContent-Le", then_close=True),
    ],
    ids=["closes", "other protocol", "bad length", "endless header", "broken header"],
)
async def test_what_is_not_an_answer_is_told_without_its_content(
    upstream: Upstream, transport: AiohttpTransport, respond: Respond
) -> None:
    upstream.respond = respond
    with pytest.raises(UpstreamUnreachable) as caught:
        await exchange(transport, "POST", upstream.url, b"{}")
    assert caught.value.sentence == "ships: no usable answer came"
    assert caught.value.was_sent
    assert len(upstream.seen) == 1


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
    ],
    ids=["length", "chunked"],
)
async def test_a_body_that_breaks_off_is_never_taken_for_whole(
    upstream: Upstream, transport: AiohttpTransport, data: bytes
) -> None:
    upstream.respond = raw(data, then_close=True)
    with pytest.raises(UpstreamUnreachable) as caught:
        await exchange(transport, "GET", upstream.url)
    assert caught.value.sentence == "ships: the answer broke off"


@pytest.mark.parametrize("status", ["101 Switching Protocols", "099 Odd", "600 Odd"])
async def test_a_status_that_ends_nothing_is_no_answer(
    upstream: Upstream, transport: AiohttpTransport, status: str
) -> None:
    upstream.respond = answer(b"", status)
    with pytest.raises(UndecodableAnswer) as caught:
        await exchange(transport, "GET", upstream.url)
    assert caught.value.sentence == f"ships answered with status {int(status[:3])}, which has no meaning"


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
async def test_a_body_where_none_may_be_is_left_out_and_not_the_next_answer(
    upstream: Upstream, transport: AiohttpTransport, status: str
) -> None:
    upstream.respond = answer(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil", status)
    assert await exchange(transport, "GET", upstream.url) == (int(status[:3]), b"")
    upstream.respond = answer(b"good")
    assert await exchange(transport, "GET", upstream.url) == (200, b"good")


async def test_an_answer_that_comes_before_its_request_is_nobodys(
    upstream: Upstream, transport: AiohttpTransport
) -> None:
    writers: list[asyncio.StreamWriter] = []

    async def respond(seen: Seen, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        await answer(b"good")(seen, writer)

    upstream.respond = respond
    assert await exchange(transport, "GET", upstream.url) == (200, b"good")
    assert await exchange(transport, "GET", upstream.url) == (200, b"good")
    assert writers[0] is writers[1]  # the connection is kept
    await answer(b"evil")(upstream.seen[0], writers[0])
    async with open_aiohttp("others", idle_s=WAIT_S) as others:  # until then it has arrived
        await exchange(others, "GET", upstream.url)
    assert await exchange(transport, "GET", upstream.url) == (200, b"good")
    assert writers[3] is not writers[1]


async def test_a_body_whose_rest_is_no_http_breaks_off(
    upstream: Upstream, transport: AiohttpTransport
) -> None:
    begun = asyncio.Event()

    async def respond(seen: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
        await begun.wait()
        writer.write(b"no size\r\n")
        await silence(seen, writer)

    upstream.respond = respond
    async with transport.send("GET", upstream.url, [], None) as inbound:
        chunks = inbound.chunks()
        assert await anext(chunks) == b"abc"
        begun.set()
        with pytest.raises(UpstreamUnreachable) as caught:
            await asyncio.wait_for(anext(chunks), WAIT_S)
    assert caught.value.sentence == "ships: the answer broke off"


def drop_reused(upstream: Upstream) -> None:
    """Answer the first request of every connection, and close at the second."""
    answered = set[int]()

    async def respond(seen: Seen, writer: asyncio.StreamWriter) -> None:
        port: int = writer.get_extra_info("peername")[1]
        await (hang_up if port in answered else answer())(seen, writer)
        answered.add(port)

    upstream.respond = respond


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "POST"])
async def test_a_request_on_a_reused_connection_that_drops_is_not_sent_again_from_here(
    upstream: Upstream, transport: AiohttpTransport, method: str
) -> None:
    drop_reused(upstream)
    await exchange(transport, method, upstream.url, b"1")
    with pytest.raises(UpstreamUnreachable) as caught:
        await exchange(transport, method, upstream.url, b"2")
    assert [seen.body for seen in upstream.seen] == [b"1", b"2"]
    assert caught.value.was_sent


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "POST", "PATCH"])
async def test_a_request_whose_connection_drops_is_sent_once(
    upstream: Upstream, transport: AiohttpTransport, method: str
) -> None:
    upstream.respond = hang_up
    with pytest.raises(UpstreamUnreachable):
        await exchange(transport, method, upstream.url, b"1")
    assert [seen.body for seen in upstream.seen] == [b"1"]


async def test_a_streamed_body_is_not_sent_again_when_it_is_used_up(
    upstream: Upstream, transport: AiohttpTransport
) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"abc"

    upstream.respond = hang_up
    with pytest.raises(UpstreamUnreachable):
        async with transport.send("PUT", upstream.url, [("Content-Length", "3")], pieces()):
            pass
    assert [seen.body for seen in upstream.seen] == [b"abc"]


async def test_an_answer_that_nobody_reads_to_its_end_closes_its_connection(
    upstream: Upstream, transport: AiohttpTransport
) -> None:
    async def endless(seen: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\nabc")
        await silence(seen, writer)

    upstream.respond = endless
    async with transport.send("GET", upstream.url, [], None) as inbound:
        assert await anext(aiter(inbound.chunks())) == b"abc"
    await asyncio.wait_for(upstream.left.wait(), WAIT_S)


async def test_a_certificate_that_nobody_signed_is_refused(
    certificate: Path, transport: AiohttpTransport
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with await asyncio.start_server(connected, "127.0.0.1", 0, ssl=context) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(UpstreamUnreachable, match="certificate") as caught:
            await exchange(transport, "GET", f"https://127.0.0.1:{port}/")
    assert not caught.value.was_sent


async def test_a_proxy_is_asked_for_what_is_behind_it(upstream: Upstream) -> None:
    outside = Outside(proxies=Proxies({"http": upstream.url}))
    async with open_aiohttp("ships", idle_s=WAIT_S, outside=outside) as transport:
        assert await exchange(transport, "GET", "http://ships.example.com/v1?x=1") == (200, b"{}")
    [seen] = upstream.seen
    assert (seen.target, seen.header("host")) == ("http://ships.example.com/v1?x=1", "ships.example.com")


@pytest.mark.parametrize("status", [407, 503])
async def test_a_proxy_that_does_not_connect_got_nothing(upstream: Upstream, status: int) -> None:
    upstream.respond = answer(b"", f"{status} No")
    outside = Outside(proxies=Proxies({"https": upstream.url}))
    async with open_aiohttp("ships", idle_s=WAIT_S, outside=outside) as transport:
        with pytest.raises(UpstreamUnreachable) as caught:
            await exchange(transport, "POST", "https://ships.example/", b"{}")
    assert caught.value.sentence == f"the proxy does not connect to ships: it answered {status}"
    assert (caught.value.was_sent, caught.value.is_lasting) == (False, status == 407)
    assert [seen.method for seen in upstream.seen] == ["CONNECT"]


async def test_a_host_in_a_spelling_that_the_library_does_not_take_is_no_host(
    transport: AiohttpTransport,
) -> None:
    with pytest.raises(UpstreamUnreachable) as caught:
        await exchange(transport, "GET", "http://2130706433/")
    assert caught.value.sentence == "ships has no host that can be called"
    assert (caught.value.was_sent, caught.value.is_lasting) == (False, True)


async def test_an_upstream_that_takes_no_connection_in_time_got_nothing(outside: Outside) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full, socket.socket() as first:
        first.setblocking(False)
        first.connect_ex(full.getsockname())
        async with open_aiohttp("ships", connect_s=0.05, idle_s=WAIT_S, outside=outside) as transport:
            waiting = [
                asyncio.ensure_future(
                    exchange(transport, "POST", f"http://127.0.0.1:{full.getsockname()[1]}/")
                )
                for _ in range(4)
            ]
            failures = await asyncio.gather(*waiting, return_exceptions=True)
    assert any(
        isinstance(failure, UpstreamUnreachable)
        and (failure.sentence, failure.was_sent) == ("cannot connect to ships in time", False)
        for failure in failures
    )


async def test_names_are_looked_up_by_the_system() -> None:
    assert "127.0.0.1" in await system_lookup("localhost")


@pytest.mark.parametrize("host", ["a" * 64, "a..example"])
async def test_a_name_that_no_host_can_have_is_one_that_nobody_has(host: str) -> None:
    with pytest.raises(socket.gaierror, match="no host can have this name"):
        await system_lookup(host)


async def test_a_name_leads_to_the_address_that_was_looked_up(upstream: Upstream) -> None:
    async def lookup(host: str) -> list[str]:
        return {"app.localhost": ["::1", "127.0.0.1"]}[host]

    async with open_aiohttp("ships", idle_s=WAIT_S, outside=Outside(lookup=lookup)) as transport:
        assert await exchange(transport, "GET", f"http://app.localhost:{upstream.port}/") == (200, b"{}")


async def sent_slowly(writer: asyncio.StreamWriter, *pieces: bytes) -> None:
    """Send pieces that arrive one by one."""
    for piece in pieces:
        writer.write(piece)
        await asyncio.sleep(0.02)


HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nX-Empty:\r\nX-Odd: a \t\r\n\r\n"


async def test_an_answer_may_arrive_byte_by_byte(upstream: Upstream, transport: AiohttpTransport) -> None:
    async def respond(seen: Seen, writer: asyncio.StreamWriter) -> None:
        for at in range(len(HEAD)):
            writer.write(HEAD[at : at + 1])
            await asyncio.sleep(0)
        writer.write(b"good")

    upstream.respond = respond
    async with transport.send("GET", upstream.url, [], None) as inbound:
        assert inbound.headers == (("content-length", "4"), ("x-empty", ""), ("x-odd", "a"))
        assert b"".join([chunk async for chunk in inbound.chunks()]) == b"good"


@pytest.mark.parametrize(
    ("before", "body", "whole"),
    [
        (b"", b"", b""),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n", b"", b""),
        (b"", b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nX-Trailer: 1\r\n\r\n", b"abcde"),
        (b"HTTP/1.1 100 Continue\r\n\r\n", b"2 \r\nab\r\n0\r\n\r\n", b"ab"),
    ],
    ids=["no body", "hints first", "trailer", "blank after size"],
)
async def test_what_stands_around_an_answer_is_left_out(
    upstream: Upstream, transport: AiohttpTransport, before: bytes, body: bytes, whole: bytes
) -> None:
    ports: set[int] = set()
    kind = b"Transfer-Encoding: chunked" if body else b"Content-Length: 0"

    async def respond(seen: Seen, writer: asyncio.StreamWriter) -> None:
        ports.add(writer.get_extra_info("peername")[1])
        await sent_slowly(writer, before + b"HTTP/1.1 200 OK\r\n" + kind + b"\r\nX-Own: 1\r\n\r\n", body)

    upstream.respond = respond
    for _ in range(2):
        async with transport.send("POST", upstream.url, [], b"{}") as inbound:
            assert [name for name, _ in inbound.headers][-1] == "x-own"
            assert b"".join([chunk async for chunk in inbound.chunks()]) == whole
    assert len(ports) == 1


@pytest.mark.parametrize(
    ("head", "are_kept"),
    [
        (b"HTTP/1.1 200 OK\r\n", False),
        (b"HTTP/1.0 200 OK\r\n", False),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n", False),
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 4\r\n", False),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 4\r\n", False),
        (b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 4\r\n", True),
        (b"HTTP/1.1 200 OK\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 4\r\n", True),
        (b"HTTP/1.1 200 OK\nContent-Length: 4\n", True),
    ],
)
async def test_where_a_body_ends_and_whether_more_may_follow_is_for_its_head_to_say(
    upstream: Upstream, transport: AiohttpTransport, head: bytes, *, are_kept: bool
) -> None:
    ports: list[int] = []

    async def respond(seen: Seen, writer: asyncio.StreamWriter) -> None:
        ports.append(writer.get_extra_info("peername")[1])
        await sent_slowly(writer, head + b"\r\n", b"go", b"od")
        if not are_kept:
            writer.close()

    upstream.respond = respond
    for _ in range(2):
        assert await exchange(transport, "GET", upstream.url) == (200, b"good")
    assert (ports[0] == ports[1]) is are_kept


async def test_an_answer_that_has_no_body_and_is_the_last_one_is_whole(
    upstream: Upstream, transport: AiohttpTransport
) -> None:
    upstream.respond = raw(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n", then_close=True)
    for _ in range(2):
        assert await exchange(transport, "GET", upstream.url) == (204, b"")


async def test_a_body_without_end_that_is_cut_is_not_whole(upstream: Upstream) -> None:
    async def respond(seen: Seen, writer: asyncio.StreamWriter) -> None:
        await sent_slowly(writer, b"HTTP/1.1 200 OK\r\n\r\nabc")
        writer.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
        )  # closes with a reset
        writer.close()

    upstream.respond = respond
    async with open_aiohttp("ships", idle_s=WAIT_S) as transport:
        with pytest.raises(UpstreamUnreachable, match="broke off"):
            await exchange(transport, "GET", upstream.url)


@pytest.mark.parametrize(
    "rest",
    [b"HTT", b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil", b"evil"],
    ids=["begins an answer", "an answer", "no HTTP"],
)
async def test_what_follows_an_answer_is_not_the_next_one(upstream: Upstream, rest: bytes) -> None:
    upstream.respond = raw(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood" + rest)
    async with open_aiohttp("ships", idle_s=WAIT_S) as transport:
        for _ in range(2):
            assert await exchange(transport, "GET", upstream.url) == (200, b"good")


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 200 OK\r\nX-Odd: a\0b\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        b"HTTP/1.1 200 OK\r\n" + b"X-Many: 1\r\n" * 9_000,
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-" + b"a" * 8_190 + b": 1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Long: " + b"a" * 8_191 + b"\r\n\r\n",
    ],
    ids=["NUL", "two lengths", "endless headers", "long name", "long value"],
)
async def test_a_head_that_is_no_head_is_no_usable_answer(upstream: Upstream, data: bytes) -> None:
    upstream.respond = raw(data)
    async with open_aiohttp("ships", idle_s=WAIT_S) as transport:
        with pytest.raises(UpstreamUnreachable) as caught:
            await asyncio.wait_for(exchange(transport, "GET", upstream.url), WAIT_S)
    assert caught.value.sentence == "ships: no usable answer came"


async def test_what_follows_a_body_in_pieces_has_an_end(upstream: Upstream) -> None:
    async def respond(seen: Seen, writer: asyncio.StreamWriter) -> None:
        await sent_slowly(writer, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n")
        for _ in range(100):
            await sent_slowly(writer, b"X-Trailer: 1\r\n" * 1_000)

    upstream.respond = respond
    async with open_aiohttp("ships", idle_s=WAIT_S) as transport:
        with pytest.raises(UpstreamUnreachable, match="broke off"):
            await asyncio.wait_for(exchange(transport, "GET", upstream.url), WAIT_S)


async def test_a_reader_may_be_slow_and_then_the_upstream_waits(upstream: Upstream, outside: Outside) -> None:
    sent, size = [0], 64 * 1024 * 1024

    async def respond(seen: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size)
        while sent[0] < size:
            writer.write(bytes(1024 * 1024))
            await writer.drain()
            sent[0] += 1024 * 1024

    upstream.respond = respond
    async with open_aiohttp("ships", idle_s=0.3, outside=outside) as transport:
        async with transport.send("GET", upstream.url, [], None) as inbound:
            chunks = inbound.chunks()
            received = len(await anext(chunks))
            await asyncio.sleep(0.7)  # longer than the upstream may be silent
            assert sent[0] < size
            received += sum([len(chunk) async for chunk in chunks])
        assert received == size
        upstream.respond = answer(b"good")
        assert await exchange(transport, "GET", upstream.url) == (200, b"good")


async def test_many_requests_have_a_connection_each_and_these_are_used_again(
    upstream: Upstream, transport: AiohttpTransport
) -> None:
    ports: list[int] = []

    async def respond(seen: Seen, writer: asyncio.StreamWriter) -> None:
        ports.append(writer.get_extra_info("peername")[1])
        await asyncio.sleep(0.05)
        await answer(seen.target.encode())(seen, writer)

    upstream.respond = respond
    for _ in range(2):
        told = await asyncio.gather(*[exchange(transport, "GET", f"{upstream.url}/{at}") for at in range(8)])
        assert told == [(200, b"/%d" % at) for at in range(8)]
    assert len(set(ports)) == 8


async def test_a_caller_who_gives_up_leaves_no_connection_behind(
    upstream: Upstream, transport: AiohttpTransport
) -> None:
    arrived = asyncio.Event()
    upstream.respond = silence_after(arrived)
    waiting = asyncio.ensure_future(exchange(transport, "GET", upstream.url))
    await asyncio.wait_for(arrived.wait(), WAIT_S)
    waiting.cancel()
    await asyncio.wait_for(upstream.left.wait(), WAIT_S)
    upstream.respond = answer(b"good")
    assert await exchange(transport, "GET", upstream.url) == (200, b"good")


async def test_a_connection_that_nobody_uses_is_closed_in_time(
    upstream: Upstream, outside: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "KEEP_ALIVE_S", 0.1)
    monkeypatch.setattr(pool, "KEEP_ALIVE_S", 0.1)
    writers: list[asyncio.StreamWriter] = []

    async def respond(seen: Seen, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        await answer(b"good")(seen, writer)

    upstream.respond = respond
    async with open_aiohttp("ships", idle_s=WAIT_S, outside=outside) as transport:
        assert await exchange(transport, "GET", upstream.url) == (200, b"good")
        await asyncio.wait_for(writers[0].wait_closed(), WAIT_S)
        assert await exchange(transport, "GET", upstream.url) == (200, b"good")


async def test_a_connection_that_the_upstream_closes_is_not_used_again(
    upstream: Upstream, transport: AiohttpTransport
) -> None:
    async def respond(seen: Seen, writer: asyncio.StreamWriter) -> None:
        await answer(b"good")(seen, writer)
        writer.close()

    upstream.respond = respond
    for _ in range(3):
        assert await exchange(transport, "POST", upstream.url, b"1") == (200, b"good")
        await asyncio.sleep(0.05)


@pytest.mark.parametrize("url", ["http:///x", "ships", "http://"])
async def test_an_address_without_a_host_is_none_that_can_be_called(
    transport: AiohttpTransport, url: str
) -> None:
    with pytest.raises(UpstreamUnreachable, match="has no host that can be called"):
        await exchange(transport, "GET", url)


@pytest.mark.parametrize(
    ("given", "asked"), [("", "/"), ("?x=1", "/?x=1"), ("/a#b", "/a"), ("?x=1#b", "/?x=1")]
)
async def test_what_is_asked_for_begins_at_the_root_and_has_no_fragment(
    upstream: Upstream, transport: AiohttpTransport, given: str, asked: str
) -> None:
    await exchange(transport, "GET", upstream.url + given)
    assert upstream.seen[0].target == asked
