"""Which schemas clients can show as a form (SEP-1034, SEP-1330)."""

import pytest

from naftiko_runtime.plan.forms import problem_of_form
from naftiko_runtime.values import Json

NEITHER = "'x' is neither a string, a number, an integer, a boolean nor a list of choices"
NO_CHOICE = "'x' is a list whose 'items' do not say what can be chosen: write 'enum' or 'anyOf'"
TITLED: Json = [{"const": "a", "title": "A"}]


def of(field: Json, **more: Json) -> Json:
    return {"type": "object", "properties": {"x": field}, **more}


@pytest.mark.parametrize(
    "field",
    [
        {"type": "string", "format": "email", "default": "a@b.example", "maxLength": 40},
        {"type": "integer", "minimum": 1, "default": 30},
        {"type": "number", "default": 95.5},
        {"type": "boolean", "default": True},
        {"type": "string", "enum": ["a", "b"], "default": "a"},
        {"type": "string", "enum": ["a", "b"], "enumNames": ["A", "B"]},
        {"type": "string", "oneOf": TITLED},
        {"type": "array", "items": {"type": "string", "enum": ["a"]}, "minItems": 1},
        {"type": "array", "items": {"anyOf": TITLED}, "default": ["a"]},
    ],
)
def test_what_clients_show(field: Json) -> None:
    assert problem_of_form(of(field, required=["x"])) is None


@pytest.mark.parametrize(
    ("schema", "problem"),
    [
        (None, "its schema is not that of an object"),
        ({"type": "array"}, "its schema is not that of an object"),
        ({"type": "object"}, "its schema has no properties"),
        ({"type": "object", "properties": {}}, "its schema has no properties"),
        (of("string"), "'x' has no schema"),
        (of({}), NEITHER),
        (
            of({"type": "object"}),
            NEITHER,
        ),
        (
            of({"type": "array"}),
            NO_CHOICE,
        ),
        (
            of({"type": "array", "items": {"type": "string"}}),
            NO_CHOICE,
        ),
        (
            of({"type": "array", "items": {"anyOf": [{"const": "a"}]}}),
            "'x' has choices in 'anyOf' that are not all a 'const' with a 'title'",
        ),
        (
            of({"type": "string", "oneOf": []}),
            "'x' has choices in 'oneOf' that are not all a 'const' with a 'title'",
        ),
        (
            of({"type": "string", "format": "ipv4"}),
            "'x' has a 'format' that is none of email, uri, date and date-time",
        ),
        (
            of({"type": "array", "items": {"enum": ["a"]}}),
            "'x' is a list whose 'items' are not of type string",
        ),
        (of({"type": "string", "enum": []}), "'x' has an 'enum' that is not a list of texts"),
        (of({"type": "string", "enum": [1]}), "'x' has an 'enum' that is not a list of texts"),
        (of({"type": "string"}, required=["y"]), "'y' is required, and is none of its properties"),
        (of({"type": "string"}, required="x"), "its 'required' is not a list"),
        (of({"type": "string", "minLength": "long"}), "its schema is not JSON Schema"),
    ],
)
def test_what_they_cannot_show(schema: Json, problem: str) -> None:
    assert problem_of_form(schema) == problem
