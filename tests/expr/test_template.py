import re

import pytest

from naftiko_runtime.expr.scope import Argument, BindValue, Const, Expr, Scope, StepResult, Words
from naftiko_runtime.expr.sections import Hole
from naftiko_runtime.expr.sink import Sink, Unsendable, header_text, plain_text, query_text, write
from naftiko_runtime.expr.template import Template, check_holes_only, compile_template, hole_names
from naftiko_runtime.values import Json, Secret

SCOPE = Scope(
    arguments={
        "id": "a b",
        "n": 5,
        "list": [1, "é"],
        "null": None,
        "map": {"a": {"b": True}},
        "brace": "{{id}}",
    },
    binds={"env.KEY": Secret("k/1")},
    steps={"find": {"id": 7}},
)


def find(word: str) -> Expr | None:
    """Find what a word means, as a linker would; ``unknown`` means nothing."""
    if word == "unknown":
        return None
    if word.startswith("env."):
        return BindValue(word)
    name, *keys = word.split(".")
    return StepResult(name, Words(tuple(keys))) if name == "find" else Argument(name, tuple(keys))


def render(text: str, sink: Sink = plain_text) -> Json | Secret:
    return compile_template(text, find, sink).evaluate(SCOPE)


@pytest.mark.parametrize(
    "text", ["{{id}}", "{{ id }}", "{{{id}}}", "{{{ id }}}", "{{&id}}", "{{& id }}", "{{\tid\n}}"]
)
def test_every_form_of_braces_is_a_hole(text: str) -> None:
    assert hole_names(text) == ("id",)
    assert render(text) == "a b"
    assert render(f"<{text}>{text}") == "<a b>a b"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain",
        "{id}",
        "{{}}",
        "{{ }}",
        "{{&}}",
        "{{{ }}}",
        "{ {id} }",
        "{{id}",
        "{id}}",
        "{{a{b}}",
        "$.a",
        "{{\n}}",
    ],
)
def test_anything_else_is_just_text(text: str) -> None:
    assert compile_template(text, find) == Const(text)
    assert hole_names(text) == ()


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ('{"id": {{n}}}', '{"id": 5}'),
        ('{"a":{"id":{{n}}}}', '{"a":{"id":5}}'),
        ("{{{n}}", "{5"),
        ("{{n}}}", "5}"),
        ("{{{{n}}}}", "{5}"),
        ("{{n}}{{n}}", "55"),
        ("{{n}} {id} {{ }}", "5 {id} {{ }}"),
    ],
)
def test_braces_that_belong_to_the_text_stay(text: str, rendered: str) -> None:
    assert render(text) == rendered


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{{n}}", 5),
        ("{{list}}", [1, "é"]),
        ("{{map.a}}", {"b": True}),
        ("{{map.a.b}}", True),
        ("{{list.1}}", "é"),
        ("{{find.id}}", 7),
        ("{{null}}", None),
        ("{{env.KEY}}", Secret("k/1")),
    ],
)
def test_a_hole_that_fills_the_text_keeps_its_type(text: str, value: Json | Secret) -> None:
    assert render(text) == value
    assert type(render(text)) is type(value)


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("{{n}}.", "5."),
        ("is {{map.a.b}}", "is true"),
        ("{{list}} {{map.a}}", '[1,"é"] {"b":true}'),
        ("{{brace}}!", "{{id}}!"),
        ("{{unknown}} {{id}}", "{{unknown}} a b"),
        ("{{unknown}}", "{{unknown}}"),
    ],
)
def test_values_are_written_into_the_text_and_not_read_again(text: str, rendered: str) -> None:
    assert render(text) == rendered


@pytest.mark.parametrize(
    "text", ["{{missing}}!", "{{id}} {{null}}", "{{find.nothing}} {{id}}", "{{map.x.y}} "]
)
def test_a_text_with_a_value_missing_is_missing(text: str) -> None:
    assert render(text) is None


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("Bearer {{env.KEY}}", Secret("Bearer k/1")),
        ("{{id}}{{env.KEY}}{{n}}", Secret("a bk/15")),
        ("{{env.KEY}}{{missing}}", None),
    ],
)
def test_a_text_with_a_secret_is_secret(text: str, rendered: Secret | None) -> None:
    assert render(text) == rendered


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("{{id}}", "a%20b"),
        ("{{n}}", "5"),
        ("q={{id}}&k={{env.KEY}}", Secret("q=a%20b&k=k%2F1")),
        ("{{list}}", "%5B1%2C%22%C3%A9%22%5D"),
        ("{{null}}", None),
        ("a b", "a b"),
    ],
)
def test_only_what_fills_a_hole_is_encoded_for_its_place(text: str, rendered: str | Secret | None) -> None:
    assert render(text, query_text) == rendered


def test_a_value_that_its_place_cannot_hold_is_refused() -> None:
    with pytest.raises(Unsendable):
        compile_template("x {{a}}", find, header_text).evaluate(Scope(arguments={"a": "1\r\nX: y"}))


def test_a_template_is_parsed_once_into_text_and_holes() -> None:
    assert compile_template("a {{id}}{{unknown}} {{find.x}}", find, query_text) == Template(
        ("a ", Hole("id", Argument("id")), "{{unknown}} ", Hole("find.x", StepResult("find", Words(("x",))))),
        query_text,
    )


@pytest.mark.parametrize(
    ("text", "value"),
    [("{{! why }}{{n}}", 5), ("{{! why }}", ""), ("a{{! b }}c", "ac"), ("{{id}}{{! c }}!", "a b!")],
)
def test_a_comment_is_not_there(text: str, value: Json) -> None:
    assert render(text) == value


@pytest.mark.parametrize("text", ["", "{x}", "{{x}} {{{y}}}", "{{ }}"])
def test_a_text_with_holes_only_may_stand_anywhere(text: str) -> None:
    check_holes_only(text, "a path")


def test_a_path_has_a_hundred_holes_at_most() -> None:
    check_holes_only("/{x}/{{y}}" * 50, "a path")
    with pytest.raises(ValueError, match="a path cannot have more than 100 holes; this one has 101"):
        check_holes_only("/{x}" * 101, "a path")


@pytest.mark.parametrize(
    "tag", ["{{#x}}", "{{/x}}", "{{^x}}", "{{! x }}", "{{>x}}", "{{=x=}}", "{{$x}}", "{{.}}"]
)
def test_sections_and_comments_are_refused_where_only_holes_can_stand(tag: str) -> None:
    reason = f"{tag!r} cannot stand in a query, where only holes such as {{{{x}}}} can"
    with pytest.raises(ValueError, match=f"^{re.escape(reason)}$"):
        check_holes_only(f"a {{{{x}}}} {tag}", "a query")


def test_a_template_tells_what_it_reads_and_prints_it() -> None:
    template = compile_template("a {{ id }} {{env.KEY}}", find)
    assert template.refs() == (Argument("id"), BindValue("env.KEY"))
    assert str(template) == "a {{id}} {{bind env.KEY}}"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("x", "x"),
        ("", ""),
        (5, "5"),
        (2**70, str(2**70)),
        (1.5, "1.5"),
        (True, "true"),
        ([1, None], "[1,null]"),
        ({"é": {}}, '{"é":{}}'),
        (Secret("s"), Secret("s")),
    ],
)
def test_a_value_is_written_as_people_write_it(value: Json | Secret, text: str | Secret) -> None:
    assert write(value, plain_text) == text
