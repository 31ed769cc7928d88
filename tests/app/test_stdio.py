"""Standard input and output as one connection: lines, strays, and which server has it."""

import asyncio
import os
import threading
from collections.abc import Iterator
from contextlib import closing
from io import BytesIO, FileIO, RawIOBase
from pathlib import Path

import pytest

from naftiko_runtime.app.listener import ListenError
from naftiko_runtime.app.stdio import Wire, surface_for_stdio
from naftiko_runtime.plan.explain import Plan
from naftiko_runtime.plan.surfaces import McpSurface, RestSurface, Surface

REST = RestSurface("rest", "", None, 8080, ())
HTTP = McpSurface("http", "", None, 9090, ())
OTHER = McpSurface("other", "", None, 9091, ())
STDIO = McpSurface("stdio", "", None, None, ())


def plan_of(*surfaces: Surface) -> Plan:
    return Plan("capability.yaml", "Ships", "1", {}, (), surfaces)


@pytest.mark.parametrize(
    ("surfaces", "found"),
    [((REST, HTTP), HTTP), ((HTTP, STDIO, OTHER), STDIO), ((STDIO,), STDIO)],
)
def test_the_server_that_is_for_it_or_the_only_one_is_meant(
    surfaces: tuple[Surface, ...], found: McpSurface
) -> None:
    assert surface_for_stdio(plan_of(*surfaces)) is found


@pytest.mark.parametrize(
    ("surfaces", "told"),
    [
        ((REST,), "--stdio serves one MCP server; this file has none"),
        (
            (HTTP, OTHER),
            "--stdio serves one MCP server; this file has several: http, other; "
            "say 'transport: stdio' in one of them",
        ),
    ],
)
def test_none_or_several_are_told(surfaces: tuple[Surface, ...], told: str) -> None:
    with pytest.raises(ListenError) as caught:
        surface_for_stdio(plan_of(*surfaces))
    assert str(caught.value) == told


def test_lines_come_in_order_however_many_there_are_and_go_out_whole(tmp_path: Path) -> None:
    sent = [b"%d\n" % number for number in range(500)]
    (tmp_path / "in").write_bytes(b"".join(sent))

    async def echo() -> None:
        with (
            FileIO(tmp_path / "out", "wb") as outgoing,
            closing(Wire((tmp_path / "in").open("rb"), outgoing)) as wire,
        ):
            async for line in wire.lines():
                await wire.write(line)

    asyncio.run(echo())
    assert (tmp_path / "out").read_bytes() == b"".join(sent)


def test_what_comes_after_the_end_of_the_loop_is_for_nobody() -> None:
    source, sink = os.pipe()

    async def take_one() -> bytes:
        return await anext(Wire(os.fdopen(source, "rb"), RawIOBase()).lines())

    before = set(threading.enumerate())
    os.write(sink, b"one\n")
    assert asyncio.run(take_one()) == b"one\n"
    os.write(sink, b"two\n")
    os.close(sink)
    for thread in set(threading.enumerate()) - before:
        thread.join(5)
        assert not thread.is_alive()


@pytest.fixture
def pipe() -> Iterator[tuple[Wire, FileIO]]:
    """Make a wire whose lines go into a pipe, and the end of it where they are read."""
    source, sink = os.pipe()
    with (
        FileIO(sink, "wb") as outgoing,
        closing(Wire(BytesIO(), outgoing)) as wire,
        FileIO(source, "rb") as reader,
    ):
        yield wire, reader


@pytest.mark.parametrize("waits", [True, False])
def test_a_long_line_waits_for_a_slow_reader(pipe: tuple[Wire, FileIO], waits: bool) -> None:
    wire, reader = pipe
    os.set_blocking(wire.outgoing.fileno(), waits)
    long = b"a" * 1_000_000 + b"\n"

    async def write() -> bytes:
        writing = [asyncio.ensure_future(wire.write(line)) for line in (b"one\n", long, b"last\n")]
        await writing[0]
        await asyncio.sleep(0.05)
        assert [line.done() for line in writing] == [True, False, False]
        heard = await asyncio.to_thread(read_until, reader, b"last\n")
        await asyncio.gather(*writing)
        return heard

    assert asyncio.run(write()) == b"one\n" + long + b"last\n"


def read_until(reader: FileIO, end: bytes) -> bytes:
    heard = bytearray()
    while not heard.endswith(end):
        heard += reader.read(65536)
    return bytes(heard)


def test_a_reader_who_left_is_told(pipe: tuple[Wire, FileIO]) -> None:
    wire, reader = pipe
    reader.close()

    async def write() -> None:
        await wire.write(b"one\n")

    with pytest.raises(BrokenPipeError):
        asyncio.run(write())


def test_a_line_that_nobody_waits_for_any_more_is_written(pipe: tuple[Wire, FileIO]) -> None:
    wire, reader = pipe

    async def write() -> None:
        asyncio.ensure_future(wire.write(b"one\n")).cancel()
        await wire.write(b"two\n")

    asyncio.run(write())
    assert reader.read(8) == b"one\ntwo\n"
