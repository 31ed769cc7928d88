"""Digest: the examples of its standards, what servers may ask for, and when it ends."""

import hashlib
import re
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, field

import pytest

from naftiko_runtime.expr.scope import BindValue
from naftiko_runtime.expr.sink import Unsendable
from naftiko_runtime.plan.call import Headers, Outbound
from naftiko_runtime.plan.credential import CannotSign, Memo
from naftiko_runtime.schemes.digest import Digest
from naftiko_runtime.values import Secret

REQUEST = Outbound("GET", "/dir/index.html")
OWN = "0a4f113b"


@dataclass(frozen=True)
class Answered:
    """An answer that only its status and headers matter of."""

    status: int
    headers: Headers = ()

    async def chunks(self) -> AsyncIterator[bytes]:
        yield b""


def asked(*values: str) -> Answered:
    return Answered(401, tuple(("www-authenticate", value) for value in values))


OK = Answered(200)


@dataclass
class Talk:
    """A conversation with a server that answers what it is told to."""

    user: str = "Mufasa"
    password: str = "Circle Of Life"
    memo: Memo = field(default_factory=Memo)
    own: str = OWN

    def call(self, *answers: Answered, request: Outbound = REQUEST) -> list[Outbound]:
        """Make one call; every answer is needed, and none more."""
        binds = {"u": Secret(self.user), "p": Secret(self.password)}
        digest = Digest(BindValue("u"), BindValue("p"), own_nonce=lambda: self.own)
        signing, sent, left = digest.sign(request, binds, self.memo), list[Outbound](), iter(answers)
        wanted = next(signing)
        while True:
            assert isinstance(wanted, Outbound)
            sent.append(wanted)
            try:
                wanted = signing.send(next(left))
            except StopIteration:
                assert list(left) == []
                return sent


def said(request: Outbound) -> Mapping[str, str]:
    """Read the credential of a request."""
    value = dict(request.headers).get("Authorization", Secret(""))
    assert isinstance(value, Secret)
    return {name: text.strip('"') for name, text in re.findall(r'([\w*]+)=("[^"]*"|[^,]*)', value.reveal())}


def counts(requests: Iterable[Outbound]) -> list[str | None]:
    return [said(each).get("nc") for each in requests]


def nonces(requests: Iterable[Outbound]) -> list[str | None]:
    return [said(each).get("nonce") for each in requests]


OF_7616 = (
    'realm="http-auth@example.org", qop="auth, auth-int", algorithm={}, '
    'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", '
    'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
)
OWN_OF_7616 = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_the_first_example_of_rfc_7616(algorithm: str, response: str) -> None:
    talk = Talk(password="Circle of Life", own=OWN_OF_7616)
    sent = talk.call(asked(f"Digest {OF_7616.format(algorithm)}"), OK)
    assert said(sent[0]) == {}
    assert said(sent[1]) == {
        "username": "Mufasa",
        "realm": "http-auth@example.org",
        "uri": "/dir/index.html",
        "algorithm": algorithm,
        "nonce": "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
        "nc": "00000001",
        "cnonce": OWN_OF_7616,
        "qop": "auth",
        "response": response,
        "opaque": "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS",
    }


def test_the_second_example_of_rfc_7616_as_corrected() -> None:
    """Erratum 4897: the printed hashes are of a cut SHA-512, not of SHA-512/256."""
    talk = Talk("Jäsøn Doe", "Secret, or not?", own="NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v")
    challenge = (
        'Digest realm="api@example.org", qop="auth", algorithm=SHA-512-256, charset=UTF-8, userhash=true, '
        'nonce="5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK", '
        'opaque="HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS"'
    )
    [_, signed] = talk.call(asked(challenge), OK, request=Outbound("GET", "/doe.json"))
    told = said(signed)
    assert told["username"] == "793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b"
    assert told["response"] == "3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5"
    assert told["userhash"] == "true"


OF_2617 = (
    'Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", '
    'opaque="5ccc069c403ebaf9f0171e9517f40e41"'
)


def test_the_example_of_rfc_2617() -> None:
    [_, signed] = Talk().call(asked(OF_2617), OK)
    assert said(signed)["response"] == "6629fae49393a05397450978507c4ef1"
    assert "algorithm" not in said(signed)


def test_the_example_of_rfc_2069_as_corrected() -> None:
    """Erratum 749; a server of that time knows neither counts nor nonces of clients."""
    challenge = 'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc"'
    [_, signed] = Talk(password="CircleOfLife").call(asked(challenge), OK)
    assert said(signed) == {
        "username": "Mufasa",
        "realm": "testrealm@host.com",
        "nonce": "dcd98b7102dd2f0e8b11d0f600bfb0c093",
        "uri": "/dir/index.html",
        "response": "1949323746fe6a43ef61f9606e7febea",
        "opaque": "5ccc",
    }


def md5(*parts: str) -> str:
    return hashlib.md5(":".join(parts).encode(), usedforsecurity=False).hexdigest()


def test_a_session_is_made_from_both_nonces_also_where_nothing_is_counted() -> None:
    [_, signed] = Talk("u", "p").call(asked("Digest realm=r, nonce=n, algorithm=MD5-sess"), OK)
    known = md5(md5("u", "r", "p"), "n", OWN)
    assert said(signed)["response"] == md5(known, "n", md5("GET", "/dir/index.html"))
    assert said(signed)["cnonce"] == OWN


@pytest.mark.parametrize("body", [None, b"x", Secret("x")])
def test_a_body_is_covered_where_nothing_less_is_taken(body: bytes | Secret | None) -> None:
    request = Outbound("PUT", "/a", body=body)
    [_, signed] = Talk("u", "p").call(asked("Digest realm=r, nonce=n, qop=auth-int"), OK, request=request)
    of_body = md5("x" if body else "")
    asked_for = md5("PUT", "/a", of_body)
    assert said(signed)["response"] == md5(md5("u", "r", "p"), "n", "00000001", OWN, "auth-int", asked_for)


@pytest.mark.parametrize(
    ("base_uri", "path", "query", "uri"),
    [
        ("https://x/v1", "/a%20b", ("q=1",), "/v1/a%20b?q=1"),
        ("https://x", "", (), "/"),
        ("https://x", "", ("q=1",), "/?q=1"),
    ],
)
def test_the_address_is_that_of_the_request_line(
    base_uri: str, path: str, query: tuple[str, ...], uri: str
) -> None:
    [_, signed] = Talk(memo=Memo(base_uri)).call(asked(OF_2617), OK, request=Outbound("GET", path, query))
    assert said(signed)["uri"] == uri


def test_a_secret_in_the_address_is_covered_and_not_shown() -> None:
    request = Outbound("GET", Secret("/s3cret"))
    [_, signed] = Talk(password="s3cret").call(asked(OF_2617), OK, request=request)
    assert said(signed)["uri"] == "/s3cret"
    assert "s3cret" not in f"{signed} {signed!r}"


@pytest.mark.parametrize(
    ("charset", "expected"),
    [("UTF-8", {"username*": "UTF-8''J%C3%A4%22"}), ("", {"username": "Jä\\"})],
)
def test_a_name_beyond_ascii_has_its_own_form_where_the_server_knows_it(
    charset: str, expected: Mapping[str, str]
) -> None:
    [_, signed] = Talk('Jä"').call(asked(f'Digest realm="r", nonce="n", charset="{charset}"'), OK)
    assert {name: value for name, value in said(signed).items() if name.startswith("user")} == expected


def test_the_first_challenge_that_can_be_answered_is() -> None:
    first = 'Basic realm="b", Digest nonce=1, algorithm=SHA3-256, Digest nonce=2, qop="auth-conf", Digest'
    [_, signed] = Talk().call(asked(first, 'Digest nonce=3, algorithm="sha-256-SESS", Digest nonce=4'), OK)
    assert (said(signed)["nonce"], said(signed)["algorithm"]) == ("3", "sha-256-SESS")


@pytest.mark.parametrize("refusal", [asked(), asked("Basic realm=x"), asked("Digest realm=x")])
def test_without_a_challenge_to_answer_the_refusal_is_the_answer(refusal: Answered) -> None:
    assert len(Talk().call(refusal)) == 1


def test_the_nonce_is_kept_and_its_uses_are_counted() -> None:
    talk = Talk()
    sent = [*talk.call(asked(OF_2617), OK), *talk.call(OK), *talk.call(Answered(404))]
    assert counts(sent) == [None, "00000001", "00000002", "00000003"]


def test_a_nonce_that_follows_replaces_the_last_one() -> None:
    talk = Talk()
    talk.call(asked("Digest nonce=1, qop=auth"), Answered(200, (("authentication-info", 'nextnonce="2"'),)))
    sent = [*talk.call(OK), *talk.call(OK)]
    assert (nonces(sent), counts(sent)) == (["2", "2"], ["00000001", "00000002"])


def test_a_kept_nonce_that_is_not_taken_any_more_is_renewed_once() -> None:
    talk = Talk()
    talk.call(asked("Digest nonce=1"), OK)
    assert nonces(talk.call(asked("Digest nonce=2"), OK)) == ["1", "2"]
    assert nonces(talk.call(asked("Digest nonce=3, stale=true"), asked("Digest nonce=4, stale=true"))) == [
        "2",
        "3",
    ]
    assert nonces(talk.call(OK)) == [None]


def test_a_new_nonce_that_is_stale_at_once_is_renewed_once() -> None:
    stale = [asked(f"Digest nonce={number}, stale=true") for number in (2, 3)]
    assert nonces(Talk().call(asked("Digest nonce=1"), *stale)) == [None, "1", "2"]


def test_a_wrong_password_ends_after_one_challenge_and_is_not_kept() -> None:
    talk = Talk()
    assert nonces(talk.call(asked("Digest nonce=1"), asked("Digest nonce=2"))) == [None, "1"]
    assert nonces(talk.call(OK)) == [None]


def test_what_another_call_has_learnt_meanwhile_is_not_forgotten() -> None:
    memo = Memo()
    slow = Digest(BindValue("u"), BindValue("p")).sign(REQUEST, {"u": Secret(""), "p": Secret("")}, memo)
    next(slow)
    slow.send(asked("Digest nonce=1"))
    Talk(memo=memo).call(asked("Digest nonce=2"), OK)
    with pytest.raises(StopIteration):
        slow.send(asked("Digest nonce=3"))
    assert nonces(Talk(memo=memo).call(OK)) == ["2"]


async def pieces() -> AsyncIterator[bytes]:
    yield b"x"


def upload() -> Outbound:
    return Outbound("POST", "/x", headers=(("Content-Length", "1"), ("X-Own", "1")), body=pieces())


def test_the_nonce_for_a_streamed_body_is_asked_for_beforehand() -> None:
    request = upload()
    [probe, signed] = Talk().call(asked(OF_2617), OK, request=request)
    assert probe == Outbound("HEAD", "/x", headers=(("X-Own", "1"),))
    assert (signed.body, said(signed)["nc"]) == (request.body, "00000001")


def test_a_streamed_body_goes_unsigned_where_nobody_asks() -> None:
    sent = Talk().call(Answered(405), OK, request=upload())
    assert [(each.method, said(each)) for each in sent] == [("HEAD", {}), ("POST", {})]


def test_a_streamed_body_is_not_sent_twice_and_the_next_call_has_the_nonce() -> None:
    talk = Talk()
    with pytest.raises(CannotSign) as caught:
        talk.call(Answered(405), asked("Digest nonce=1"), request=upload())
    assert "call again" in str(caught.value)
    assert nonces(talk.call(OK, request=upload())) == ["1"]
    with pytest.raises(CannotSign):
        talk.call(asked("Digest nonce=2"), request=upload())
    assert nonces(talk.call(OK)) == ["2"]


def test_a_streamed_body_with_a_wrong_password_is_refused_as_it_is() -> None:
    assert len(Talk().call(asked("Digest nonce=1"), asked("Digest nonce=2"), request=upload())) == 2


def test_a_streamed_body_cannot_be_covered() -> None:
    with pytest.raises(CannotSign) as caught:
        Talk().call(asked("Digest nonce=1, qop=auth-int"), request=upload())
    assert "streamed" in str(caught.value)


@pytest.mark.parametrize(("user", "password"), [("\ud800", "p"), ("u", "\ud800"), ("u\n", "p")])
def test_what_cannot_be_sent_is_not_sent_and_not_shown(user: str, password: str) -> None:
    with pytest.raises(Unsendable) as caught:
        Talk(user, password).call(asked(OF_2617))
    assert user not in str(caught.value)


def test_nonces_of_our_own_differ() -> None:
    digest = Digest(BindValue("u"), BindValue("p"))
    assert digest.own_nonce() != digest.own_nonce()
    assert (str(digest), "bind" in repr(digest)) == ("digest bind u", False)
