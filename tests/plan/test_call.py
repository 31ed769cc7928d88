"""What a call sends: every value arrives exactly in its place, or nothing is sent (D17)."""

from urllib.parse import parse_qsl, unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from naftiko_runtime.expr.scope import Argument, BindValue, Const, Expr, Scope
from naftiko_runtime.expr.template import compile_path_template, compile_template
from naftiko_runtime.plan.body import Content, FormBody, JsonBody, Part
from naftiko_runtime.plan.call import HttpCall, Outbound, is_token
from naftiko_runtime.plan.errors import BadArgument, InvalidArguments
from naftiko_runtime.values import Json, Secret
from naftiko_runtime.values.json import decode

HALF = "\ud800"


def nested(depth: int) -> Json:
    value: Json = "x"
    for _ in range(depth):
        value = [value]
    return value


def argument(name: str) -> Part:
    return name, Argument(name)


def call(
    *,
    path: str = "/a/{p}/z",
    query: tuple[Part, ...] = (argument("q"),),
    headers: tuple[Part, ...] = (("X-H", Argument("h")),),
    cookies: tuple[Part, ...] = (argument("c"),),
    body: JsonBody | None = None,
) -> HttpCall:
    body = body or JsonBody(whole=Argument("b"))
    return HttpCall(
        "api", "api.r.o", "POST", compile_path_template(path, Argument), query, headers, cookies, body
    )


def rendered(**arguments: Json) -> Outbound:
    return call().render(Scope({"p": "id", **arguments}))


def refused(made: HttpCall, **arguments: Json) -> tuple[BadArgument, ...]:
    with pytest.raises(InvalidArguments) as caught:
        made.render(Scope(arguments))
    return caught.value.problems


# what is sent


def test_every_value_is_written_for_its_place() -> None:
    assert rendered(p="a/b", q="a&b=c", h="é; x", c="a;b", b={"k": "é"}) == Outbound(
        "POST",
        "/a/a%2Fb/z",
        ("q=a%26b%3Dc",),
        (("X-H", "é; x"), ("Cookie", "c=a%3Bb"), ("Content-Type", "application/json")),
        '{"k":"é"}'.encode(),
    )


def test_what_is_left_out_is_not_sent() -> None:
    assert rendered() == Outbound("POST", "/a/id/z")
    assert rendered(q=None, h=None, c=None, b=None) == Outbound("POST", "/a/id/z")
    assert HttpCall("api", "n", "GET", compile_path_template("", Argument)).render(Scope()) == Outbound(
        "GET", ""
    )


@pytest.mark.parametrize(("value", "text"), [(False, "false"), (0, "0"), ("", ""), (0.0, "0.0")])
def test_false_zero_and_the_empty_text_are_values(value: Json, text: str) -> None:
    outbound = rendered(q=value, h=value, c=value, b=value)
    assert outbound.query == (f"q={text}",)
    assert outbound.headers == (("X-H", text), ("Cookie", f"c={text}"), ("Content-Type", "application/json"))
    assert outbound.body is not None
    assert decode(outbound.body if isinstance(outbound.body, bytes) else b"") == value


def test_lists_are_repeated_outside_bodies() -> None:
    outbound = rendered(q=[1, "b", None, [2]], h=["x", "y"], c=[1, 2], b=[1, None])
    assert outbound.query == ("q=1", "q=b", "q=%5B2%5D")
    assert outbound.headers[:3] == (("X-H", "x"), ("X-H", "y"), ("Cookie", "c=1; c=2"))
    assert outbound.body == b"[1,null]"
    assert rendered(q=[]).query == ()


def test_objects_are_json_outside_bodies() -> None:
    outbound = rendered(q={"a": 1}, h={"a": "é"})
    assert outbound.query == ("q=%7B%22a%22%3A1%7D",)
    assert outbound.headers == (("X-H", '{"a":"é"}'),)


def test_the_fields_of_a_body_are_those_that_were_given() -> None:
    made = call(body=JsonBody(fields=(argument("a"), argument("b"), ("f", Const("x")))))
    assert made.render(Scope({"p": "1", "b": 2**70})).body == b'{"b":1180591620717411303424,"f":"x"}'
    bare = call(body=JsonBody(fields=(argument("a"),)))
    assert bare.render(Scope({"p": "1"})).body is None


def test_a_content_type_that_the_file_gives_is_kept() -> None:
    made = call(headers=(("content-type", Const("application/merge-patch+json")),))
    assert made.render(Scope({"p": "1", "b": 1})).headers == (
        ("content-type", "application/merge-patch+json"),
    )


def test_secrets_stay_secret_wherever_they_are_sent() -> None:
    key: Expr = BindValue("k")
    template = compile_template("x {{k}}", lambda _: key)
    made = HttpCall(
        "api",
        "n",
        "POST",
        compile_path_template("/{k}", lambda _: key),
        (("q", key),),
        (("H", template),),
        (("c", key),),
        JsonBody(fields=(("f", key), ("g", Const(1)))),
    )
    outbound = made.render(Scope(binds={"k": Secret("a b")}))
    assert (outbound.path, outbound.query) == (Secret("/a%20b"), (Secret("q=a%20b"),))
    assert outbound.headers[:2] == (("H", Secret("x a b")), ("Cookie", Secret("c=a%20b")))
    assert outbound.body == Secret('{"f":"a b","g":1}')
    assert outbound.target == Secret("/a%20b?q=a%20b")
    assert JsonBody(whole=key).render(Scope(binds={"k": Secret('a"b')})) == Content(
        Secret('"a\\"b"'), "application/json"
    )
    assert "a b" not in repr(outbound)


# what is not


@pytest.mark.parametrize("value", ["", ".", "..", None])
def test_a_path_segment_that_would_be_folded_away_is_refused(value: Json) -> None:
    (problem,) = refused(call(), p=value)
    assert problem.path == "p"


@pytest.mark.parametrize("value", ["a\r\nX: y", "a\nb", "a\0b", "\x7f", " a", "a\t"])
def test_a_header_that_http_cannot_hold_is_refused(value: str) -> None:
    (problem,) = refused(call(), p="id", h=value)
    assert problem.path == "h"


def test_what_utf8_cannot_hold_is_refused_in_every_place_at_once() -> None:
    found = refused(call(path="/{p}"), p=HALF, q=HALF, h=HALF, c=HALF, b=HALF)
    assert [problem.path for problem in found] == ["p", "q", "h", "c", "body"]


def test_what_utf8_cannot_hold_is_refused_inside_objects_too() -> None:
    value: Json = {"a": HALF}
    found = refused(call(path="/{p}"), p=value, q=value, h=value, c=value, b=value)
    assert [problem.problem for problem in found] == ["cannot be written as JSON in UTF-8"] * 5


def test_what_is_nested_too_deep_to_be_written_is_refused() -> None:
    found = refused(call(), p="id", q={"a": nested(100_000)}, b=nested(100_000))
    assert [problem.path for problem in found] == ["q", "body"]


def test_a_refusal_names_what_the_caller_gave_and_not_what_the_api_calls_it() -> None:
    both = compile_template("{{from}}-{{until}}", Argument)
    made = call(query=(("range", both),), headers=(("X-H", Const("a\nb")),))
    found = refused(made, p="id", **{"from": HALF, "until": "x"})
    assert [problem.path for problem in found] == ["from, until", "X-H"]


# properties: no value can become anything but that value

TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
SEGMENT = TEXT.filter(lambda text: text not in ("", ".", ".."))
HEADER = st.text(st.characters(codec="utf-8", min_codepoint=0x20, exclude_characters="\x7f"), max_size=12)
SCALAR = st.one_of(TEXT, st.integers(), st.booleans(), st.floats(allow_nan=False, allow_infinity=False))
JSON = st.recursive(
    st.one_of(st.none(), SCALAR),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
)


@given(p=SEGMENT, q=TEXT, c=TEXT, h=HEADER.map(lambda text: text.strip(" \t")))
@settings(deadline=None)
def test_texts_arrive_exactly_and_add_nothing(p: str, q: str, c: str, h: str) -> None:
    outbound = call().render(Scope({"p": p, "q": q, "h": h, "c": c}))
    assert isinstance(outbound.target, str)
    assert outbound.target.isascii()
    path, _, query = outbound.target.partition("?")
    assert [unquote(segment) for segment in path.split("/")] == ["", "a", p, "z"]
    assert parse_qsl(query, keep_blank_values=True, strict_parsing=True) == [("q", q)]
    (header, cookie) = outbound.headers
    assert header == ("X-H", h)
    assert isinstance(cookie[1], str)
    assert [pair.partition("=")[::2] for pair in cookie[1].split("; ")] == [("c", cookie[1][2:])]
    assert unquote(cookie[1][2:]) == c


@given(value=JSON)
@settings(deadline=None)
def test_bodies_arrive_exactly(value: Json) -> None:
    whole = call().render(Scope({"p": "id", "b": value})).body
    assert (decode(whole) if isinstance(whole, bytes) else whole) == value
    fields = call(body=JsonBody(fields=(argument('f"{'), ("g", Const(1))))).render(
        Scope({"p": "id", 'f"{': value})
    )
    assert isinstance(fields.body, bytes)
    assert decode(fields.body) == ({"g": 1} if value is None else {'f"{': value, "g": 1})


@given(items=st.lists(SCALAR, max_size=4))
@settings(deadline=None)
def test_lists_arrive_as_their_elements(items: list[Json]) -> None:
    outbound = call().render(Scope({"p": "id", "q": items}))
    assert isinstance(outbound.target, str)
    arrived = parse_qsl(outbound.target.partition("?")[2], keep_blank_values=True)
    texts = [item if isinstance(item, str) else None for item in items]
    assert [name for name, _ in arrived] == ["q"] * len(items)
    assert all(text in (None, value) for text, (_, value) in zip(texts, arrived, strict=True))


@given(value=st.text(max_size=12), place=st.sampled_from("pqhc"))
@settings(max_examples=300, deadline=None)
def test_any_text_at_all_arrives_or_is_refused_by_name(value: str, place: str) -> None:
    scope = Scope({"p": "id", place: value})
    if is_sendable(value, place):
        outbound = call().render(scope)
        assert len(outbound.query) + len(outbound.headers) == (0 if place == "p" else 1)
        assert str(outbound.path).count("/") == 3
    else:
        with pytest.raises(InvalidArguments) as caught:
            call().render(scope)
        assert [problem.path for problem in caught.value.problems] == [place]


def is_sendable(value: str, place: str) -> bool:
    if any("\ud800" <= letter <= "\udfff" for letter in value):
        return False
    if place == "h":
        return (
            value == value.strip(" \t")
            and all(letter >= " " or letter == "\t" for letter in value)
            and "\x7f" not in value
        )
    return place != "p" or value not in ("", ".", "..")


# parts of a call


def test_a_call_lists_what_it_sends() -> None:
    made = [(place, name, str(value)) for place, name, value in call().parts()]
    assert made == [
        ("path", "p", "p"),
        ("query", "q", "q"),
        ("header", "X-H", "h"),
        ("cookie", "c", "c"),
        ("body", "", "b"),
    ]
    fields = call(path="/", query=(), headers=(), cookies=(), body=JsonBody(fields=(argument("f"),)))
    assert [(place, name) for place, name, _ in fields.parts()] == [("body field", "f")]
    assert list(HttpCall("api", "n", "GET", compile_path_template("/", Argument)).parts()) == []


def test_a_header_replaces_one_of_the_same_name() -> None:
    outbound = Outbound("GET", "/", headers=(("authorization", "a"), ("X", "b")))
    assert outbound.with_header("Authorization", "c").headers == (("X", "b"), ("Authorization", "c"))


def test_a_query_parameter_is_added_encoded() -> None:
    outbound = Outbound("GET", "/", ("a=1",)).with_query("k y", "a&b").with_query("s", Secret("a&b"))
    assert outbound.query == ("a=1", "k%20y=a%26b", Secret("s=a%26b"))
    assert outbound.target == Secret("/?a=1&k%20y=a%26b&s=a%26b")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("X-Key", True),
        ("a!#~", True),
        ("", False),
        ("a b", False),
        ("a:b", False),
        ("a\n", False),
        ("é", False),
    ],
)
def test_names_of_headers_and_cookies_are_tokens(name: str, *, expected: bool) -> None:
    assert is_token(name) is expected


def test_a_field_of_a_form_that_cannot_be_sent_is_told_by_what_the_caller_gave() -> None:
    form = FormBody((("shown", Argument("given")), ("fixed", Const(1))))
    made = HttpCall("api", "n", "POST", compile_path_template("/", Argument), body=form)
    (problem,) = refused(made, given=HALF)
    assert problem.path == "given"
