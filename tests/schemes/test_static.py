"""Bearer, basic and API key: what they put into a request, whom they know by it, that they never show it."""

from base64 import b64encode
from dataclasses import dataclass, field

import pytest

from naftiko_runtime.expr.scope import BindValue, Const, Expr
from naftiko_runtime.expr.sink import Unsendable
from naftiko_runtime.expr.template import compile_template
from naftiko_runtime.plan.call import Outbound
from naftiko_runtime.plan.credential import Credential, Memo
from naftiko_runtime.plan.verifier import Principal, Slot, Verifier
from naftiko_runtime.schemes import SCHEMES, VERIFIERS
from naftiko_runtime.schemes.fields import CredentialField
from naftiko_runtime.schemes.static import ApiKey, Basic, Bearer, CookieKey
from naftiko_runtime.spec.consumes import AuthenticationSpec
from naftiko_runtime.values import Secret, Text

REQUEST = Outbound("GET", "/x", ("a=1",), (("Accept", "*/*"), ("authorization", "from the caller")))
KEY: Expr = BindValue("k")


def signed(credential: Credential, key: str = "s3cret") -> Outbound:
    """Sign a request; these schemes send it once and want no answer."""
    (request,) = credential.sign(REQUEST, {"k": Secret(key), "u": Secret("jo")}, Memo())
    assert isinstance(request, Outbound)
    return request


def authorization(credential: Credential, key: str = "s3cret") -> list[Text]:
    return [value for name, value in signed(credential, key).headers if name.lower() == "authorization"]


def test_bearer_replaces_what_the_caller_sent() -> None:
    assert authorization(Bearer(KEY)) == [Secret("Bearer s3cret")]


def test_basic_is_user_and_password_in_base64() -> None:
    expected = b64encode("jo:pä ss".encode()).decode()
    assert authorization(Basic(BindValue("u"), KEY), "pä ss") == [Secret(f"Basic {expected}")]


@pytest.mark.parametrize(
    "credential", [Bearer(KEY), Basic(Const("me"), KEY), ApiKey("X-Key", KEY, in_query=False)]
)
def test_what_every_request_of_an_api_has_is_written_once(credential: Credential) -> None:
    memo, request = Memo(), Outbound("GET", "/", headers=(("X-Own", "1"),))
    first, second = (next(credential.sign(request, {"k": Secret("s3cret")}, memo)) for _ in range(2))
    assert isinstance(first, Outbound)
    assert isinstance(second, Outbound)
    assert first == second == signed_by(credential, request)
    assert first.headers[-1][1] is second.headers[-1][1]


def signed_by(credential: Credential, request: Outbound) -> object:
    return next(credential.sign(request, {"k": Secret("s3cret")}, Memo()))


def test_an_api_key_goes_into_the_header_of_its_name() -> None:
    value = compile_template("Token {{k}}", lambda _: KEY)
    request = signed(ApiKey("X-Key", value, in_query=False))
    assert request.headers == (*REQUEST.headers, ("X-Key", Secret("Token s3cret")))


def test_an_api_key_goes_encoded_into_the_query() -> None:
    request = signed(ApiKey("api key", KEY, in_query=True), "a&b")
    assert request.query == ("a=1", Secret("api%20key=a%26b"))


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ((), Secret("session=a==")),
        ((("cookie", "x=1; session=callers; y=2"),), Secret("x=1; y=2; session=a==")),
        ((("Cookie", "session=callers"),), Secret("session=a==")),
        ((("Cookie", Secret("t=1")),), Secret("t=1; session=a==")),
    ],
)
def test_a_key_in_a_cookie_stands_beside_the_others(
    sent: tuple[tuple[str, Text], ...], expected: Secret
) -> None:
    credential = CookieKey("session", KEY)
    (request,) = credential.sign(Outbound("GET", "/x", headers=sent), {"k": Secret("a==")}, Memo())
    assert isinstance(request, Outbound)
    assert request.headers == (("Cookie", expected),)
    assert (str(credential), credential.refs()) == ("API key session in the cookie", (KEY,))


def test_what_a_cookie_cannot_hold_is_encoded() -> None:
    request = signed(CookieKey("session", KEY), 'a;b "ü%20')
    assert request.headers[-1] == ("Cookie", Secret("session=a%3Bb%20%22%C3%BC%20"))
    with pytest.raises(Unsendable):
        signed(CookieKey("session", KEY), "\ud800")


@pytest.mark.parametrize("key", ["q8\nq8", "q8\0", " q8 ", "q8\ud800"])
def test_a_key_that_no_header_can_hold_is_not_sent(key: str) -> None:
    for credential in (Bearer(KEY), ApiKey("X-Key", KEY, in_query=False)):
        with pytest.raises(Unsendable) as caught:
            signed(credential, key)
        assert "q8" not in str(caught.value)


def test_a_password_that_is_no_text_is_not_sent() -> None:
    with pytest.raises(Unsendable) as caught:
        signed(Basic(BindValue("u"), KEY), "q8\ud800")
    assert "q8" not in str(caught.value)


CREDENTIALS: list[tuple[Credential, Credential]] = [
    (Bearer(KEY), Bearer(Const("s3cret"))),
    (Basic(KEY, KEY), Basic(Const("s3cret"), Const("s3cret"))),
    (ApiKey("X-Key", KEY, in_query=False), ApiKey("X-Key", Const("s3cret"), in_query=False)),
    (ApiKey("key", KEY, in_query=True), ApiKey("key", Const("s3cret"), in_query=True)),
]


@pytest.mark.parametrize(("bound", "stated"), CREDENTIALS)
def test_a_secret_that_stands_in_the_file_is_sent_as_one_that_is_bound(
    bound: Credential, stated: Credential
) -> None:
    assert signed(stated) == signed(bound)


@pytest.mark.parametrize("credential", [credential for pair in CREDENTIALS for credential in pair])
def test_no_credential_is_ever_shown(credential: Credential) -> None:
    shown = f"{credential} {credential!r} {signed(credential)} {signed(credential)!r}"
    assert "s3cret" not in shown
    assert b64encode(b"s3cret:s3cret").decode() not in shown


@dataclass
class Stated:
    """Fields that say what they are, and what was refused about them."""

    refused: list[tuple[str, CredentialField]] = field(default_factory=list)

    def value(self, name: CredentialField) -> Expr:
        return Const(f"<{name}>")

    def optional(self, name: CredentialField) -> Expr | None:
        return None

    def refuse(self, problem: str, name: CredentialField, code: str = "", hint: str | None = None) -> None:
        self.refused.append((problem, name))


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"type": "bearer"}, Bearer(Const("<token>"))),
        ({"type": "basic"}, Basic(Const("<username>"), Const("<password>"))),
        ({"type": "apikey", "key": "K"}, ApiKey("K", Const("<value>"), in_query=False)),
        (
            {"type": "apikey", "key": "a b", "placement": "Query"},
            ApiKey("a b", Const("<value>"), in_query=True),
        ),
        ({"type": "apikey", "key": "sid", "placement": "COOKIE"}, CookieKey("sid", Const("<value>"))),
    ],
)
def test_a_scheme_takes_the_fields_of_its_kind(spec: dict[str, str], expected: Credential) -> None:
    fields = Stated()
    assert SCHEMES[spec["type"]](AuthenticationSpec.model_validate(spec), fields) == expected
    assert fields.refused == []


@pytest.mark.parametrize(
    ("spec", "name"),
    [
        ({"key": "K", "placement": "body"}, "placement"),
        ({"key": "a=b", "placement": "cookie"}, "key"),
        ({}, "key"),
        ({"key": "a b"}, "key"),
        ({"key": "{{K}}", "placement": "query"}, "key"),
    ],
)
def test_an_api_key_without_a_place_is_refused(spec: dict[str, str], name: CredentialField) -> None:
    fields = Stated()
    SCHEMES["apikey"](AuthenticationSpec.model_validate({"type": "apikey", **spec}), fields)
    assert [refused for _, refused in fields.refused] == [name]


def known(verifier: Verifier, presented: bytes, key: str = "s3cret") -> Principal | None:
    return verifier.verify(presented, {"k": Secret(key), "u": Secret("jo")})


def base64(text: str) -> bytes:
    return b64encode(text.encode())


IN_HEADER = ApiKey("X-Key", compile_template("Token {{k}}", lambda _: KEY), in_query=False)
IN_QUERY = ApiKey("Key", KEY, in_query=True)
USER = Basic(BindValue("u"), KEY)


@pytest.mark.parametrize(
    ("verifier", "presented", "scheme"),
    [
        (Bearer(KEY), b"Bearer s3cret", "bearer"),
        (Bearer(KEY), b"BEARER   s3cret ", "bearer"),
        (USER, b"basic " + base64("jo:s3cret"), "basic"),
        (IN_HEADER, b"Token s3cret", "apikey"),
        (IN_QUERY, b"s3cret", "apikey"),
    ],
)
def test_a_caller_is_known_by_the_secret(verifier: Verifier, presented: bytes, scheme: str) -> None:
    assert known(verifier, presented) == Principal(scheme)
    assert known(verifier, presented, "other") is None


@pytest.mark.parametrize(
    ("verifier", "presented"),
    [
        (Bearer(KEY), b"s3cret"),
        (Bearer(KEY), b"Basic s3cret"),
        (Bearer(KEY), b"Bearers3cret"),
        (Bearer(KEY), b"Bearer S3CRET"),
        (USER, b"Bearer " + base64("jo:s3cret")),
        (USER, b"Basic jo:s3cret"),
        (USER, b"Basic " + base64("jo:s3cret").rstrip(b"=") + b"\xff"),
        (USER, b"Basic " + base64("JO:s3cret")),
        (IN_HEADER, b"s3cret"),
        (IN_HEADER, b"token s3cret"),
        (IN_QUERY, b" s3cret"),
        (IN_QUERY, b"\xff"),
    ],
)
def test_nobody_is_known_by_anything_else(verifier: Verifier, presented: bytes) -> None:
    assert known(verifier, presented) is None


@pytest.mark.parametrize("key", ["", " ", "\udcff"])
@pytest.mark.parametrize("verifier", [Bearer(KEY), ApiKey("X-Key", KEY, in_query=False), USER])
def test_a_secret_of_nothing_lets_nobody_in(verifier: Verifier, key: str) -> None:
    presented = [
        b"",
        b"Bearer",
        b"Bearer ",
        b"Basic",
        b"Basic Og==",
        b"Basic " + base64("jo:"),
        b"\xff",
        b"?",
    ]
    assert [known(verifier, each, key) for each in presented] == [None] * len(presented)


def test_blanks_around_a_secret_count_only_where_they_can_be_sent() -> None:
    assert known(Bearer(KEY), b"Bearer s3cret", " s3cret\n") == Principal("bearer")
    assert known(ApiKey("X-Key", KEY, in_query=False), b"s3cret", " s3cret\n") == Principal("apikey")
    assert known(IN_QUERY, b"s3cret", " s3cret\n") is None
    assert known(USER, b"Basic " + base64("jo: s3cret\n"), " s3cret\n") == Principal("basic")


@pytest.mark.parametrize(
    ("verifier", "slot", "wanted", "challenge", "scheme", "shown"),
    [
        (
            Bearer(KEY),
            Slot("header", "authorization"),
            "a bearer token",
            'Bearer realm="shop"',
            {"type": "http", "scheme": "bearer"},
            "bearer bind k",
        ),
        (
            USER,
            Slot("header", "authorization"),
            "a user name and password",
            'Basic realm="shop", charset="UTF-8"',
            {"type": "http", "scheme": "basic"},
            "basic bind u",
        ),
        (
            IN_HEADER,
            Slot("header", "x-key"),
            "the API key X-Key in the header",
            'ApiKey realm="shop"',
            {"type": "apiKey", "in": "header", "name": "X-Key"},
            "API key X-Key in the header",
        ),
        (
            IN_QUERY,
            Slot("query", "Key"),
            "the API key Key in the query",
            'ApiKey realm="shop"',
            {"type": "apiKey", "in": "query", "name": "Key"},
            "API key Key in the query",
        ),
    ],
)
def test_a_verifier_says_what_callers_have_to_present(
    verifier: Verifier, slot: Slot, wanted: str, challenge: str, scheme: dict[str, str], shown: str
) -> None:
    assert (verifier.slot, verifier.wanted, verifier.challenge("shop")) == (slot, wanted, challenge)
    assert (verifier.security_scheme(), str(verifier)) == (scheme, shown)


def test_a_realm_cannot_leave_its_quotes() -> None:
    assert Bearer(KEY).challenge('a"b\\c\nd é') == 'Bearer realm="a_b_c_d _"'


def test_a_verifier_names_the_variables_that_it_needs() -> None:
    assert USER.refs() == (BindValue("u"), BindValue("k"))
    assert [verifier.refs() for verifier in (Bearer(KEY), IN_HEADER, IN_QUERY)] == [(BindValue("k"),)] * 3


def test_callers_are_known_by_the_schemes_that_the_table_names() -> None:
    spec = AuthenticationSpec.model_validate({"type": "x", "key": "K"})
    assert {name: type(link(spec, Stated())) for name, link in VERIFIERS.items()} == {
        "bearer": Bearer,
        "basic": Basic,
        "apikey": ApiKey,
    }
