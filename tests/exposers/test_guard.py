"""The way into a server by itself; what goes over the wire is in ``tests/e2e/test_callers.py``."""

from collections.abc import Mapping

import pytest

from naftiko_runtime.exposers.boundary import Message
from naftiko_runtime.exposers.guard import Entrance, Guard
from naftiko_runtime.expr.scope import BindValue
from naftiko_runtime.plan.errors import NotAllowed, NotAuthenticated, WrongHost
from naftiko_runtime.plan.surfaces import RestSurface
from naftiko_runtime.plan.verifier import Principal, Verifier
from naftiko_runtime.schemes.static import ApiKey, Bearer
from naftiko_runtime.values import Secret

pytestmark = pytest.mark.anyio

BINDS = {"k": Secret("s3cret")}
BEARER = Bearer(BindValue("k"))
QUERY = ApiKey("a key", BindValue("k"), in_query=True)


def entrance(verifier: Verifier | None) -> Entrance:
    return Entrance.of(RestSurface("shop", "", None, 0, (), verifier), Guard(binds=BINDS))


def request(headers: Mapping[bytes, bytes], query: bytes = b"") -> Message:
    return {"headers": [(b"host", b"localhost"), *headers.items()], "query_string": query}


async def test_without_a_verifier_nobody_is_asked_and_nothing_is_taken_away() -> None:
    asked = request({b"authorization": b"Bearer x"}, b"a=1")
    assert await entrance(None).admit(asked) == Principal()
    assert entrance(None).cleared(asked) is asked


async def test_whoever_is_known_is_admitted_under_the_scheme() -> None:
    bearer = await entrance(BEARER).admit(request({b"authorization": b"\tBearer s3cret "}))
    key = await entrance(QUERY).admit(request({}, b"a%20key=s3cret"))
    assert (bearer.scheme, key.scheme) == ("bearer", "apikey")
    assert len({bearer.mark, key.mark, ""}) == 3
    assert "s3cret" not in f"{bearer!r} {bearer.mark}"
    assert (await entrance(BEARER).admit(request({b"authorization": b"Bearer s3cret"}))) == bearer


async def test_the_host_and_the_page_are_looked_at_first() -> None:
    for headers, error in (({b"origin": b"https://evil"}, NotAllowed), ({b"host": b"evil"}, WrongHost)):
        with pytest.raises(error):
            await entrance(BEARER).admit(request(headers))


async def test_a_secret_that_is_not_bound_admits_nobody() -> None:
    unbound = Entrance(Guard(), BEARER, "shop")
    with pytest.raises(KeyError):
        await unbound.admit(request({b"authorization": b"Bearer "}))


async def test_a_refusal_carries_the_challenge() -> None:
    with pytest.raises(NotAuthenticated) as caught:
        await entrance(BEARER).admit(request({}))
    assert caught.value.headers == (("WWW-Authenticate", 'Bearer realm="shop"'),)


@pytest.mark.parametrize(
    ("verifier", "asked", "left"),
    [
        (
            BEARER,
            request({b"authorization": b"x", b"x-key": b"y"}, b"a+key=1"),
            request({b"x-key": b"y"}, b"a+key=1"),
        ),
        (QUERY, request({b"a key": b"x"}, b"b=1&a+key=2&c&a%20key&="), request({b"a key": b"x"}, b"b=1&c&=")),
        (QUERY, request({}, b"a+key=2"), request({})),
    ],
)
def test_the_credential_alone_is_taken_away(verifier: Verifier, asked: Message, left: Message) -> None:
    assert entrance(verifier).cleared(asked) == left


def test_no_guard_shows_its_secrets() -> None:
    assert "s3cret" not in repr(entrance(BEARER))
