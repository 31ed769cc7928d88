"""JSON texts with holes, as the structure they will be."""

import re

import pytest

from naftiko_runtime.link.jsontext import JsonText, Place, read_json_text
from naftiko_runtime.values import Json


@pytest.mark.parametrize(
    ("text", "value", "texts"),
    [
        ('{"a": {{a}}}', {"a": "{{a}}"}, []),
        ('{"a": "{{a}}"}', {"a": "{{a}}"}, [("a",)]),
        ('{"a": "x {{ a.b }} \\" {{c}}"}', {"a": 'x {{ a.b }} " {{c}}'}, []),
        ('[{{a}}, ["{{b}}", 1], "\\\\"]', ["{{a}}", ["{{b}}", 1], "\\"], [(1, 0)]),
        ("{{body}}", "{{body}}", []),
        ('"{{body}}"', "{{body}}", [()]),
        ('{"hole": "hole{{a}}", "holee": {{{b}}}}', {"hole": "hole{{a}}", "holee": "{{{b}}}"}, []),
        ('{{! nothing }}{"n": 12345678901234567890123}', {"n": 12345678901234567890123}, []),
        ('{"a": {"b": {}}, "c": null}', {"a": {"b": {}}, "c": None}, []),
    ],
)
def test_holes_become_the_texts_of_leaves(text: str, value: Json, texts: list[Place]) -> None:
    assert read_json_text(text) == JsonText(value, frozenset(texts))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('{"a": {{a}}', "it is not JSON in its line 1"),
        ('{"a": 1,\n\n"b": {{a}} {{b}}}', "it is not JSON in its line 3"),
        ('{"a": "\\{{a}}"}', "it is not JSON in its line 1"),
        ('{"a": NaN}', "it is not JSON in its line 1"),
        ("x {{a}}", "it is not JSON in its line 1"),
        ('{"{{a}}": 1}', "a hole is the name of a member: '{{a}}'"),
        ('[{"x {{a}}": 1}]', "a hole is the name of a member: 'x {{a}}'"),
        ("{{a}: 1}", "it is not JSON in its line 1"),
        ("[{{#a}}1{{/a}}]", "'{{#a}}' stands in JSON, where only holes can"),
        ('["{{.}}"]', "'{{.}}' stands in JSON, where only holes can"),
    ],
)
def test_what_will_not_be_json_is_said(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=re.escape(problem)):
        read_json_text(text)
