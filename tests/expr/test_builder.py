import re

import pytest

from naftiko_runtime.expr.builder import build
from naftiko_runtime.expr.scope import Argument, BindValue, Expr
from naftiko_runtime.expr.sections import Hole, Inner, Inverted, Parts, Section
from naftiko_runtime.expr.tags import tokens


def find(word: str) -> Expr | None:
    """Find what a word means outside of sections."""
    return None if word == "unknown" else Argument(word)


def find_inside(word: str) -> Expr | None:
    """Find what a word means inside sections, if it is no field of an element."""
    return BindValue("env.KEY") if word == "KEY" else Argument(word) if word == "known" else None


def built(text: str) -> Parts:
    return build(tokens(text), find, find_inside)


X, KNOWN = Hole("x", Argument("x")), Inner("known", Argument("known"))


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", ()),
        ("a{{! c }}b", ("ab",)),
        ("{{x}} {{unknown}}", (X, " {{unknown}}")),
        ("{{#x}}{{/x}}", (Section(X, ()),)),
        ("{{#x}}a{{! c }}b{{/x}}", (Section(X, ("ab",)),)),
        ("{{^ x }}a{{/x}}", (Inverted(X, ("a",)),)),
        ("{{#x}}{{.}}{{known}}{{a.b}}{{/x}}", (Section(X, (Inner("."), KNOWN, Inner("a.b"))),)),
        (
            "{{#x}}{{#.}}{{^known}}{{/known}}{{/.}}{{/x}}",
            (Section(X, (Section(Inner("."), (Inverted(KNOWN, ()),)),)),),
        ),
        ("{{#x}}{{KEY}}{{/x}}", (Section(X, (Hole("KEY", BindValue("env.KEY")),)),)),
    ],
)
def test_tags_become_parts(text: str, parts: Parts) -> None:
    assert built(text) == parts


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{{#x}}a", "section '{{#x}}' is not closed"),
        ("{{#x}}{{^y}}{{/y}}", "section '{{#x}}' is not closed"),
        ("a{{/x}}", "'{{/x}}' closes a section that is not open"),
        ("{{#x}}{{/y}}", "'{{/y}}' stands where '{{#x}}' is to be closed"),
        ("{{#x}}{{^y}}{{/x}}{{/y}}", "'{{/x}}' stands where '{{^y}}' is to be closed"),
        ("{{#}}{{/}}", "'{{#}}' has no name"),
        ("{{#unknown}}{{/unknown}}", "section '{{#unknown}}' is about nothing that is known"),
        ("a {{.}}", "'{{.}}' is the element of a section, and stands in none"),
        ("{{#.}}{{/.}}", "'{{#.}}' is the element of a section, and stands in none"),
        ("{{>x}}", "'{{>x}}' cannot be filled: there are no other templates that it could include"),
        ("{{=| |=}}", "'{{=| |=}}' cannot be filled: the braces cannot be changed"),
        (
            "{{$.x}}",
            "'{{$.x}}' cannot be filled: "
            "in braces a '$' has no meaning, and a path is written without braces",
        ),
        ("{{#x}}" * 17 + "{{/x}}" * 17, "section '{{#x}}' is more than 16 sections deep"),
    ],
)
def test_a_tag_that_cannot_stand_where_it_does_is_refused(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(reason)}$"):
        built(text)


def test_sections_may_be_sixteen_deep() -> None:
    assert len(built("{{#x}}" * 16 + "{{/x}}" * 16)) == 1
