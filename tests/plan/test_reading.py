"""Bodies of answers: within a limit, and unpacked."""

import gzip
import zlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from naftiko_runtime.plan.call import Headers
from naftiko_runtime.plan.errors import Oversized, UndecodableAnswer
from naftiko_runtime.plan.reading import charset, header, read, read_start, retry_after_s

pytestmark = pytest.mark.anyio

TEXT = b"all is well " * 100


@dataclass
class Arrives:
    pieces: tuple[bytes, ...]
    headers: Headers = ()
    status: int = 200
    taken: list[bytes] = field(default_factory=list)

    async def chunks(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            self.taken.append(piece)
            yield piece


def packed(encoding: str, data: bytes, size: int = 7) -> Arrives:
    pieces = tuple(data[at : at + size] for at in range(0, len(data), size))
    return Arrives(pieces, (("Content-Encoding", encoding),))


async def test_a_body_is_read_whole() -> None:
    assert await read(Arrives((b"a", b"", b"b")), 2) == b"ab"
    assert await read(Arrives(()), 0) == b""


@pytest.mark.parametrize(
    ("encoding", "data"),
    [
        ("gzip", gzip.compress(TEXT)),
        ("x-gzip", gzip.compress(TEXT)),
        ("Deflate", zlib.compress(TEXT)),
        ("identity", TEXT),
    ],
)
async def test_a_compressed_body_is_unpacked(encoding: str, data: bytes) -> None:
    assert await read(packed(encoding, data), len(TEXT)) == TEXT


async def test_an_empty_body_needs_no_unpacking() -> None:
    assert await read(packed("gzip", b""), 10) == b""


async def test_a_body_that_announces_too_much_is_not_read() -> None:
    inbound = Arrives((b"abc",), (("content-length", "3"),))
    with pytest.raises(Oversized) as caught:
        await read(inbound, 2)
    assert (caught.value.size, inbound.taken) == ("3", [])
    assert await read(Arrives((b"abc",), (("content-length", "none"),)), 3) == b"abc"


async def test_reading_stops_where_the_limit_is_passed() -> None:
    inbound = Arrives((b"ab", b"cd", b"ef"))
    with pytest.raises(Oversized):
        await read(inbound, 3)
    assert inbound.taken == [b"ab", b"cd"]


@pytest.mark.parametrize("size", [1, 2, 1000])
@pytest.mark.parametrize("window", [zlib.MAX_WBITS, -zlib.MAX_WBITS], ids=["zlib", "bare"])
async def test_both_streams_that_are_called_deflate_are_unpacked(window: int, size: int) -> None:
    packer = zlib.compressobj(wbits=window)
    data = packer.compress(TEXT) + packer.flush()
    assert await read(packed("deflate", data, size), 10_000) == TEXT


async def test_a_small_body_cannot_unpack_into_a_large_one() -> None:
    with pytest.raises(Oversized):
        await read(packed("gzip", gzip.compress(bytes(10_000_000)), 100_000), 1000)


@pytest.mark.parametrize("size", [1, 2, 1000])
async def test_all_members_of_a_body_are_unpacked(size: int) -> None:
    data = b"".join(gzip.compress(part) for part in (TEXT, b"", b"x", TEXT))
    assert await read(packed("gzip", data, size), 10_000) == TEXT + b"x" + TEXT


async def test_members_share_the_limit_of_their_body() -> None:
    data = gzip.compress(bytes(600)) * 2
    assert await read(packed("gzip", data, 1000), 1200) == bytes(1200)
    with pytest.raises(Oversized):
        await read(packed("gzip", data, 1000), 1199)
    inbound = packed("gzip", data + gzip.compress(bytes(10_000_000)) * 100, 100_000)
    with pytest.raises(Oversized):
        await read(inbound, 1000)
    assert len(inbound.taken) == 1
    assert await read_start(packed("gzip", data, 1000), 1000) == bytes(1000)


async def test_members_that_hold_nothing_are_not_read_for_ever() -> None:
    inbound = packed("gzip", gzip.compress(b"") * 1_000, 1000)
    with pytest.raises(Oversized):
        await read(inbound, 5_000)
    assert len(inbound.taken) == 6


@pytest.mark.parametrize(
    ("encoding", "data"),
    [
        ("gzip", b"plain text"),
        ("gzip", gzip.compress(TEXT) + gzip.compress(TEXT)[:-1]),
        ("gzip", gzip.compress(TEXT) + zlib.compress(TEXT)),
        ("deflate", zlib.compress(TEXT) * 2),
        ("gzip", gzip.compress(TEXT)[:-4]),
        ("gzip", gzip.compress(TEXT) + b"more"),
        ("deflate", b"x"),
        ("deflate", b"plain text"),
        ("br", b"x"),
    ],
)
async def test_a_body_that_is_not_packed_as_it_says_is_undecodable(encoding: str, data: bytes) -> None:
    with pytest.raises(UndecodableAnswer):
        await read(packed(encoding, data, 1000), 10_000)


async def test_the_start_of_a_body_is_enough_to_quote() -> None:
    inbound = Arrives((b"abc", b"def", b"ghi"))
    assert (await read_start(inbound, 4), inbound.taken) == (b"abcd", [b"abc", b"def"])
    assert await read_start(Arrives((b"ab",)), 4) == b"ab"
    assert await read_start(packed("gzip", gzip.compress(TEXT)), 100) == TEXT[:100]


@pytest.mark.parametrize(("encoding", "data"), [("gzip", b"plain text"), ("br", b"x")])
async def test_a_start_that_cannot_be_unpacked_is_nothing(encoding: str, data: bytes) -> None:
    assert await read_start(packed(encoding, data), 20) == b""


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("0", 0.0),
        ("120", 120.0),
        ("9" * 400, 1e9),
        ("Wed, 21 Oct 2015 07:28:10 GMT", 10.0),
        ("Wed, 21 Oct 2015 07:27:00 GMT", 0.0),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
    ],
)
def test_what_an_upstream_asks_to_wait_is_seconds_or_a_date(said: str, expected: float | None) -> None:
    assert retry_after_s((("Retry-After", said),), now=1_445_412_480.0) == expected


def test_a_header_is_found_whatever_its_case() -> None:
    assert header((("X-A", " 1 "), ("x-a", "2")), "x-a") == "1"
    assert header((), "x-a") == ""


@pytest.mark.parametrize(
    ("media_type", "expected"),
    [
        ("text/csv; Charset=latin-1; x=y", "latin-1"),
        ('text/csv;charset="utf-8"', "utf-8"),
        ("text/csv", None),
    ],
)
def test_the_charset_of_an_answer_is_what_its_media_type_says(media_type: str, expected: str | None) -> None:
    assert charset((("content-type", media_type),)) == expected
