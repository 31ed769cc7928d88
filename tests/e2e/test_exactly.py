"""Whatever a caller gives arrives exactly and in its place, or is refused by name and nothing is sent."""

import asyncio
import json
import os
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from urllib.parse import parse_qs, parse_qsl, quote, unquote

import aiohttp
import pytest
from yarl import URL

from naftiko_runtime.plan.explain import Plan
from naftiko_runtime.values import Json
from places import NAMES, PLACES, WIDTH, Place
from serving import Served, compiled, served
from wire import Seen, Upstream

VALUES = 2000
AT_ONCE = 16
AS_JSON = {"Content-Type": "application/json"}
BREAKERS = (
    '"', "'", "\\", "\r\n", "\r", "\n", "\0", "\t", " ", ".", "..", "/", "%2f", "%2F", "%", "%25", "+", "&",
    "=", "#", "?", ";", ",", ":", "{", "}", "{{v1}}", "{{{v1}}}", "{v1}", "{{#v1}}", "${v1}", "<", ">", "]]>",
    "-->", "&amp;", "<![CDATA[", "</r>", "\r\n--", "--\r\n", "null", "\x0b", "\x7f", "\x85", "\xa0", "\ufeff",
    "\ufffe", "\u2028", "\u202e", "é", "e\u0301", "ß", "漢字", "🚢", "👩\u200d🚀", "\U0010ffff",
)  # fmt: skip
ROUTE = """
    - path: /NAME
      operations: [{method: POST, call: up.NAME, inputParameters: [CASE, INPUTS]}]"""
TOOL = """
    - {name: NAME, description: Send., call: up.NAME}"""
CASE = "{name: case, in: query, type: string}"


def capability() -> Plan:
    """Compile a file with an operation, a route and a tool for each place."""
    text = "naftiko: 1.0.0-alpha2\ncapability:\n  consumes:\n"
    text += "  - type: http\n    namespace: up\n    baseUri: http://127.0.0.1:1\n    resources:"
    text += "".join(operation(name, place) for name, place in PLACES.items())
    text += "\n  exposes:\n  - type: rest\n    namespace: face\n    port: 8080\n    resources:"
    text += "".join(route(name, place) for name, place in PLACES.items())
    text += "\n  - type: mcp\n    namespace: tools\n    port: 9090\n    tools:"
    text += "".join(TOOL.replace("NAME", name) for name in PLACES)
    return compiled(text)


def operation(name: str, place: Place) -> str:
    lines = f"""
    - name: r-{name}
      path: /{name}{place.path}
      inputParameters: [{CASE}]
      operations:
      - name: {name}
        method: POST
"""
    return (lines + f"        {place.operation}").rstrip()


def route(name: str, place: Place) -> str:
    kind = "" if place.is_typed else ", type: string"
    inputs = ", ".join(f"{{name: {each}, in: body{kind}}}" for each in NAMES)
    return ROUTE.replace("CASE", CASE).replace("INPUTS", inputs).replace("NAME", name)


def seed() -> int:
    return 2026 if os.environ.get("CI") == "true" else random.SystemRandom().getrandbits(32)


@cache
def texts(chosen: int) -> tuple[str, ...]:
    """Make values of what breaks out of places, of letters from all over, empty and very long ones."""
    source = random.Random(chosen)  # noqa: S311 - for tests, and the same ones again

    def letter() -> str:
        found = chr(source.choice((source.randrange(0x250), source.randrange(0x110000))))
        return "x" if "\ud800" <= found <= "\udfff" else found

    def piece() -> str:
        return source.choice(BREAKERS) if source.random() < 0.6 else letter()

    def text() -> str:
        made = "".join(piece() for _ in range(source.choice((0, 1, 1, 2, 3, 4, 6))))
        return made * source.randrange(100, 1000) if source.random() < 0.02 else made

    return tuple(text() for _ in range(VALUES))


@cache
def values(chosen: int) -> tuple[Json, ...]:
    """Make values of every type out of the texts."""
    source = random.Random(chosen)  # noqa: S311 - for tests, and the same ones again

    def value(text: str) -> Json:
        number = source.choice((0, -0.5, 1e-7, 1e300, 2**53 + 1, source.randrange(-(2**63), 2**64)))
        inner: dict[str, Json] = {text: number}
        made: list[Json] = [text, text, number, True, False, [], {}, [text, [None]], {text: inner}]
        return source.choice(made)

    return tuple(value(text) for text in texts(chosen))


@dataclass(frozen=True)
class Case:
    """A request: a place, the values in it, and whether all of them can stand there."""

    number: str
    place: str
    values: tuple[Json, ...]
    is_sent: bool

    @property
    def arguments(self) -> Mapping[str, Json]:
        return {"case": self.number, **dict(zip(NAMES, self.values, strict=True))}


def cases(name: str, chosen: int) -> Iterator[Case]:
    """Put what can be sent into few requests, and what cannot into one each."""
    place, padding = PLACES[name], ("x",) * (WIDTH - 1)
    given = values(chosen) if place.is_typed else texts(chosen)
    good = [value for value in given if place.holds(str(value))] + list(padding)
    for start in range(0, len(good) - WIDTH + 1, WIDTH):
        yield Case(f"good-{start}", name, tuple(good[start : start + WIDTH]), is_sent=True)
    bad = [value for value in given if not place.holds(str(value))]
    for number, value in enumerate(bad):
        yield Case(f"bad-{number}", name, (*padding, value), is_sent=False)


def shown(place: Place, value: Json) -> Json:
    return place.shows(value) if isinstance(value, str) else value


async def by_route(client: aiohttp.ClientSession, running: Served, case: Case) -> tuple[bool, str]:
    url, given = f"{running.rest}/{case.place}?case={case.number}", dict(zip(NAMES, case.values, strict=True))
    async with client.post(url, json=given) as answer:
        text = await answer.text()
        assert answer.status == (200 if case.is_sent else 400), (case, text)
        return answer.status == 200, text


async def by_tool(client: aiohttp.ClientSession, running: Served, case: Case) -> tuple[bool, str]:
    params: Json = {"name": case.place, "arguments": dict(case.arguments)}
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    headers = {"accept": "application/json, text/event-stream", "mcp-protocol-version": "2025-06-18"}
    async with client.post(f"{running.mcp}/mcp", json=message, headers=headers) as answer:
        result = (await answer.json())["result"]
        return not result.get("isError"), str(result["content"])


@pytest.mark.parametrize("name", PLACES)
async def test_every_value_arrives_exactly_or_is_refused_by_name(name: str, upstream: Upstream) -> None:
    chosen = seed()
    print(f"values of seed {chosen}")
    place, asked = PLACES[name], list(cases(name, chosen))
    room = asyncio.Semaphore(AT_ONCE)
    plan = capability()
    async with served(plan, {}, base_uris={"up": upstream.url}) as running, aiohttp.ClientSession() as client:

        async def call(number: int, case: Case) -> tuple[bool, str]:
            async with room:
                return await (by_tool if number % 2 else by_route)(client, running, case)

        outcomes = await asyncio.gather(*(call(*pair) for pair in enumerate(asked)))
    sent = {parse_qs(seen.target.partition("?")[2])["case"][0]: seen for seen in upstream.seen}
    assert len(upstream.seen) == len(sent) == sum(case.is_sent for case in asked)
    for case, (is_done, told) in zip(asked, outcomes, strict=True):
        assert is_done == case.is_sent, (case, told)
        if case.is_sent:
            assert sent[case.number].header("content-length") == str(len(sent[case.number].body))
            assert place.read(sent[case.number]) == [shown(place, value) for value in case.values]
        else:
            assert NAMES[-1] in told
            assert case.number not in sent


AS_IT_COMES = """
naftiko: 1.0.0-alpha2
capability:
  consumes:
  - type: http
    namespace: up
    baseUri: http://127.0.0.1:1
    resources:
    - name: things
      path: /things/{segment}
      inputParameters:
      - {name: query, in: query}
      - {name: X-Header, in: header}
      - {name: cookie, in: cookie}
      operations:
      - {name: send, method: GET}
      - {name: store, method: PUT, body: {type: raw}}
  exposes:
  - type: rest
    namespace: face
    port: 8080
    resources:
    - path: /things/{segment}
      inputParameters:
      - {name: query, in: query}
      - {name: X-Header, in: header}
      - {name: cookie, in: cookie}
      operations:
      - {method: GET, call: up.send}
      - {method: PUT, call: up.store}
"""


async def test_what_comes_in_a_place_of_a_request_goes_on_to_the_same_place(upstream: Upstream) -> None:
    chosen = seed()
    print(f"values of seed {chosen}")
    source = random.Random(chosen)  # noqa: S311 - for tests, and the same ones again
    given = [
        (text, text if PLACES["header"].holds(text) else "x", source.randbytes(source.choice((0, 1, 1000))))
        for text in texts(chosen)
        if PLACES["path"].holds(text) and len(text) < 1000
    ]
    room = asyncio.Semaphore(AT_ONCE)
    plan = compiled(AS_IT_COMES)
    async with served(plan, {}, base_uris={"up": upstream.url}) as running, aiohttp.ClientSession() as client:

        async def call(text: str, header: str, body: bytes) -> None:
            written = quote(text, safe="")
            url = URL(f"{running.rest}/things/{written}?query={written}", encoded=True)
            headers = {"X-Header": header, "Cookie": f"cookie={written}", "Content-Type": "image/png"}
            async with room, client.put(url, data=body, headers=headers) as answer:
                assert answer.status == 200, await answer.text()

        await asyncio.gather(*(call(*each) for each in given))
    assert sorted(map(as_it_came, upstream.seen)) == sorted(
        (text, *rest, text, text) for text, *rest in given
    )


def as_it_came(seen: Seen) -> tuple[str | bytes, ...]:
    path, _, query = seen.target.partition("?")
    [(_, asked)] = parse_qsl(query, keep_blank_values=True, strict_parsing=True)
    cookie = (seen.header("cookie") or "").removeprefix("cookie=")
    assert seen.header("content-length") == str(len(seen.body))
    return (
        unquote(path.removeprefix("/things/")),
        seen.header("x-header") or "",
        seen.body,
        asked,
        unquote(cookie),
    )


async def test_half_a_surrogate_pair_is_refused_and_nothing_is_sent(upstream: Upstream) -> None:
    async with (
        served(capability(), {}, base_uris={"up": upstream.url}) as running,
        aiohttp.ClientSession() as client,
    ):
        for name in PLACES:
            body = json.dumps(dict.fromkeys(NAMES, chr(0xD800)))
            async with client.post(f"{running.rest}/{name}", data=body, headers=AS_JSON) as answer:
                assert answer.status == 400
    assert upstream.seen == []
