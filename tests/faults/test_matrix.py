"""What callers are told when an upstream fails, in every way that there is, and how often it is asked."""

import gzip
from collections.abc import AsyncIterator

import pytest

from breaking import Fault, by_path, drips, floods, head, in_turn, raw, says
from digesting import Asking
from facing import (
    AGAIN,
    CHECK,
    DEADLINE_S,
    DIGEST,
    LATER,
    UNCHANGED,
    UNREACHABLE,
    BrokenOff,
    Ours,
    Passed,
    Row,
    Said,
    Trial,
    ask_mcp,
    ask_rest,
    check_row,
    facing,
    on_post,
    text_of,
)
from serving import Served
from wire import Upstream, answer

pytestmark = pytest.mark.anyio

SHIP = b'{"name": "ark"}'
PLAIN = {"content_type": "application/json"}
BEGUN = head(content_length="15", **PLAIN) + SHIP[:4]
CHUNKED = head(transfer_encoding="chunked", **PLAIN)
HTML = b"<html><head><title>Bad Gateway of ours</title></head></html>"
BOMB = gzip.compress(b'"' + b" " * (40 << 20) + b'"', 1)
DOCUMENT = b'<!DOCTYPE a [<!ENTITY b "cccccccccc">]><a>&b;</a>'

BROKEN = Ours(502, "upstream unreachable", "ships: the answer broke off")
SILENT = Ours(504, "upstream timed out", "ships was silent for too long")
LATE = Ours(504, "upstream timed out", f"ships gave no answer within {DEADLINE_S:g} s")
LATE_STEP = Ours(504, "upstream timed out", f"{LATE.detail} (in step 'b', after 'a')")
GIVEN = Passed(200, SHIP)


def undecodable(detail: str) -> Ours:
    return Ours(502, "undecodable answer", detail)


CONNECTIONS = {
    "reset before the answer": Row(raw(b"", "reset"), UNREACHABLE, UNREACHABLE.detail, AGAIN, 3, CHECK),
    "closed before the answer": Row(raw(b"", "close"), UNREACHABLE, UNREACHABLE.detail, AGAIN, 3, CHECK),
    "reset in the headers": Row(
        raw(b"HTTP/1.1 200 OK\r\nContent-", "reset"), UNREACHABLE, UNREACHABLE.detail, AGAIN, 3, CHECK
    ),
    "reset in the body": Row(raw(BEGUN, "reset"), BrokenOff(), BROKEN.detail, AGAIN, 1, CHECK),
    "reset in a body that is shaped": Row(
        raw(BEGUN, "reset"), BROKEN, BROKEN.detail, AGAIN, 1, CHECK, call="shape"
    ),
    "a body shorter than announced": Row(raw(BEGUN, "close"), BrokenOff(), BROKEN.detail, AGAIN, 1, CHECK),
    "a shaped body shorter than announced": Row(
        raw(BEGUN, "close"), BROKEN, BROKEN.detail, AGAIN, 1, CHECK, call="shape"
    ),
    "silence": Row(raw(b"", "stall"), SILENT, SILENT.detail, AGAIN, 3, CHECK),
    "headers that stall": Row(
        raw(b"HTTP/1.1 200 OK\r\nContent-", "stall"), SILENT, SILENT.detail, AGAIN, 3, CHECK
    ),
    "headers that drip": Row(
        drips(b"HTTP/1.1 200 OK\r\n", b"x: " + b"a" * 1000, 0.05), LATE, LATE.detail, AGAIN, 1, CHECK
    ),
    "a body that stalls": Row(raw(BEGUN, "stall"), BrokenOff(), SILENT.detail, AGAIN, 1, CHECK),
    "a shaped body that stalls": Row(
        raw(BEGUN, "stall"), SILENT, SILENT.detail, AGAIN, 1, CHECK, call="shape"
    ),
    "a body that drips beyond the deadline, which streams": Row(
        drips(head(content_length="30", **PLAIN), b" " * 15 + SHIP, 0.05),
        Passed(200, b" " * 15 + SHIP),
        LATE.detail,
        AGAIN,
    ),
    "a shaped body that drips beyond the deadline": Row(
        drips(head(content_length="99", **PLAIN), b" " * 99, 0.05),
        LATE,
        LATE.detail,
        AGAIN,
        call="shape",
    ),
    "a deadline that passes in a step": Row(
        by_path(first=says("200 OK", b"[]"), ships=drips(head(content_length="99"), b" " * 99, 0.05)),
        LATE_STEP,
        LATE_STEP.detail,
        AGAIN,
        2,
        CHECK,
        2,
        call="tour",
    ),
    "HTTP/1.0 until it closes": Row(
        raw(head(version="1.0", **PLAIN) + SHIP, "close"),
        GIVEN,
        '{"name":"ark"}',
        advice_on_post="",
        is_error=False,
    ),
}
FRAMES = {
    "a chunk without a size": Row(
        raw(CHUNKED + b"zz\r\n" + SHIP, "stall"), UNREACHABLE, UNREACHABLE.detail, AGAIN, 3, CHECK
    ),
    "a chunk longer than its size": Row(
        raw(CHUNKED + b"3\r\nabcdef\r\n", "stall"), UNREACHABLE, UNREACHABLE.detail, AGAIN, 3, CHECK
    ),
    "a chunk without a size, behind the headers": Row(
        drips(CHUNKED, b"zz\r\n", 0.02), BrokenOff(), BROKEN.detail, AGAIN, 1, CHECK
    ),
    "a shaped chunk without a size, behind the headers": Row(
        drips(CHUNKED + b"1\r\n[\r\n", b"zz\r\n", 0.02), BROKEN, BROKEN.detail, AGAIN, 1, CHECK, call="shape"
    ),
    "chunks without an end": Row(
        raw(CHUNKED + b"f\r\n" + SHIP + b"\r\n", "close"),
        BROKEN,
        BROKEN.detail,
        AGAIN,
        1,
        CHECK,
        call="shape",
    ),
    "a length beside chunks": Row(
        raw(head(content_length="15", transfer_encoding="chunked") + b"f\r\n" + SHIP + b"\r\n0\r\n\r\n"),
        UNREACHABLE,
        UNREACHABLE.detail,
        AGAIN,
        3,
        CHECK,
    ),
    "two lengths": Row(
        raw(b"HTTP/1.1 200 OK\r\nContent-Length: 15\r\nContent-Length: 3\r\n\r\n" + SHIP),
        UNREACHABLE,
        UNREACHABLE.detail,
        AGAIN,
        3,
        CHECK,
    ),
    "a header without an end": Row(
        floods(b"HTTP/1.1 200 OK\r\nx: ", b"a"), UNREACHABLE, UNREACHABLE.detail, AGAIN, 3, CHECK
    ),
    "headers without an end": Row(
        floods(b"HTTP/1.1 200 OK\r\n", b"x-more: yes\r\n"),
        UNREACHABLE,
        UNREACHABLE.detail,
        AGAIN,
        3,
        CHECK,
    ),
    "interim answers without an end": Row(
        floods(b"", b"HTTP/1.1 102 Processing\r\n\r\n"), LATE, LATE.detail, AGAIN, 1, CHECK
    ),
    "another protocol": Row(
        raw(b"220 mail.example.org ready\r\n", "stall"), UNREACHABLE, UNREACHABLE.detail, AGAIN, 3, CHECK
    ),
    "no status line": Row(raw(SHIP, "close"), UNREACHABLE, UNREACHABLE.detail, AGAIN, 3, CHECK),
}
TOO_MUCH = "the call succeeded, but its answer has more than 33554432 bytes, more than can be held here"
NO_XML = "ships did not answer in xml: a document type is declared, which could define entities"
TOO_DEEP = "ships did not answer in json: depth limit exceeded: line 1 column 1026 (char 1025)"
NO_JSON = (
    "ships did not answer in json: unexpected character, expected a JSON value: line 1 column 1 (char 0)"
)
CUT_JSON = "ships did not answer in json: unexpected end of data: line 1 column 10 (char 9)"
CUT_ANSWER = (
    "the upstream says that its answer is JSON, but it is not: "
    "unexpected end of data: line 1 column 10 (char 9)"
)
NO_UTF8 = "ships did not answer in csv: byte 8 is not utf-8"
NO_CHARSET = "ships did not answer in csv: the charset that it names is not known"
CONTENTS = {
    "a body without an end": Row(
        floods(head(**PLAIN), b" "), Ours(502, "answer too large", TOO_MUCH), TOO_MUCH, call="shape"
    ),
    "a gzip bomb": Row(
        says("200 OK", BOMB, content_encoding="gzip"),
        Ours(502, "answer too large", TOO_MUCH),
        TOO_MUCH,
        advice_on_post="",
        call="shape",
    ),
    "gzip that is none": Row(
        says("200 OK", SHIP, content_encoding="gzip"),
        undecodable("the upstream's answer cannot be decompressed"),
        "the upstream's answer cannot be decompressed",
        advice_on_post=CHECK,
        call="shape",
    ),
    "an encoding that nobody asked for": Row(
        says("200 OK", SHIP, content_encoding="br"),
        undecodable("the upstream's answer is encoded as 'br', which was not asked for"),
        "the upstream's answer is encoded as 'br', which was not asked for",
        advice_on_post=CHECK,
        call="shape",
    ),
    "an XML bomb": Row(
        says("200 OK", DOCUMENT, content_type="application/xml"),
        undecodable(NO_XML),
        NO_XML,
        call="scan",
    ),
    "JSON that nests without an end": Row(
        says("200 OK", b"[" * 100_000),
        undecodable(TOO_DEEP),
        TOO_DEEP,
        call="shape",
    ),
    "another charset than it says": Row(
        says("200 OK", "name\ncafé\n".encode("latin-1"), content_type="text/csv; charset=utf-8"),
        undecodable(NO_UTF8),
        NO_UTF8,
        call="table",
    ),
    "a charset that does not exist": Row(
        says("200 OK", b"name\nark\n", content_type="text/csv; charset=klingon"),
        undecodable(NO_CHARSET),
        NO_CHARSET,
        call="table",
    ),
    "another type than declared": Row(
        says("200 OK", HTML, content_type="text/html"),
        undecodable(NO_JSON),
        NO_JSON,
        advice_on_post=CHECK,
        call="shape",
    ),
    "invalid JSON, passed on": Row(
        says("200 OK", b'{"name": '),
        Passed(200, b'{"name": '),
        CUT_ANSWER,
        advice_on_post=CHECK,
    ),
    "invalid JSON, to be shaped": Row(
        says("200 OK", b'{"name": '),
        undecodable(CUT_JSON),
        CUT_JSON,
        advice_on_post=CHECK,
        call="shape",
    ),
}
STATUSES = {
    "100 and 103 before the answer": Row(
        raw(
            head("100 Continue")
            + head("103 Early Hints", link="x")
            + head(content_length="15", **PLAIN)
            + SHIP
        ),
        GIVEN,
        '{"name":"ark"}',
        advice_on_post="",
        is_error=False,
    ),
    "101 that nobody asked for": Row(
        raw(head("101 Switching Protocols", upgrade="x", connection="upgrade")),
        undecodable("ships answered with status 101, which has no meaning"),
        "ships answered with status 101, which has no meaning",
        advice_on_post=CHECK,
    ),
    "a status beyond all": Row(
        says("999 Denied"),
        undecodable("ships answered with status 999, which has no meaning"),
        "ships answered with status 999, which has no meaning",
        advice_on_post=CHECK,
    ),
    "204 with a body": Row(says("204 No Content", SHIP), Passed(204), "", advice_on_post="", is_error=False),
    "204 with a body, to be shaped": Row(
        says("204 No Content", SHIP), Passed(204), "", advice_on_post="", call="shape", is_error=False
    ),
    "206": Row(
        says("206 Partial Content", b"ark", content_type="text/plain", content_range="bytes 0-2/15"),
        Passed(206, b"ark", {"content-range": "bytes 0-2/15"}),
        "ark",
        is_error=False,
    ),
    "304 with a length": Row(
        raw(head("304 Not Modified", etag='"1"', content_length="15")),
        Passed(304, b"", {"etag": '"1"'}),
        "the upstream answered 304 Not Modified and did not say where to go",
    ),
    "401 with a challenge that nobody can answer": Row(
        says("401 Unauthorized", b'{"message": "who"}', www_authenticate='Basic realm="x"'),
        Passed(401, b'{"message": "who"}', {"www-authenticate": ""}),
        "the upstream answered 401 Unauthorized: who",
        UNCHANGED,
        advice_on_post=UNCHANGED,
    ),
    "403": Row(
        says("403 Forbidden", b'{"message": "no"}'),
        Passed(403, b'{"message": "no"}'),
        "the upstream answered 403 Forbidden: no",
        UNCHANGED,
        advice_on_post=UNCHANGED,
    ),
    "404": Row(
        says("404 Not Found", b'{"error": {"message": "no ark"}}'),
        Passed(404, b'{"error": {"message": "no ark"}}'),
        "the upstream answered 404 Not Found: no ark",
        UNCHANGED,
        advice_on_post=UNCHANGED,
        call="shape",
    ),
    "409": Row(
        says("409 Conflict", b"there is one"),
        Passed(409, b"there is one"),
        "the upstream answered 409 Conflict: there is one",
        UNCHANGED,
        advice_on_post=UNCHANGED,
    ),
    "413": Row(
        says("413 Content Too Large", b'{"detail": "too much"}'),
        Passed(413, b'{"detail": "too much"}'),
        "the upstream answered 413 Request Entity Too Large: too much",
        UNCHANGED,
        advice_on_post=UNCHANGED,
    ),
    "429": Row(
        says("429 Too Many Requests"),
        Passed(429),
        "the upstream answered 429 Too Many Requests",
        LATER,
        3,
        LATER,
    ),
    "429 for a time that is there": Row(
        in_turn(says("429 Too Many Requests", b"", retry_after="0"), says("200 OK", SHIP)),
        GIVEN,
        '{"name":"ark"}',
        seen=2,
        advice_on_post="retry after 0 s",
        is_error=False,
        post=(Passed(429), "the upstream answered 429 Too Many Requests"),
    ),
    "429 for longer than there is time": Row(
        says("429 Too Many Requests", b"", retry_after="99"),
        Passed(429, b"", {"retry-after": "99"}),
        "the upstream answered 429 Too Many Requests",
        "retry after 99 s",
        advice_on_post="retry after 99 s",
    ),
    "429 until a date that is far": Row(
        says("429 Too Many Requests", b"", retry_after="Wed, 21 Oct 2099 07:28:00 GMT"),
        Passed(429, b"", {"retry-after": "Wed, 21 Oct 2099 07:28:00 GMT"}),
        "the upstream answered 429 Too Many Requests",
        "retry after Wed, 21 Oct 2099 07:28:00 GMT",
    ),
    "429 until a date that is past": Row(
        in_turn(
            says("429 Too Many Requests", b"", retry_after="Wed, 21 Oct 2015 07:28:00 GMT"),
            says("200 OK", SHIP),
        ),
        GIVEN,
        '{"name":"ark"}',
        seen=2,
        is_error=False,
    ),
    "429 for ever": Row(
        says("429 Too Many Requests", b"", retry_after="9" * 39),
        Passed(429, b"", {"retry-after": "9" * 39}),
        "the upstream answered 429 Too Many Requests",
        f"retry after {'9' * 39} s",
    ),
    "429 until soon": Row(
        says("429 Too Many Requests", b"", retry_after="soon"),
        Passed(429, b"", {"retry-after": "soon"}),
        "the upstream answered 429 Too Many Requests",
        "retry after soon",
        3,
        "retry after soon",
    ),
    "500": Row(
        says("500 Internal Server Error", b'{"detail": "oops"}'),
        Passed(500, b'{"detail": "oops"}'),
        "the upstream answered 500 Internal Server Error: oops",
        AGAIN,
        1,
        CHECK,
    ),
    "502 with a page": Row(
        says("502 Bad Gateway", HTML, content_type="text/html"),
        Passed(502, HTML, {"content-type": "text/html"}),
        "the upstream answered 502 Bad Gateway: Bad Gateway of ours",
        AGAIN,
        3,
        CHECK,
    ),
    "503, then success": Row(
        in_turn(says("503 Service Unavailable"), says("200 OK", SHIP)),
        GIVEN,
        '{"name":"ark"}',
        seen=2,
        advice_on_post=LATER,
        is_error=False,
        post=(Passed(503), "the upstream answered 503 Service Unavailable"),
    ),
    "504": Row(
        says("504 Gateway Timeout"),
        Passed(504),
        "the upstream answered 504 Gateway Timeout",
        AGAIN,
        3,
        CHECK,
    ),
}


def moved(status: str, location: str = "/there") -> Fault:
    return by_path(ships=says(status, b"", location=location), there=says("200 OK", SHIP))


def relayed(status: str, location: str) -> tuple[Passed, str]:
    return Passed(
        int(status[:3]), b"", {"location": location}
    ), f"the upstream answered {status}: it is at {location}"


AWAY = "http://elsewhere.example/there"
REDIRECTS = {
    status: Row(
        moved(status),
        GIVEN,
        '{"name":"ark"}',
        seen=2,
        advice_on_post="",
        posted=posted,
        is_error=False,
        post=None if posted == 2 else relayed(status, "/there"),
    )
    for status, posted in {
        "301 Moved Permanently": 1,
        "302 Found": 1,
        "303 See Other": 2,
        "307 Temporary Redirect": 2,
        "308 Permanent Redirect": 2,
    }.items()
}
ASTRAY = {
    f"{status}, to another host": Row(
        moved(status, AWAY),
        relayed(status, AWAY)[0],
        f"{relayed(status, AWAY)[1]} | link to {AWAY}",
        advice_on_post="",
        is_error=False,
    )
    for status in REDIRECTS
}
LOOPS = {
    "a redirect in a circle": Row(
        says("302 Found", b"", location="/ships"),
        *relayed("302 Found", "/ships"),
        seen=6,
        advice_on_post="",
        is_error=False,
    ),
    "a redirect to nowhere": Row(
        says("302 Found"),
        Passed(302),
        "the upstream answered 302 Found and did not say where to go",
        advice_on_post=CHECK,
    ),
    "a redirect to no address": Row(
        says("301 Moved Permanently", b"", location="http://[::1"),
        *relayed("301 Moved Permanently", "http://[::1"),
        advice_on_post="",
        is_error=False,
    ),
}

ROWS = CONNECTIONS | FRAMES | CONTENTS | STATUSES | REDIRECTS | ASTRAY | LOOPS


async def check(row: Row[Fault], method: str, path: str, upstream: Upstream, running: Served) -> None:
    async def arm() -> None:
        upstream.seen.clear()
        upstream.respond = row.fault()

    async def seen() -> int:
        return len(upstream.seen)

    await check_row(row, Trial(running, method, path, arm, seen))


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def broken() -> AsyncIterator[Upstream]:
    """Serve one upstream for all rows."""
    async with Upstream.open() as opened:
        yield opened


@pytest.fixture(scope="module")
async def shared(broken: Upstream) -> AsyncIterator[Served]:
    """Serve the capability once for all rows, because none may leave anything behind for the next."""
    async with facing(broken.url, text_of()) as running:
        yield running


@pytest.mark.parametrize("name", ROWS)
async def test_a_get_is_answered_whatever_the_upstream_does(
    broken: Upstream, shared: Served, name: str
) -> None:
    await check(ROWS[name], "GET", ROWS[name].call, broken, shared)


@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if row.advice_on_post is not None])
async def test_a_post_is_answered_and_sent_once(broken: Upstream, shared: Served, name: str) -> None:
    await check(on_post(ROWS[name]), "POST", ROWS[name].call, broken, shared)


@pytest.mark.parametrize(("method", "call"), [("GET", "read"), ("POST", "build")])
async def test_a_challenge_is_answered_once_and_then_known(
    upstream: Upstream, method: str, call: str
) -> None:
    upstream.respond = Asking(answer(SHIP))
    async with facing(upstream.url, text_of(DIGEST)) as running:
        assert await ask_rest(method, f"{running.rest}/read", {}) == GIVEN
        assert len(upstream.seen) == 2
        assert await ask_mcp(running.mcp, call) == Said('{"name":"ark"}')
        assert len(upstream.seen) == 3


def test_a_post_is_seen_twice_only_where_the_first_was_not_processed() -> None:
    twice = {name for name, row in ROWS.items() if row.posted > 1}
    assert twice == {
        "a deadline that passes in a step",  # two steps
        "303 See Other",  # a GET follows
        "307 Temporary Redirect",
        "308 Permanent Redirect",
    }
    assert len(ROWS) >= 60
