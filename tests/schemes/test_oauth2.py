"""OAuth 2: what the token endpoint is asked for, how long a token is kept, and what failures are called."""

from base64 import b64encode
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field

import pytest

from naftiko_runtime.expr.scope import BindValue, Const, Expr
from naftiko_runtime.expr.sink import Unsendable
from naftiko_runtime.plan.call import Headers, Outbound
from naftiko_runtime.plan.credential import CannotSign, Elsewhere, Memo, Renewal, Whole
from naftiko_runtime.schemes.fields import CredentialField
from naftiko_runtime.schemes.oauth2 import OAuth2, Token, TokenRenewal, link_oauth2
from naftiko_runtime.spec.consumes import AuthenticationSpec
from naftiko_runtime.values import Json, Secret, Text
from naftiko_runtime.values.json import encode

ENDPOINT = "https://auth.example.org/token"
REQUEST = Outbound("GET", "/x")
BINDS = {"id": Secret("me&you"), "secret": Secret("s3cret ü"), "refresh": Secret("r-0")}
CLIENT = OAuth2(ENDPOINT, "client_credentials", BindValue("id"), BindValue("secret"))
REFRESH = OAuth2(ENDPOINT, "refresh_token", BindValue("id"), None, BindValue("refresh"))


@dataclass(frozen=True)
class Answered:
    """An answer that only the status matters of."""

    status: int
    headers: Headers = ()

    async def chunks(self) -> AsyncIterator[bytes]:
        yield b""


FIRST = "t-1"


def given(token: str = FIRST, **more: Json) -> Whole:
    said: dict[str, Json] = {"access_token": token, "token_type": "Bearer", **more}
    return Whole(200, (), encode(said))


@dataclass
class Talk:
    """Calls one after the other, at times that the test chooses, with what they asked for."""

    scheme: OAuth2 = CLIENT
    now: float = 1000.0
    memo: Memo = field(init=False)
    asked: list[Elsewhere] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.memo = Memo(clock=lambda: self.now)

    def call(
        self, tokens: Iterable[Whole] = (), answers: Iterable[int] = (200,), request: Outbound = REQUEST
    ) -> list[str]:
        """Make one call and return the tokens it was signed with; all that is prepared is needed."""
        signing, sent = self.scheme.sign(request, BINDS, self.memo), list[str]()
        tokens, answers = list(tokens), list(answers)
        wanted = next(signing)
        while True:
            if isinstance(wanted, Outbound):
                sent.append(bearer(wanted))
                try:
                    wanted = signing.send(Answered(answers.pop(0)))
                except StopIteration:
                    assert (tokens, answers) == ([], [])
                    return sent
            else:
                self.renew(wanted, tokens.pop(0))
                wanted = next(signing)

    def renew(self, renewal: Renewal, answer: Whole) -> None:
        request = renewal.request()
        assert request is not None
        self.asked.append(request)
        renewal.keep(answer)


def bearer(request: Outbound) -> str:
    return shown(dict(request.headers)["Authorization"]).removeprefix("Bearer ")


def shown(text: Text) -> str:
    return text.reveal() if isinstance(text, Secret) else text


def asked_by(scheme: OAuth2) -> tuple[str, str]:
    """Return the body and the credential of a request for a token."""
    talk = Talk(scheme)
    talk.call([given()])
    [request] = talk.asked
    assert request.url == ENDPOINT
    headers = {name: shown(value) for name, value in request.headers}
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    return shown(request.body), headers.get("Authorization", "")


def test_a_client_shows_its_secret_in_a_header() -> None:
    pair = b64encode(b"me%26you:s3cret+%C3%BC").decode()
    assert asked_by(CLIENT) == ("grant_type=client_credentials", f"Basic {pair}")


def test_a_client_shows_its_secret_in_the_body() -> None:
    scheme = OAuth2(ENDPOINT, "client_credentials", BindValue("id"), BindValue("secret"), in_body=True)
    body = "grant_type=client_credentials&client_id=me%26you&client_secret=s3cret+%C3%BC"
    assert asked_by(scheme) == (body, "")


def test_a_client_without_a_secret_names_itself() -> None:
    assert asked_by(REFRESH) == ("grant_type=refresh_token&refresh_token=r-0&client_id=me%26you", "")


def test_what_is_wanted_of_a_token_is_asked_for() -> None:
    wanted = (("scope", Const("a b")), ("audience", Const("x")), ("resource", Const("https://api/")))
    scheme = OAuth2(ENDPOINT, "client_credentials", BindValue("id"), BindValue("secret"), wanted=wanted)
    body = "grant_type=client_credentials&scope=a+b&audience=x&resource=https%3A%2F%2Fapi%2F"
    assert asked_by(scheme)[0] == body


def test_a_token_is_kept_between_calls() -> None:
    talk = Talk()
    assert [talk.call([given(expires_in=3600)]), talk.call(), talk.call(answers=[404])] == [["t-1"]] * 3


@pytest.mark.parametrize(
    ("lifetime", "until"),
    [
        (3600, 3570),
        ("3600", 3570),
        (3600.0, 3570),
        (60, 54),
        (0, 0),
        (-5, 0),
        (None, None),
        (True, None),
        ("soon", None),
        ("inf", None),
        ([60], None),
        (10**400, None),
    ],
)
def test_a_token_is_renewed_before_its_end(lifetime: Json, until: float | None) -> None:
    talk = Talk()
    talk.call([given(expires_in=lifetime)])
    if until != 0:
        talk.now += (until or 10**9) - 0.5
        assert talk.call() == ["t-1"]
    if until is not None:
        talk.now += 0.5
        assert talk.call([given("t-2")]) == ["t-2"]


def test_a_token_without_a_lifetime_is_told_from_one_that_says_nothing_of_its_type() -> None:
    talk = Talk()
    assert talk.call([Whole(200, (), b'{"access_token": "t"}')]) == ["t"]


def test_a_token_that_is_refused_is_renewed_once() -> None:
    talk = Talk()
    talk.call([given()])
    assert talk.call([given("t-2")], [401, 200]) == ["t-1", "t-2"]
    assert talk.call() == ["t-2"]


def test_a_new_token_that_is_refused_too_is_not_renewed_for_a_while() -> None:
    talk = Talk()
    assert talk.call([given(), given("t-2")], [401, 401]) == ["t-1", "t-2"]
    talk.now += 29
    assert talk.call(answers=[401]) == ["t-2"]
    talk.now += 1
    assert talk.call([given("t-3")], [401, 200]) == ["t-2", "t-3"]


def test_callers_who_were_refused_the_same_token_renew_it_once() -> None:
    talk = Talk()
    talk.call([given()])
    first, second = (talk.scheme.sign(REQUEST, BINDS, talk.memo) for _ in range(2))
    for signing in (first, second):
        next(signing)
    renewals = [signing.send(Answered(401)) for signing in (first, second)]
    assert all(isinstance(each, TokenRenewal) for each in renewals)
    assert not isinstance(renewals[0], Outbound)
    assert not isinstance(renewals[1], Outbound)
    talk.renew(renewals[0], given("t-2"))
    assert renewals[1].request() is None
    assert [bearer(outbound(next(signing))) for signing in (first, second)] == ["t-2", "t-2"]


def outbound(wanted: Outbound | Renewal) -> Outbound:
    assert isinstance(wanted, Outbound)
    return wanted


def test_what_is_noted_of_an_old_token_does_not_meet_a_new_one() -> None:
    talk = Talk()
    slow = talk.scheme.sign(REQUEST, BINDS, talk.memo)
    for token in ("t-1", "t-2"):
        renewal = next(slow) if token == "t-1" else slow.send(Answered(401))
        assert not isinstance(renewal, Outbound)
        talk.renew(renewal, given(token))
        next(slow)
    talk.call([given("t-3")], [401, 200])
    with pytest.raises(StopIteration):
        slow.send(Answered(401))
    assert talk.call([given("t-4")], [401, 200]) == ["t-3", "t-4"]


async def pieces() -> AsyncIterator[bytes]:
    yield b"x"


def test_a_streamed_body_is_not_sent_twice_and_the_next_call_has_a_new_token() -> None:
    talk = Talk()
    talk.call([given()])
    with pytest.raises(CannotSign) as caught:
        talk.call(answers=[401], request=Outbound("POST", "/x", body=pieces()))
    assert "the next call gets a new token" in str(caught.value)
    assert talk.call([given("t-2")]) == ["t-2"]


def test_a_refresh_token_that_follows_takes_the_place_of_the_last_one() -> None:
    talk = Talk(REFRESH)
    for lasting in (None, "r-1", None, ""):
        talk.call([given(expires_in=0, refresh_token=lasting)])
    assert [shown(request.body).split("&")[1] for request in talk.asked] == [
        "refresh_token=r-0",
        "refresh_token=r-0",
        "refresh_token=r-1",
        "refresh_token=r-1",
    ]


def test_a_refresh_token_for_a_client_is_left_alone() -> None:
    talk = Talk()
    talk.call([given(refresh_token="r-1", expires_in=0)])
    talk.call([given()])
    assert [shown(request.body) for request in talk.asked] == ["grant_type=client_credentials"] * 2


HAD = "cannot be had: the token endpoint at auth.example.org answered"


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (
            Whole(400, (), b'{"error": "invalid_client", "error_description": "s3cret"}'),
            f"{HAD} 400 (invalid_client)",
        ),
        (Whole(401, (), b'{"error": "s3cret"}'), f"{HAD} 401"),
        (Whole(400, (), b'{"error": ["s3cret"]}'), f"{HAD} 400"),
        (Whole(500, (), b"<html>s3cret"), f"{HAD} 500"),
        (Whole(302, (), b""), f"{HAD} 302"),
        (Whole(403, (), given().body), f"{HAD} 403"),
        (Whole(200, (), b"<html>s3cret"), f"{HAD} 200 with something that is no JSON object"),
        (Whole(200, (), b'["s3cret"]'), f"{HAD} 200 with something that is no JSON object"),
        (Whole(200, (), b'{"token": "s3cret"}'), f"{HAD} 200 without an access_token"),
        (Whole(200, (), b"{}"), f"{HAD} 200 without an access_token"),
        (Whole(200, (), b'{"access_token": ""}'), f"{HAD} 200 without an access_token"),
        (Whole(200, (), b'{"access_token": ["s3cret"]}'), f"{HAD} 200 without an access_token"),
        (Whole(200, (), b'{"error": "invalid_scope"}'), f"{HAD} 200 (invalid_scope)"),
        (
            given(token_type="DPoP"),
            "cannot be used: the token endpoint at auth.example.org gave a token that is no bearer token",
        ),
        (
            given(token_type=None),
            "cannot be used: the token endpoint at auth.example.org gave a token that is no bearer token",
        ),
    ],
)
def test_a_token_that_cannot_be_had_is_told_in_a_sentence_without_secrets(
    answer: Whole, sentence: str
) -> None:
    with pytest.raises(CannotSign) as caught:
        Talk().call([answer])
    assert str(caught.value) == sentence


@pytest.mark.parametrize(("binds", "token"), [(BINDS, "t\nq8"), ({**BINDS, "id": Secret("q8\ud800")}, "t")])
def test_what_cannot_be_sent_is_not_sent_and_not_shown(binds: dict[str, Secret], token: str) -> None:
    signing = CLIENT.sign(REQUEST, binds, Memo())

    def attempt() -> None:
        renewal = next(signing)
        assert not isinstance(renewal, Outbound)
        renewal.request()
        renewal.keep(given(token))
        next(signing)

    with pytest.raises(Unsendable) as caught:
        attempt()
    assert "q8" not in str(caught.value)


def test_no_secret_is_ever_shown() -> None:
    talk = Talk()
    talk.call([given("t0ken")])
    renewal = next(CLIENT.sign(REQUEST, BINDS, Memo()))
    assert isinstance(renewal, TokenRenewal)
    text = f"{CLIENT} {CLIENT!r} {talk.memo} {talk.asked} {given('t0ken')} {renewal} {renewal.request()}"
    assert [secret for secret in ("s3cret", "t0ken", b64encode(b"me").decode()) if secret in text] == []
    assert repr(talk.memo.recall(Token)) == "Token(value=***, until=None, number=1, refused_at=None)"
    assert str(CLIENT) == "oauth2 client credentials (bind id) from auth.example.org"


@dataclass
class Stated:
    """Fields that say what they are, and what was refused about them."""

    spec: AuthenticationSpec
    refused: list[tuple[CredentialField, str]] = field(default_factory=list)

    def value(self, name: CredentialField) -> Expr:
        return Const(f"<{name}>")

    def optional(self, name: CredentialField) -> Expr | None:
        return None if getattr(self.spec, name) is None else self.value(name)

    def refuse(self, problem: str, name: CredentialField, code: str = "", hint: str | None = None) -> None:
        self.refused.append((name, code))


def linked(**spec: Json) -> tuple[OAuth2, list[tuple[CredentialField, str]]]:
    parsed = AuthenticationSpec.model_validate({"type": "oauth2", "tokenEndpoint": ENDPOINT, **spec})
    fields = Stated(parsed)
    return link_oauth2(parsed, fields), fields.refused


ID, SECRET, STORED = Const("<client_id>"), Const("<client_secret>"), Const("<refresh_token>")


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({}, OAuth2(ENDPOINT, "client_credentials", ID, SECRET)),
        ({"grantType": "Client_Credentials"}, OAuth2(ENDPOINT, "client_credentials", ID, SECRET)),
        ({"refreshToken": "r"}, OAuth2(ENDPOINT, "refresh_token", ID, None, STORED)),
        (
            {"grantType": "refresh-token", "clientSecret": "s", "clientAuthentication": "client_secret_post"},
            OAuth2(ENDPOINT, "refresh_token", ID, SECRET, STORED, in_body=True),
        ),
        (
            {"scopes": ["a", "b"], "audience": "x", "resource": "y"},
            OAuth2(
                ENDPOINT,
                "client_credentials",
                ID,
                SECRET,
                wanted=(
                    ("scope", Const("<scopes>")),
                    ("audience", Const("<audience>")),
                    ("resource", Const("<resource>")),
                ),
            ),
        ),
    ],
)
def test_the_grants_that_need_nobody_at_a_browser_are_linked(spec: dict[str, Json], expected: OAuth2) -> None:
    assert linked(**spec) == (expected, [])


@pytest.mark.parametrize("grant", ["authorization-code", "password", "implicit", "jwt-bearer"])
def test_other_grants_are_refused(grant: str) -> None:
    assert linked(grantType=grant)[1] == [("grant_type", "L062")]


def test_a_client_that_presents_itself_otherwise_is_refused() -> None:
    assert linked(clientAuthentication="private_key_jwt")[1] == [("client_authentication", "")]


def test_an_endpoint_has_to_be_named() -> None:
    assert linked(tokenEndpoint=None)[1] == [("token_endpoint", "")]


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "auth.example.org/token",
        "ftp://auth.example.org/",
        "https://{{env.HOST}}/token",
        "https://",
        "https://[x/token",
        "https://x:0/token",
        "https://me:pw@x/token",
        "https://x/a b",
    ],
)
def test_an_endpoint_has_to_be_an_address_that_the_file_states(endpoint: str) -> None:
    assert linked(tokenEndpoint=endpoint)[1] == [("token_endpoint", "L063")]
