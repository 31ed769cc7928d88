"""Which redirects are followed, with what, and which are answers like any other."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import pytest

from calling import SECRET, Called, Ships, ships_plan
from naftiko_runtime.plan.call import Outbound
from naftiko_runtime.plan.errors import UpstreamUnreachable
from naftiko_runtime.plan.explain import Api, exposed
from naftiko_runtime.plan.resilience import Effort
from naftiko_runtime.plan.surfaces import Context
from naftiko_runtime.runtime.bindings import bind
from naftiko_runtime.runtime.engine import Settings, open_engine
from naftiko_runtime.runtime.policies import Request
from naftiko_runtime.runtime.policies.held import Held
from naftiko_runtime.runtime.policies.redirect import Redirect, origin_of, without_credentials
from naftiko_runtime.values import Json, Secret
from policing import Given
from wire import Respond, Seen, Upstream, answer

METHODS = {"GET": "read", "DELETE": "scrap", "POST": "build"}
TEMPORARY = "307 Temporary Redirect"


@asynccontextmanager
async def fleet_of(first: Upstream, *others: Upstream) -> AsyncIterator[Ships]:
    """Open an engine over a file that consumes one API on each upstream; the ships are on the first."""
    plan = ships_plan()
    api = plan.apis["ships"]
    more: Mapping[str, Api] = {f"o{n}": replace(api, namespace=f"o{n}") for n, _ in enumerate(others)}
    plan = replace(plan, apis={**plan.apis, **more})
    uris = {"ships": f"{first.url}/v1", **{f"o{n}": other.url for n, other in enumerate(others)}}
    named = {
        operation.name.rpartition(".")[2]: operation
        for surface in plan.surfaces
        for _, operation in exposed(surface)
    }
    async with open_engine(plan, bind(plan, {"SHIPS_KEY": SECRET}, uris), Settings(retries=0)) as engine:
        yield Ships(engine, named)


@pytest.fixture
async def other() -> AsyncIterator[Upstream]:
    async with Upstream.open() as opened:
        yield opened


def towards(*locations: str, status: str = TEMPORARY) -> Respond:
    """Point to one place after the other, then answer."""
    left = list(locations)

    async def respond(seen: Seen, writer: object) -> None:
        reply = answer(b"moved", status, location=left.pop(0)) if left else answer(b"here")
        await reply(seen, writer)  # type: ignore[arg-type]

    return respond


async def call(fleet: Ships, method: str = "GET", **arguments: str) -> Called:
    given: dict[str, Json] = {"body": {"a": 1}} if method == "POST" else {"imo": "7", **arguments}
    return await fleet.call(METHODS[method], given, Context("test"))


@pytest.mark.parametrize("status", ["301 A", "302 B", "303 C", "307 D", "308 E"])
@pytest.mark.parametrize("location", ["/else/where?q=1", "{url}/else/where?q=1", "/else/where?q=1#part"])
async def test_a_get_follows_on_its_own_host_and_is_signed_again(
    upstream: Upstream, status: str, location: str
) -> None:
    upstream.respond = towards(location.format(url=upstream.url), status=status)
    async with fleet_of(upstream) as fleet:
        called = await call(fleet, **{"X-Trace": "t"})
    assert (called.status, called.body) == (200, b"here")
    first, second = upstream.seen
    assert (second.method, second.target) == ("GET", "/else/where?q=1")
    assert second.header("authorization") == first.header("authorization") == f"Bearer {SECRET}"
    assert second.header("x-trace") == "t"


@pytest.mark.parametrize(
    ("location", "target"),
    [("../x", "/v1/x"), ("x?y", "/v1/ships/x?y"), ("?z=1", "/v1/ships/7?z=1"), ("", None), ("/ü", "/%C3%BC")],
)
async def test_what_is_relative_is_relative_to_what_was_asked(
    upstream: Upstream, location: str, target: str | None
) -> None:
    async def respond(seen: Seen, writer: object) -> None:
        sent = location.encode().decode("latin-1")
        reply = answer(b"", TEMPORARY, location=sent) if len(upstream.seen) == 1 else answer()
        await reply(seen, writer)  # type: ignore[arg-type]

    upstream.respond = respond
    async with fleet_of(upstream) as fleet:
        await call(fleet)
    assert [seen.target for seen in upstream.seen[1:]] == ([target] if target else [])


async def test_another_declared_host_gets_no_credential(upstream: Upstream, other: Upstream) -> None:
    upstream.respond = towards(f"{other.url}/there")
    async with fleet_of(upstream, other) as fleet:
        called = await call(fleet, crew="c", **{"X-Trace": "t"})
    assert (called.status, len(upstream.seen)) == (200, 1)
    [seen] = other.seen
    assert seen.target == "/there"
    assert (seen.header("authorization"), seen.header("cookie")) == (None, None)
    assert (seen.header("host"), seen.header("x-trace")) == (other.url.removeprefix("http://"), "t")


async def test_a_credential_that_was_dropped_does_not_come_back(upstream: Upstream, other: Upstream) -> None:
    upstream.respond = towards(f"{other.url}/there")
    other.respond = towards(f"{upstream.url}/v1/back")
    async with fleet_of(upstream, other) as fleet:
        assert (await call(fleet)).status == 200
    assert upstream.seen[1].target == "/v1/back"
    assert upstream.seen[1].header("authorization") is None


@pytest.mark.parametrize(
    "location",
    [
        "{other}/there",
        "//{other_host}/there",
        "http://user:pw@{host}/there",
        "http://{host}\\@{other_host}/",
        "ftp://{host}/",
        "file:///etc/passwd",
        "http://[::1",
        "http://{host}:99999/",
        "/two words",
        "https://{host}/",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_what_no_api_declares_is_handed_to_the_caller(
    upstream: Upstream, other: Upstream, location: str, method: str
) -> None:
    hosts = {"host": upstream.url.removeprefix("http://"), "other_host": other.url.removeprefix("http://")}
    said = location.format(other=other.url, **hosts)
    upstream.respond = towards(said)
    async with fleet_of(upstream) as fleet:
        called = await call(fleet, method)
    assert (called.status, called.headers["location"], called.body) == (307, said, b"moved")
    assert (len(upstream.seen), len(other.seen)) == (1, 0)


@pytest.mark.parametrize("method", ["POST", "DELETE"])
@pytest.mark.parametrize("status", ["301 A", "302 B", "303 C", "307 D", "308 E"])
async def test_what_changes_something_goes_on_only_where_it_was_meant_for(
    upstream: Upstream, other: Upstream, method: str, status: str
) -> None:
    code = int(status[:3])
    upstream.respond = towards("/v2", status=status)
    async with fleet_of(upstream, other) as fleet:
        called = await call(fleet, method)
        assert called.status == (200 if code in (303, 307, 308) else code)
        sent = upstream.seen[0].method
        assert [seen.method for seen in upstream.seen[1:]] == {303: ["GET"], 307: [sent], 308: [sent]}.get(
            code, []
        )
        assert all(seen.body == (b"" if code == 303 else upstream.seen[0].body) for seen in upstream.seen[1:])
        upstream.respond = towards(f"{other.url}/v2", status=status)
        called = await call(fleet, method)
    assert called.status == (200 if code == 303 else code)
    assert [(seen.method, seen.body, seen.header("content-type")) for seen in other.seen] == (
        [("GET", b"", None)] if code == 303 else []
    )


async def test_an_upload_is_not_sent_a_second_time(upstream: Upstream) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"x"

    upstream.respond = towards("/v2")
    async with fleet_of(upstream) as fleet:
        context = Context("rest", (("content-length", "1"),), upload=pieces())
        assert (await fleet.call("build", {}, context)).status == 307
    assert len(upstream.seen) == 1


async def test_five_are_followed_and_the_sixth_is_the_answer(upstream: Upstream) -> None:
    upstream.respond = towards(*(f"/{number}" for number in range(9)))
    async with fleet_of(upstream) as fleet:
        called = await call(fleet)
    assert (called.status, called.headers["location"]) == (307, "/5")
    assert [seen.target for seen in upstream.seen] == ["/v1/ships/7", "/0", "/1", "/2", "/3", "/4"]


@pytest.mark.parametrize("status", ["300 Many", "305 Proxy", "306 None"])
async def test_other_statuses_point_nowhere(upstream: Upstream, status: str) -> None:
    upstream.respond = towards("/v2", status=status)
    async with fleet_of(upstream) as fleet:
        assert (await call(fleet)).status == int(status[:3])
    assert len(upstream.seen) == 1


async def test_a_redirect_whose_body_breaks_off_is_followed(upstream: Upstream) -> None:
    async def respond(seen: Seen, writer: object) -> None:
        if len(upstream.seen) == 1:
            writer.write(b"HTTP/1.1 307 T\r\nLocation: /v2\r\nContent-Length: 99\r\n\r\nx")  # type: ignore[attr-defined]
            writer.close()  # type: ignore[attr-defined]
        else:
            await answer(b"here")(seen, writer)  # type: ignore[arg-type]

    upstream.respond = respond
    async with fleet_of(upstream) as fleet:
        assert (await call(fleet)).body == b"here"


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://API.example/v1", ("https", "api.example", 443)),
        ("http://api.example:8080", ("http", "api.example", 8080)),
        ("http://[::1]:1/", ("http", "::1", 1)),
        ("http://u@api.example", None),
        ("gopher://api.example", None),
        ("http:///x", None),
        ("http://h:x/", None),
    ],
)
def test_an_origin_is_scheme_host_and_port(url: str, origin: object) -> None:
    assert origin_of(url) == origin


@pytest.mark.parametrize(
    ("base_uri", "location", "is_signed"),
    [
        ("http://api.example/v1", "https://api.example/v1", True),
        ("http://api.example:8080/v1", "https://api.example/v1", None),
        ("http://api.example/v1", "https://api.example:8443/v1", None),
        ("https://api.example/v1", "http://api.example/v1", None),
    ],
)
async def test_a_host_may_ask_for_tls_and_not_for_less(
    base_uri: str, location: str, is_signed: bool | None
) -> None:
    client = Pretended(base_uri, location)
    async with Held() as held, asyncio.timeout(5) as deadline:
        request = Request(Outbound("GET", "/x", headers=(("K", Secret("k")),)), Effort(), deadline)
        await Redirect(client, frozenset()).send(request, held)
    assert client.sent == [(base_uri, True)] + ([("https://api.example", is_signed)] if is_signed else [])


@dataclass
class Pretended:
    """A client that points elsewhere once, and remembers where it sent what is signed."""

    base_uri: str
    location: str
    sent: list[tuple[str, bool]] = field(default_factory=list)
    name: str = "api"
    is_signed: bool = True

    def at(self, base_uri: str) -> "Pretended":
        return replace(self, base_uri=base_uri)

    def unsigned(self) -> "Pretended":
        return replace(self, is_signed=False)

    async def send(self, outbound: Outbound, held: Held) -> Given:
        self.sent.append((self.base_uri, self.is_signed and bool(outbound.headers)))
        return Given(302, (("location", self.location),)) if len(self.sent) == 1 else Given()


async def test_a_post_that_was_answered_is_not_sent_again_when_what_it_points_to_is_gone(
    upstream: Upstream,
) -> None:
    async with Upstream.open() as closed:
        gone = closed.url
    upstream.respond = towards(f"{gone}/there", status="303 See Other")
    plan = ships_plan()
    other = replace(plan.apis["ships"], namespace="o0")
    plan = replace(plan, apis={**plan.apis, "o0": other})
    bindings = bind(plan, {"SHIPS_KEY": SECRET}, {"ships": upstream.url, "o0": gone})
    [build] = [one for one in plan.operations() if one.name.endswith("build")]
    async with open_engine(plan, bindings, Settings(retries=2)) as engine:
        with pytest.raises(UpstreamUnreachable) as caught:
            async with engine.invoke(build, {"body": {}}, Context("test")):
                pass
    assert caught.value.was_sent
    assert [seen.method for seen in upstream.seen] == ["POST"]


def test_a_secret_body_stays_where_it_was_meant_for() -> None:
    outbound = Outbound("GET", "/", headers=(("K", Secret("k")), ("A", "a")), body=Secret("b"))
    assert without_credentials(outbound) == Outbound("GET", "/", headers=(("A", "a"),))
    plain = Outbound("GET", "/", headers=(("Cookie", "c"),), body=b"x")
    assert without_credentials(plain) == Outbound("GET", "/", body=b"x")
