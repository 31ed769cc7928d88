"""A text that is not YAML is told in its author's words, at what has to change."""

import pytest

from naftiko_runtime.source.diagnostics import Report
from naftiko_runtime.source.mistake import Mistake, Stop, explain
from naftiko_runtime.source.tree import load

QUOTES = "write it in quotes: "
KEY = "write 'key: value', with a blank after the colon"
LIKE = "indent it like its neighbours"
INSIDE = "double a quote inside of quotes, or use the other kind around it"
CLOSE = "close it, or put the value into quotes if it is a text"
LONG = "x: " + "y" * 80
CUT = "x: " + "y" * 56 + "…"


@pytest.mark.parametrize(
    ("text", "place", "message", "hint"),
    [
        ("a: b: c\n", "1:5", "value 'b: c' has ': ' in it and no quotes", f"{QUOTES}'b: c'"),
        ("a: it's: c\n", "1:8", "value \"it's: c\" has ': ' in it and no quotes", f"{QUOTES}'it''s: c'"),
        (f"a: {LONG}\n", "1:5", f"value '{CUT}' has ': ' in it and no quotes", f"{QUOTES}'{CUT}'"),
        (
            "a:\n  b: 1\n   c: 2\n",
            "3:4",
            "this line is deeper than 'b: 1', which has a value already",
            "indent both lines alike, or remove one",
        ),
        ("a: 'x\nb: 'y'\n", "1:4", "the quote that is opened here is never closed", "close it"),
        ("a: it's\nb: ' 'y'\n", "2:7", '"y\'" stands behind the quote that ends the value', INSIDE),
        ("a: 'x''y'\nb: ''c'\n", "2:6", '"c\'" stands behind the quote that ends the value', INSIDE),
        (
            "a:\n  -b: 1\n   c: 2\n",
            "2:3",
            "'-b: 1' begins with a dash that no blank follows",
            "write '- b: 1'",
        ),
        ("a:\n  foo\n  b: 1\n", "2:3", "'foo' is no key with a value", KEY),
        ("a:\n  b: 1\n  foo\n  c: 2\n", "3:3", "'foo' is no key with a value", KEY),
        (
            "- - foo\n  b: 1\n",
            "2:3",
            "'b: 1' is indented otherwise than the lines that it would belong to",
            LIKE,
        ),
        ("a:'x'\nb: 1\n", "1:1", "\"a:'x'\" is no key with a value", KEY),
        ("a:\n\tb: 1\n", "2:1", "a tab stands where YAML takes blanks only", "indent with blanks"),
        ("b:\n  c: 2\n\td: 3\n", "3:1", "a tab stands where YAML takes blanks only", "indent with blanks"),
        ("a: @b c\n", "1:4", "a value without quotes cannot begin with '@'", f"{QUOTES}'@b c'"),
        ("a: *b*\n", "1:4", "a value without quotes cannot begin with '*'", f"{QUOTES}'*b*'"),
        ("a: & b\n", "1:4", "a value without quotes cannot begin with '&'", f"{QUOTES}'& b'"),
        (
            "a:\n  {% if x %}\n  b: 1\n",
            "2:3",
            "'{%' belongs to a template, which was not filled in",
            "fill the template in first",
        ),
        (
            "a: {{X}}/y\nb: 1\n",
            "1:4",
            "value '{{X}}/y' begins with '{', and there is text behind it",
            f"{QUOTES}'{{{{X}}}}/y'",
        ),
        ("a: 'it's'\nb: 1\n", "1:8", '"s\'" stands behind the quote that ends the value', INSIDE),
        ('a: "x" y\nb: 1\n', "1:8", "'y' stands behind the quote that ends the value", INSIDE),
        (
            "a:\n    b: 1\n  c: 2\n",
            "3:3",
            "'c: 2' is indented otherwise than the lines that it would belong to",
            LIKE,
        ),
        (
            "a:\n  - b\n  c: 1\n",
            "3:3",
            "'c: 1' is indented otherwise than the lines that it would belong to",
            LIKE,
        ),
        ('a: "b\nc: 1\n', "1:4", "the quote that is opened here is never closed", "close it"),
        ("a: [1, 2\nb: 3\n", "1:4", "the '[' that is opened here is not closed", CLOSE),
        ("a: {b: 1\nc: 3\n", "1:4", "the '{' that is opened here is not closed", CLOSE),
        ("a: [\nb: 3\nc: 4\n", "1:4", "the '[' that is opened here is not closed", CLOSE),
        (
            "z: &b 1\na: *b c\nb: 1\n",
            "2:4",
            "value '*b c' begins with '*', and there is text behind it",
            f"{QUOTES}'*b c'",
        ),
        ("a: [\n", "2:1", "the text ends inside of brackets", "close them"),
        ('a: "\\d"\n', "1:5", "'\\d' means nothing in double quotes", "use single quotes"),
        (
            "capability:\nexposes:\n# no indentation\n- type: mcp\nnamespace:'x'\nport: 1\n",
            "6:1",
            "no line of this text is indented, so nothing tells what belongs to what",
            "get the file as it was written",
        ),
    ],
)
def test_a_mistake_is_told_with_its_culprit(text: str, place: str, message: str, hint: str) -> None:
    report = Report()
    assert load(text, "f", report) is None
    assert [str(item) for item in report if item.code == "Y001"] == [
        f"f:{place}: error[Y001]: {message}\n  hint: {hint}"
    ]


@pytest.mark.parametrize(
    ("text", "context", "problem"),
    [
        ("\n  b: 1", "", "mapping values are not allowed in this context"),
        ("  ", "", "found character that cannot start any token"),
        ("", "while scanning something", "found unexpected end of stream"),
        ("a", "while parsing a block node", "did not find expected node content"),
        ("", "while parsing a block mapping", "did not find expected key"),
        ("a", "while scanning a block scalar", "did not find expected comment or line break"),
    ],
)
def test_what_no_rule_knows_is_said_in_the_words_of_the_parser(text: str, context: str, problem: str) -> None:
    stop = Stop(context, problem, (0, 0), (text.count("\n"), 2 * text.count("\n")))
    said = f"{context} {problem}".strip()
    assert explain(text, stop) == Mistake(said, *stop.stopped)


def test_a_sign_where_a_value_is_expected_is_shown() -> None:
    report = Report()
    assert load("a: [1,, 2]\n", "f", report) is None
    assert str(report) == "f:1:7: error[Y001]: ',' stands where a value is expected"
