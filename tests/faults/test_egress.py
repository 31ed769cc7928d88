"""Attempts to make a capability call where its file did not say; none connects."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any, TypeAlias

import pytest

from naftiko_runtime.plan.errors import AddressRefused, CallError
from naftiko_runtime.plan.surfaces import Context
from naftiko_runtime.runtime.bindings import bind
from naftiko_runtime.runtime.engine import Settings, open_engine
from naftiko_runtime.values import Json
from serving import compiled
from wire import Seen, Upstream, answer

CAPABILITY = """
naftiko: 1.0.0-alpha2
capability:
  consumes:
  - type: http
    namespace: api
    baseUri: {base_uri}
    resources:
    - name: thing
      path: /v1/things/{{{{id}}}}/parts
      operations:
      - name: read
        method: GET
        inputParameters: [{{name: q, in: query}}, {{name: X-Own, in: header}}, {{name: c, in: cookie}}]
    - name: bare
      path: '{{{{id}}}}'
      operations: [{{name: bare, method: GET}}]
  exposes:
  - type: rest
    namespace: rest
    port: 8080
    resources:
    - {{path: '/things/{{id}}', operations: [{{method: GET, name: read, call: api.read}}]}}
    - {{path: '/bare/{{id}}', operations: [{{method: GET, name: bare, call: api.bare}}]}}
"""


Call: TypeAlias = Callable[[Mapping[str, Json]], Awaitable[int | CallError]]


@dataclass
class Trap:
    """Counts who connects to it on the loopback addresses."""

    port: int = 0
    connected: int = 0

    @classmethod
    @asynccontextmanager
    async def open(cls) -> AsyncIterator["Trap"]:
        trap = cls()

        def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            trap.connected += 1
            writer.close()

        server = await asyncio.start_server(accept, "127.0.0.1", 0)
        trap.port = server.sockets[0].getsockname()[1]
        try:
            yield trap
        finally:
            server.close()


@pytest.fixture
async def trap() -> AsyncIterator[Trap]:
    async with Trap.open() as opened:
        yield opened


VALUES = [
    "@127.0.0.1:{trap}/",
    ":80@127.0.0.1:{trap}/",
    ":{trap}",
    ".127.0.0.1:{trap}",
    "//127.0.0.1:{trap}/",
    "\\\\127.0.0.1:{trap}\\",
    "/\\127.0.0.1:{trap}",
    "http://127.0.0.1:{trap}/",
    "http:127.0.0.1:{trap}",
    "%2f%2f127.0.0.1:{trap}%2f",
    "%252f%252f127.0.0.1:{trap}",
    "..%2f..%2f..",
    "../../../../127.0.0.1:{trap}",
    "x?y=http://127.0.0.1:{trap}",
    "x#@127.0.0.1:{trap}/",
    "x;@127.0.0.1:{trap}",
    "x\r\nHost: 127.0.0.1:{trap}\r\n",
    "x HTTP/1.1\r\nHost: 127.0.0.1:{trap}\r\n\r\nGET /",
    "\t//127.0.0.1:{trap}",
    "\u2215\u2215127.0.0.1:{trap}",  # slashes that are none
    "\uff0f\uff0f127.0.0.1:{trap}",
    "x\x00@127.0.0.1:{trap}",
]


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("place", ["path", "bare", "query", "header", "cookie"])
async def test_no_value_leads_elsewhere_or_deeper(
    upstream: Upstream, trap: Trap, value: str, place: str
) -> None:
    text = value.format(trap=trap.port)
    argument = {"query": "q", "header": "X-Own", "cookie": "c"}.get(place, "id")
    arguments: dict[str, Json] = {"id": "7", argument: text}
    await attempt(f"{upstream.url}/base", arguments, "bare" if place == "bare" else "read")
    assert trap.connected == 0
    for seen in upstream.seen:
        assert seen.header("host") == upstream.url.removeprefix("http://")
        assert [name for name, _ in seen.headers].count("Host") == 1
        path = seen.target.partition("?")[0]
        assert path.startswith("/base/")
        assert path.count("/") == (2 if place == "bare" else 5)
        assert ".." not in path.split("/")


LOCATIONS = [
    "http://127.0.0.1:{trap}/",
    "//127.0.0.1:{trap}/",
    "HTTP://127.0.0.1:{trap}/",
    "http://localhost:{trap}/",
    "http://{host}@127.0.0.1:{trap}/",
    "http://127.0.0.1:{trap}\\@{host}/",
    "http://127.0.0.1:{trap}#@{host}/",
    "http://127.0.0.1:{trap}?@{host}/",
    "http://2130706433:{trap}/",
    "http://0x7f000001:{trap}/",
    "http://0x7f.0.0.1:{trap}/",
    "http://0177.0.0.1:{trap}/",
    "http://127.1:{trap}/",
    "http://127.0.0.1.:{trap}/",
    "http://0:{trap}/",
    "http://[::1]:{trap}/",
    "http://[::ffff:127.0.0.1]:{trap}/",
    "http://[::ffff:7f00:1]:{trap}/",
    "http://[0:0:0:0:0:ffff:127.0.0.1]:{trap}/",
    "http://127。0。0。1:{trap}/",
    "http://169.254.169.254/latest/meta-data/",
    "http://metadata.google.internal/",
    "http://[fd00:ec2::254]/",
    "http:\\\\127.0.0.1:{trap}/",
    "\\\\127.0.0.1:{trap}/",
    "http:/\\127.0.0.1:{trap}/",
    " http://127.0.0.1:{trap}/",
    "\thttp://127.0.0.1:{trap}/",
    "gopher://127.0.0.1:{trap}/",
    "file:///etc/passwd",
    "data:text/plain,x",
    "javascript:alert(1)",
]


@pytest.mark.parametrize("location", LOCATIONS)
async def test_no_redirect_leads_where_no_api_is_declared(
    upstream: Upstream, trap: Trap, location: str
) -> None:
    async def respond(seen: Seen, writer: asyncio.StreamWriter) -> None:
        host = upstream.url.removeprefix("http://")
        target = location.format(trap=trap.port, host=host).encode().decode("latin-1")
        await answer(b"", "302 Found", location=target)(seen, writer)

    upstream.respond = respond
    await attempt(upstream.url, {"id": "7"})
    assert trap.connected == 0
    assert {seen.header("host") for seen in upstream.seen} == {upstream.url.removeprefix("http://")}


ANSWERS = [
    ["127.0.0.1"],
    ["127.9.9.9"],
    ["::1"],
    ["::ffff:127.0.0.1"],
    ["::ffff:7f00:1"],
    ["::127.0.0.1"],
    ["64:ff9b::7f00:1"],
    ["2002:7f00:1::"],
    ["0.0.0.0"],  # noqa: S104 - that is what connects to this machine
    ["::"],
    ["10.0.0.1", "192.168.0.1", "172.16.0.1"],
    ["169.254.169.254"],
    ["fe80::1"],
    ["fd00:ec2::254"],
    ["100.100.100.200"],
    ["168.63.129.16"],
]


@pytest.mark.parametrize("addresses", ANSWERS, ids=" ".join)
async def test_no_public_name_leads_inside(trap: Trap, addresses: list[str]) -> None:
    async def lookup(host: str) -> list[str]:
        return addresses

    outcome = await attempt(f"http://api.example.com:{trap.port}", {"id": "7"}, lookup=lookup)
    assert isinstance(outcome, AddressRefused)
    assert trap.connected == 0


@pytest.mark.parametrize(
    "host", ["0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "2130706433", "127.1", "017700000001"]
)
async def test_no_other_spelling_of_an_address_leads_inside(trap: Trap, host: str) -> None:
    outcome = await attempt(f"http://{host}:{trap.port}", {"id": "7"})
    assert isinstance(outcome, CallError)
    assert trap.connected == 0


async def test_a_name_whose_address_changes_stays_where_it_was_checked(trap: Trap) -> None:
    """The first answer is allowed; what the name says later, or beside it, is this machine."""
    asked = 0

    async def lookup(host: str) -> list[str]:
        nonlocal asked
        asked += 1
        return ["127.0.0.1", "127.0.0.2"] if asked == 1 else ["127.0.0.1"]

    seen: list[str] = []

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        seen.append(writer.get_extra_info("sockname")[0])
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        writer.close()

    networks = (ip_network("127.0.0.2"),)
    async with await asyncio.start_server(accept, "127.0.0.2", trap.port):
        settings = Settings(timeout_s=5, lookup=lookup, networks=networks)
        async with engine_at(f"http://api.example.com:{trap.port}", settings) as call:
            assert [await call({"id": "7"}), await call({"id": "8"})] == [200, 200]
    assert seen == ["127.0.0.2"] * 2
    assert trap.connected == 0


@asynccontextmanager
async def engine_at(base_uri: str, settings: Settings, operation: str = "read") -> AsyncIterator[Call]:
    """Open an engine over a file with this base URI, which no operator has named."""
    plan = compiled(CAPABILITY.format(base_uri=base_uri))
    [chosen] = [found for found in plan.operations() if found.name.endswith(operation)]
    async with open_engine(plan, bind(plan, {}), settings) as engine:

        async def call(arguments: Mapping[str, Json]) -> int | CallError:
            try:
                async with engine.invoke(chosen, arguments, Context("test")) as result:
                    return result.status
            except CallError as error:
                return error

        yield call


async def attempt(
    base_uri: str, arguments: Mapping[str, Json], operation: str = "read", **settings: Any
) -> int | CallError:
    chosen = Settings(timeout_s=5, retries=0, **settings)
    async with engine_at(base_uri, chosen, operation) as call:
        return await call(arguments)
