"""The forms in which authors write bodies, and what each of them says."""

import pytest

from naftiko_runtime.link.bodies import BodyForm, BodyKind, FieldForm, Problem
from naftiko_runtime.link.bodyforms import read_body
from naftiko_runtime.values import Json

JSON = "application/json"
XML = "application/xml"
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"


def read(kind: str, data: Json = None) -> BodyForm:
    return read_body({"type": kind, "data": data}, None)


def problem(body: Json) -> str:
    found = read_body(body, None).problem
    assert found is not None
    return f"{found.code} {found.message}"


@pytest.mark.parametrize(
    ("word", "kind", "media_type"),
    [
        ("json", "json", JSON),
        ("JSON", "json", JSON),
        ("application/json", "json", JSON),
        ("application/merge-patch+json", "json", "application/merge-patch+json"),
        ("text", "text", "text/plain"),
        ("text/markdown", "text", "text/markdown"),
        ("sparql", "text", "application/sparql-query"),
        ("yaml", "text", "application/yaml"),
        ("csv", "text", "text/csv"),
        ("xml", "text", XML),
        ("application/atom+xml", "text", "application/atom+xml"),
        ("formUrlEncoded", "form", FORM),
        ("form", "form", FORM),
        ("urlencoded", "form", FORM),
        ("x-www-form-urlencoded", "form", FORM),
        (FORM, "form", FORM),
        ("multipartForm", "multipart", MULTIPART),
        ("multipart", "multipart", MULTIPART),
        ("form-data", "multipart", MULTIPART),
        (MULTIPART, "multipart", MULTIPART),
        ("binary", "raw", "application/octet-stream"),
        ("raw", "raw", "application/octet-stream"),
        ("octet-stream", "raw", "application/octet-stream"),
        ("application/octet-stream", "raw", "application/octet-stream"),
    ],
)
def test_a_type_alone_is_the_callers_body_of_that_kind(word: str, kind: BodyKind, media_type: str) -> None:
    form = read_body({"type": word}, None)
    assert form == BodyForm(kind, media_type)
    assert form.is_callers is (kind != "raw")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"a": ["{{x}}", 1]}, BodyForm("json", JSON, {"a": ["{{x}}", 1]})),
        ([1], BodyForm("json", JSON, [1])),
        (False, BodyForm("json", JSON, False)),
        ("{{x}}", BodyForm("json", JSON, "{{x}}")),
        ('{"a": "{{x}}"}', BodyForm("json", JSON, {"a": "{{x}}"}, frozenset({("a",)}))),
        (" ", BodyForm("json", JSON)),
        ({}, BodyForm("json", JSON, otherwise={})),
        ([], BodyForm("json", JSON, otherwise=[])),
    ],
)
def test_the_data_of_json_is_a_structure_or_a_text_of_one(data: Json, expected: BodyForm) -> None:
    assert read("json", data) == expected


@pytest.mark.parametrize(
    ("kind", "data", "expected"),
    [
        ("text", "a {{x}}", BodyForm("text", "text/plain", "a {{x}}")),
        ("text", 5, BodyForm("text", "text/plain", "5")),
        ("xml", "<a>{{x}}</a>", BodyForm("xml", XML, "<a>{{x}}</a>")),
        ("xml", "<a>{{#x}}{{.}}{{/x}}</a>", BodyForm("xml", XML, "<a>{{#x}}{{.}}{{/x}}</a>")),
        ("xml", " {{x}} ", BodyForm("text", XML, " {{x}} ")),
        ("xml", "<a/><b/>", BodyForm("text", XML, "<a/><b/>")),
        ("yaml", {"a": "{{x}}"}, BodyForm("json", "application/yaml", {"a": "{{x}}"})),
        ("yaml", "a: {{x}}", BodyForm("text", "application/yaml", "a: {{x}}")),
        ("binary", "abc", BodyForm("text", "application/octet-stream", "abc")),
        ("application/cbor", "abc", BodyForm("text", "application/cbor", "abc")),
    ],
)
def test_other_data_is_text(kind: str, data: Json, expected: BodyForm) -> None:
    assert read(kind, data) == expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"a": "{{x}}", "b": [1]}, (FieldForm("a", "{{x}}"), FieldForm("b", [1]))),
        ([{"name": "a", "value": 0}], (FieldForm("a", 0),)),
        ("a=x+y&b={{x}}&c=%26&d", tuple(map(FieldForm, "abcd", ["x y", "{{x}}", "&", ""]))),
    ],
)
def test_the_fields_of_a_form_are_a_mapping_a_list_or_a_text(data: Json, expected: object) -> None:
    assert read("form", data) == BodyForm("form", FORM, fields=tuple(expected))  # type: ignore[arg-type]


def test_the_parts_of_a_form_may_be_files() -> None:
    file: Json = {"name": "a", "value": "{{x}}", "filename": "{{n}}.txt", "contentType": "text/csv"}
    fields = (FieldForm("a", "{{x}}", "{{n}}.txt", "text/csv"),)
    assert read("multipart", [file]) == BodyForm("multipart", MULTIPART, fields=fields)
    inside: Json = {"a": {"value": "{{x}}", "filename": 5}, "b": {"c": 1}}
    both = (FieldForm("a", "{{x}}", "5"), FieldForm("b", {"c": 1}))
    assert read("multipart", inside) == BodyForm("multipart", MULTIPART, fields=both)


@pytest.mark.parametrize("kind", ["form", "multipart"])
def test_a_hole_may_be_the_whole_form(kind: BodyKind) -> None:
    media_type = {"form": FORM, "multipart": MULTIPART}[kind]
    assert read(kind, "{{x}}") == BodyForm(kind, media_type, "{{x}}")


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        (None, BodyForm("json", JSON, 1)),
        ("application/json; charset=utf-8", BodyForm("json", "application/json; charset=utf-8", 1)),
        ("text/plain", BodyForm("text", "text/plain", "1")),
        ("application/x-thing", BodyForm("text", "application/x-thing", "1")),
        (XML, BodyForm("text", XML, "1")),
    ],
)
def test_a_text_alone_is_json_unless_a_header_says_otherwise(stated: str | None, expected: BodyForm) -> None:
    assert read_body("1", stated) == expected


@pytest.mark.parametrize(
    ("stated", "otherwise", "kind"),
    [
        (None, "json", "json"),
        (None, "multipart", "multipart"),
        (MULTIPART, "form", "multipart"),
        (FORM, "json", "form"),
        ("text/plain", "json", "text"),
        ("application/octet-stream", "json", "json"),
        ("application/x-thing", "json", "json"),
    ],
)
@pytest.mark.parametrize("body", [None, ""])
def test_no_body_is_what_the_header_or_the_parameters_say(
    body: Json, stated: str | None, otherwise: BodyKind, kind: BodyKind
) -> None:
    form = read_body(body, stated, otherwise=otherwise)
    assert form == BodyForm(kind, stated or JSON, is_stated=False)
    assert not form.is_callers


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (["a"], "L016 a body is a text, or has a 'type' and 'data'"),
        (5, "L016 a body is a text, or has a 'type' and 'data'"),
        ({"data": {"a": 1}}, "L016 a body is a text, or has a 'type' and 'data'"),
        ({"type": "jsn"}, "L016 a body of type 'jsn' is not sent"),
        ({"type": "application/cbor"}, "L016 a body of type 'application/cbor' is not sent"),
        ({"type": "application/cbor", "data": {}}, "L016 a body of type 'application/cbor' is not sent"),
        ({"type": "xml", "data": {"a": 1}}, "L016 the 'data' of a body of application/xml is a text"),
        ({"type": "text", "data": ["a"]}, "L016 the 'data' of a body of text/plain is a text"),
        (
            {"type": "multipart", "data": "a={{x}}"},
            "L016 the 'data' of a multipart body is a list of names and values",
        ),
        (
            {"type": "multipart", "data": 5},
            f"L016 the 'data' of a body of {MULTIPART} is a mapping, or a list of names and values",
        ),
        ({"type": "form", "data": ["a"]}, "L016 a field of a form has a 'name' and a 'value'"),
        ({"type": "form", "data": [{"name": "a"}]}, "L016 a field of a form has a 'name' and a 'value'"),
        ({"type": "form", "data": [{"value": 1}]}, "L016 a field of a form has a 'name' and a 'value'"),
        (
            '{"a": {{x}}',
            "L041 the body cannot be filled: it is not JSON in its line 1: unexpected end of data",
        ),
        (
            {"type": "json", "data": {"a": [{"{{x}}": 1}]}},
            "L041 the body cannot be filled: a hole is the name of a member: '{{x}}'",
        ),
        (
            {"type": "form", "data": {"{{x}}": 1}},
            "L041 the body cannot be filled: a hole is the name of a member: '{{x}}'",
        ),
        (
            {"type": "form", "data": "{{x}}=1"},
            "L041 the body cannot be filled: a hole is the name of a member: '{{x}}'",
        ),
        (
            {"type": "form", "data": "a={{&x}}"},
            "L041 the body cannot be filled: '{{&x}}' stands in an urlencoded text, "
            "where only holes such as {{x}} can",
        ),
        (
            {"type": "xml", "data": "<{{x}}/>"},
            "L041 the body cannot be filled: "
            "a hole stands where XML has neither text nor the value of an attribute",
        ),
    ],
)
def test_what_nobody_could_send_is_said(body: Json, expected: str) -> None:
    assert problem(body) == expected


def test_a_type_that_is_misspelled_is_guessed_for_the_hint_alone() -> None:
    assert read_body({"type": "formUrlEncodd"}, None).problem == Problem(
        "L016", "a body of type 'formUrlEncodd' is not sent", "did you mean 'formurlencoded'?", "type"
    )
