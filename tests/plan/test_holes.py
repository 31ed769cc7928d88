"""Holes in the texts of prompts: filled once, and only those that are meant."""

import pytest

from naftiko_runtime.plan.holes import fill, words_of
from naftiko_runtime.values import Json


@pytest.mark.parametrize(
    ("text", "values", "filled"),
    [
        ("Hi {{who}}!", {"who": "Ada"}, "Hi Ada!"),
        ("Hi {{ who }}!", {"who": "{{who}} {{other}}"}, "Hi {{who}} {{other}}!"),
        ("{{other}} {{}} {who}", {"who": "Ada"}, "{{other}} {{}} {who}"),
        ("Hi {{who}}!", {}, "Hi !"),
        ("Hi {{WHO}}!", {"who": r"\\1 $1"}, r"Hi \\1 $1!"),
        ("{{who}}", {"who": 3}, "3"),
    ],
)
def test_values_go_into_holes_once(text: str, values: dict[str, Json], filled: str) -> None:
    assert fill(text, ["who"], values) == filled


def test_words_are_those_in_holes() -> None:
    assert words_of("{{a}} {{ b-c }} {d} {{e f}}") == ("a", "b-c")


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("{{q.content.name}}!", "Ada!"),
        ("{{ q.content.tags.1 }}", "b"),
        ("{{q.content}}", '{"name":"Ada","tags":["a","b"]}'),
        ("<{{q.other}}>", "<>"),
        ("{{r.content}}", "{{r.content}}"),
        ("{{name}} {{q.name}}", "Eve Eve"),
    ],
)
def test_words_with_dots_lead_into_answers(text: str, filled: str) -> None:
    answers: dict[str, Json] = {"q": {"content": {"name": "Ada", "tags": ["a", "b"]}}}
    assert fill(text, ["name", "q.name"], {"name": "Eve", "q.name": "Eve"}, answers) == filled
