"""Bodies of every kind: what was given is written exactly, what was left out is not there."""

import pytest

from naftiko_runtime.expr.compose import ListOf, ObjectOf
from naftiko_runtime.expr.scope import Argument, BindValue, Const, Expr, Scope
from naftiko_runtime.expr.template import compile_template
from naftiko_runtime.plan.body import (
    BadPart,
    Body,
    Content,
    FileOf,
    FormBody,
    JsonBody,
    MultipartBody,
    Part,
    TextBody,
)
from naftiko_runtime.values import Json, Secret

HALF = "\ud800"
KEY = BindValue("key")
FORM = "application/x-www-form-urlencoded"


def content(body: Body, **arguments: Json) -> Content | None:
    return body.render(Scope(arguments, {"key": Secret('k"<&')}))


def written(body: Body, **arguments: Json) -> str:
    """Render a body as text; the line between the parts of a form is made short."""
    found = content(body, **arguments)
    assert found is not None
    assert isinstance(found.data, bytes)
    text, line = found.data.decode(), found.media_type.partition("boundary=")[2]
    return text.replace(line, "LINE") if line else text


def refused(body: Body, **arguments: Json) -> str:
    with pytest.raises(BadPart) as caught:
        content(body, **arguments)
    return f"{caught.value.name} {caught.value}"


def arguments(*names: str) -> tuple[Part, ...]:
    return tuple((name, Argument(name)) for name in names)


# JSON


def test_a_structure_keeps_the_types_of_its_values() -> None:
    body = JsonBody(
        ObjectOf((*arguments("a"), ("l", ListOf((Argument("b"), Const("x")))), ("n", Const(None))))
    )
    assert (
        written(body, a=2**70, b={"c": [True]})
        == '{"a":1180591620717411303424,"l":[{"c":[true]},"x"],"n":null}'
    )


def test_what_was_not_given_is_no_member_and_no_element() -> None:
    inner = ObjectOf(arguments("b"))
    body = JsonBody(ObjectOf((*arguments("a"), ("l", ListOf((Argument("b"),))), ("o", inner))))
    assert written(body) == '{"l":[],"o":{}}'
    assert written(JsonBody(inner)) == "{}"


def test_an_object_of_fields_of_which_none_was_given_is_not_sent() -> None:
    assert content(JsonBody(fields=arguments("a", "b"))) is None
    assert written(JsonBody(fields=(*arguments("a"), ("f", Const(None))))) == '{"f":null}'


def test_what_the_file_states_is_sent_when_the_caller_gives_nothing() -> None:
    body = JsonBody(Argument("a"), otherwise={})
    assert (written(body), written(body, a=[1])) == ("{}", "[1]")
    assert content(JsonBody(Argument("a"))) is None


@pytest.mark.parametrize("value", [False, 0, "", [], {}])
def test_what_is_false_or_empty_is_a_value(value: Json) -> None:
    assert written(JsonBody(ObjectOf(arguments("a"))), a=value) == JSON_OF[str(value)]


JSON_OF = {"False": '{"a":false}', "0": '{"a":0}', "": '{"a":""}', "[]": '{"a":[]}', "{}": '{"a":{}}'}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (JsonBody(KEY), '"k\\"<&"'),
        (JsonBody(fields=(("a", KEY), ("b", Const(1)))), '{"a":"k\\"<&","b":1}'),
        (JsonBody(ObjectOf((("a", ListOf((KEY, Const(1)))),))), '{"a":["k\\"<&",1]}'),
    ],
)
def test_a_secret_makes_the_whole_body_one_wherever_it_stands(body: JsonBody, expected: str) -> None:
    assert content(body) == Content(Secret(expected), "application/json")


# text


def test_a_text_is_sent_in_utf8_and_says_so_where_it_has_to() -> None:
    body = TextBody(Argument("a"), "text/plain")
    assert content(body, a="x") == Content(b"x", "text/plain")
    assert content(body, a="é") == Content("é".encode(), "text/plain; charset=utf-8")
    assert content(body, a="") == Content(b"", "text/plain")
    stated = "text/csv; header=absent"
    assert content(TextBody(Argument("a"), stated), a="é") == Content("é".encode(), stated)
    assert content(TextBody(Argument("a"), "application/xml"), a="é") == Content(
        "é".encode(), "application/xml"
    )


def test_a_text_of_which_a_part_is_missing_is_not_sent() -> None:
    assert content(TextBody(compile_template("a {{b}}", Argument), "text/plain")) is None


def test_values_are_written_into_texts_as_people_do() -> None:
    assert written(TextBody(Argument("a"), "text/plain"), a=[1, True]) == "[1,true]"


def test_a_text_with_a_secret_is_one() -> None:
    body = TextBody(compile_template("a {{key}}", lambda _: KEY), "text/plain")
    assert content(body) == Content(Secret('a k"<&'), "text/plain")


def test_a_text_that_utf8_cannot_hold_is_refused_by_the_name_of_its_hole() -> None:
    assert refused(TextBody(Argument("a"), "text/plain"), a=HALF).endswith("which UTF-8 cannot hold")
    assert refused(TextBody(Argument("a"), "text/plain"), a=[HALF]).endswith("as JSON in UTF-8")


# urlencoded


def test_fields_of_a_form_are_encoded_as_browsers_do() -> None:
    body = FormBody((*arguments("a", "b"), ("é &", Const("x"))))
    assert content(body, a="a&b=c d\n", b="") == Content(b"a=a%26b%3Dc+d%0A&b=&%C3%A9+%26=x", FORM)


def test_the_elements_of_a_list_are_fields_of_one_name() -> None:
    assert written(FormBody(arguments("a")), a=[1, None, "x", {"b": 1}, False]) == (
        "a=1&a=x&a=%7B%22b%22%3A1%7D&a=false"
    )


def test_a_form_without_fields_is_not_sent() -> None:
    assert content(FormBody(arguments("a", "b")), b=[]) is None
    assert content(FormBody(whole=Argument("a"))) is None


def test_an_object_may_be_a_whole_form() -> None:
    assert written(FormBody(whole=Argument("a")), a={"b": 0, "c": None, "d": [1, 2]}) == "b=0&d=1&d=2"
    assert refused(FormBody(whole=Argument("a")), a=[1]).startswith("body must be an object")
    assert refused(FormBody(whole=KEY)).startswith("body must be an object")


def test_a_form_with_a_secret_is_one() -> None:
    assert content(FormBody((("a", KEY), ("b", Const(1))))) == Content(Secret("a=k%22%3C%26&b=1"), FORM)


def test_a_field_that_cannot_be_sent_is_named() -> None:
    assert refused(FormBody(arguments("a")), a=HALF) == (
        "a has half a surrogate pair, which UTF-8 cannot hold"
    )
    assert refused(FormBody(whole=Argument("a")), a={"b": [{"c": HALF}]}).startswith("b ")


# multipart


def test_each_field_is_a_part() -> None:
    assert written(MultipartBody(arguments("a", "b", "c", "d")), a="x\r\n--y", b=0, c=[1, "é"]) == (
        '--LINE\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n--y\r\n'
        '--LINE\r\nContent-Disposition: form-data; name="b"\r\n\r\n0\r\n'
        '--LINE\r\nContent-Disposition: form-data; name="c"\r\n'
        'Content-Type: application/json\r\n\r\n[1,"é"]\r\n'
        "--LINE--\r\n"
    )


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (FileOf(Const("a.bin")), '; filename="a.bin"\r\nContent-Type: application/octet-stream'),
        (FileOf(media_type=Const("text/csv")), "\r\nContent-Type: text/csv"),
        (FileOf(Argument("n"), Argument("t")), '; filename="x%22%0D%0A%5C"\r\nContent-Type: a/b'),
        (FileOf(Argument("missing"), Argument("missing")), "\r\nContent-Type: application/octet-stream"),
    ],
)
def test_a_file_has_a_name_and_a_type(file: FileOf, expected: str) -> None:
    body = MultipartBody(arguments("f"), files=(file,))
    assert written(body, f="data", n='x"\r\n\\', t="a/b") == (
        f'--LINE\r\nContent-Disposition: form-data; name="f"{expected}\r\n\r\ndata\r\n--LINE--\r\n'
    )


def test_the_line_between_parts_is_another_one_each_time() -> None:
    body = MultipartBody(arguments("a"))
    lines = {found.media_type for _ in range(20) if (found := content(body, a="x")) is not None}
    assert len(lines) == 20
    assert all(len(line) == len("multipart/form-data; boundary=") + 48 for line in lines)


def test_an_object_may_be_all_parts_and_nothing_is_not_sent() -> None:
    body = MultipartBody(whole=Argument("a"))
    assert written(body, a={'n"\\': "x", "none": None}) == (
        '--LINE\r\nContent-Disposition: form-data; name="n%22%5C"\r\n\r\nx\r\n--LINE--\r\n'
    )
    assert (content(body), content(body, a={})) == (None, None)


def test_parts_with_a_secret_are_one() -> None:
    found = content(MultipartBody((("a", KEY),)))
    assert found is not None
    assert isinstance(found.data, Secret)
    assert found.data.reveal().endswith(
        'form-data; name="a"\r\n\r\nk"<&\r\n' + found.data.reveal()[:50] + "--\r\n"
    )


@pytest.mark.parametrize(
    ("body", "given"),
    [
        (MultipartBody(arguments("a")), HALF),
        (MultipartBody(arguments("a")), [HALF]),
        (MultipartBody(whole=Argument("a")), {"\0": "x"}),
        (MultipartBody(arguments("a"), files=(FileOf(Const("\x07")),)), "x"),
        (MultipartBody(arguments("a"), files=(FileOf(None, Const("a\r\nX: y")),)), "x"),
    ],
)
def test_a_part_that_cannot_be_sent_is_refused(body: MultipartBody, given: Json) -> None:
    assert refused(body, a=given)


# what it lists


def test_a_body_lists_what_is_in_it() -> None:
    whole: Expr = ObjectOf((("a", Argument("x")),))
    file = FileOf(Argument("n"), Argument("t"))
    bodies: tuple[Body, ...] = (
        JsonBody(Argument("x")),
        JsonBody(whole),
        JsonBody(ListOf((Argument("x"),))),
        JsonBody(fields=arguments("x")),
        TextBody(Argument("x"), "text/plain"),
        FormBody(arguments("x"), Argument("w")),
        MultipartBody(arguments("x", "y"), files=(file, FileOf())),
    )
    assert [[f"{place} {name}: {value}" for place, name, value in body.parts()] for body in bodies] == [
        ["body : x"],
        ["body field a: x"],
        ["body : [x]"],
        ["body field x: x"],
        ["body : x"],
        ["form field x: x", "body : w"],
        ["form field x: x", "form field y: y", "file name x: n", "media type x: t"],
    ]
