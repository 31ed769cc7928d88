import pytest

from naftiko_runtime.expr.scope import Argument, BindValue, Expr, Scope
from naftiko_runtime.expr.sink import Unsendable, header_text, query_text
from naftiko_runtime.expr.template import Template, compile_template
from naftiko_runtime.values import Json, Secret

SCOPE = Scope(
    arguments={
        "list": ["a", 1, None, True, {"x": 1}],
        "people": [
            {"name": "Ann", "mail": "a&b", "tags": ["x", "y"], "home": {"city": "Bern", "name": "flat"}},
            {"name": "Bob", "mail": None, "tags": [], "home.city": "Uri", "is_new": True, "KEY": "forged"},
        ],
        "one": {"name": "Cid", "n": 0, "rows": [{"id": 7}, {"id": 8}]},
        "grid": [[1, 2], [], [3]],
        "yes": True,
        "no": False,
        "null": None,
        "nought": 0,
        "text": "t",
        "empty": "",
        "none": [],
        "no_fields": {},
        "name": "outside",
        "mail": "outside",
        "brace": "{{name}}",
    },
    binds={"env.KEY": Secret("k/1"), "env.EMPTY": Secret("")},
)


def find(word: str) -> Expr:
    if word in ("KEY", "EMPTY"):
        return BindValue(f"env.{word}")
    name, *keys = word.split(".")
    return Argument(name, tuple(keys))


def find_inside(word: str) -> Expr | None:
    return find(word) if word in ("name", "mail", "KEY", "yes", "list", "brace") else None


def render(text: str) -> Json | Secret:
    return compile_template(text, find, inside=find_inside).evaluate(SCOPE)


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("{{#list}}<{{.}}>{{/list}}", '<a><1><><true><{"x":1}>'),
        ("{{#people}}{{name}} {{/people}}", "Ann Bob "),
        ("{{#people}}{{#tags}}{{.}}{{name}}{{/tags}};{{/people}}", "xAnnyAnn;;"),
        ("{{#people}}{{#home}}{{name}}{{/home}};{{/people}}", "flat;;"),
        ("{{#people}}{{home.city}},{{home.nothing}}{{home.city.x}};{{/people}}", "Bern,;Uri,;"),
        ("{{#people}}{{tags.1}}{{tags.9}};{{/people}}", "y;;"),
        ("{{#one}}{{name}} {{n}}{{/one}}", "Cid 0"),
        ("{{#grid}}[{{#.}}{{.}},{{/.}}]{{0}}{{/grid}}", "[1,2,]1[][3,]3"),
        ("{{#one.rows}}{{id}};{{/one.rows}}", "7;8;"),
        ("{{#text}}{{.}}{{name}}{{/text}}", "toutside"),
        ("{{#nought}}{{.}}{{/nought}}", "0"),
        ("{{#yes}}{{name}}{{.}}{{/yes}}", "outside"),
        (
            "{{#people}}{{#is_new}}{{.}}{{/is_new}}{{/people}}",
            '{"name":"Bob","mail":null,"tags":[],"home.city":"Uri","is_new":true,"KEY":"forged"}',
        ),
        ("{{#no_fields}}there{{/no_fields}}", "there"),
    ],
)
def test_a_section_is_written_in_each_of_its_elements(text: str, rendered: str) -> None:
    assert render(text) == rendered


@pytest.mark.parametrize("word", ["no", "null", "missing", "empty", "none", "EMPTY", "one.missing"])
def test_nothing_is_written_for_what_is_not_there(word: str) -> None:
    assert render(f"a{{{{#{word}}}}}b{{{{/{word}}}}}c") == "ac"
    assert render(f"a{{{{^{word}}}}}b{{{{/{word}}}}}c") == "abc"


@pytest.mark.parametrize("word", ["yes", "nought", "text", "list", "one", "no_fields", "KEY"])
def test_an_inverted_section_is_written_where_the_section_is_not(word: str) -> None:
    assert render(f"{{{{^{word}}}}}b{{{{/{word}}}}}") == ""


def test_an_inverted_section_stands_in_the_elements_around_it() -> None:
    assert render("{{#people}}{{^mail}}{{name}}{{/mail}}{{/people}}") == "Bob"
    assert render("{{^no}}{{name}}{{/no}}") == "outside"


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("{{#people}}{{mail}};{{/people}}", "a&b;;"),
        ("{{#one}}{{mail}};{{/one}}", "outside;"),
        ("{{#one}}<{{missing}}>{{/one}}", "<>"),
        ("{{missing}}{{#one}}{{/one}}", None),
        ("{{#yes}}{{/yes}}{{missing}}", None),
        ("{{#missing}}{{/missing}}", ""),
    ],
)
def test_an_absent_value_is_empty_inside_and_leaves_the_text_out_outside(
    text: str, rendered: str | None
) -> None:
    assert render(text) == rendered


def test_lines_that_only_open_or_close_are_not_written() -> None:
    text = "To:\n{{#people}}\n  - {{name}}\n{{/people}}\n{{! all of them }}\nBye\n"
    assert render(text) == "To:\n  - Ann\n  - Bob\nBye\n"


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("{{#KEY}}Bearer {{.}}{{/KEY}}", Secret("Bearer k/1")),
        ("{{#people}}{{KEY}};{{/people}}", Secret("k/1;k/1;")),
        ("{{#none}}{{KEY}}{{/none}}", ""),
        ("{{#KEY}}there{{/KEY}}", "there"),
    ],
)
def test_a_secret_in_a_section_stays_secret_and_no_element_stands_in_for_it(
    text: str, rendered: str | Secret
) -> None:
    assert render(text) == rendered


def test_what_fills_a_section_is_not_read_again() -> None:
    assert render("{{#people}}{{brace}};{{/people}}") == "{{name}};{{name}};"


def test_what_fills_a_section_is_encoded_for_its_place() -> None:
    template = compile_template("q={{#people}}{{mail}}&{{/people}}", find, query_text)
    assert template.evaluate(SCOPE) == "q=a%26b&&"
    broken = Scope(arguments={"x": ["1\r\nX: y"]})
    with pytest.raises(Unsendable):
        compile_template("{{#x}}{{.}}{{/x}}", find, header_text).evaluate(broken)


def test_a_section_tells_what_it_reads_and_prints_it() -> None:
    text = "{{x}}{{# people }}{{ name }}{{KEY}}{{.}}{{a}}{{/people}}{{^no}}-{{yes}}{{/no}}"
    template = compile_template(text, find, inside=find_inside)
    assert isinstance(template, Template)
    assert template.needs() == (Argument("x"),)
    assert template.refs() == (
        Argument("x"),
        Argument("people"),
        Argument("name"),
        BindValue("env.KEY"),
        Argument("no"),
        Argument("yes"),
    )
    assert (
        str(template) == "{{x}}{{#people}}{{name}}{{bind env.KEY}}{{.}}{{a}}{{/people}}{{^no}}-{{yes}}{{/no}}"
    )
