"""Schemas that the clients of all large hosts take."""

import pytest

from naftiko_runtime.exposers.mcp.schemas import input_schema, output_schema, short
from naftiko_runtime.expr.path import Root, Steps
from naftiko_runtime.expr.scope import Argument, Const
from naftiko_runtime.expr.shape import Computed, Fields, Rows, Selected, Shape
from naftiko_runtime.values import Json

SCALARS: list[Json] = [{"type": "string"}, {"type": "number"}, {"type": "boolean"}]
ANY: list[Json] = [
    *SCALARS,
    {"type": "object"},
    {"type": "array", "items": {"anyOf": [*SCALARS, {"type": "object"}]}},
]


@pytest.mark.parametrize(
    ("own", "shown"),
    [
        ({"type": "string"}, {"type": "string"}),
        ({}, {"anyOf": ANY}),
        (True, {"anyOf": ANY}),
        ({"description": "It."}, {"description": "It.", "anyOf": ANY}),
        ({"type": "array"}, {"type": "array", "items": {"anyOf": ANY}}),
        ({"type": "array", "items": {}}, {"type": "array", "items": {"anyOf": ANY}}),
        ({"type": "array", "items": {"type": "string"}}, {"type": "array", "items": {"type": "string"}}),
        (
            {"type": "object", "properties": {"a": {}}, "additionalProperties": {}},
            {"type": "object", "properties": {"a": {"anyOf": ANY}}, "additionalProperties": {}},
        ),
        (
            {"type": "object", "additionalProperties": False},
            {"type": "object", "additionalProperties": False},
        ),
        ({"anyOf": [{"type": "array"}]}, {"anyOf": [{"type": "array", "items": {"anyOf": ANY}}]}),
        ({"enum": [1, 2]}, {"enum": [1, 2]}),
        ({"properties": 3}, {"properties": 3}),
        (3, 3),
    ],
)
def test_every_value_says_something_and_every_list_has_items(own: Json, shown: Json) -> None:
    schema: dict[str, Json] = {"type": "object", "properties": {"it": own}}
    assert input_schema(schema, {}) == {"type": "object", "properties": {"it": shown}}


def test_arguments_have_the_names_that_clients_take() -> None:
    schema: dict[str, Json] = {
        "type": "object",
        "properties": {"$top": {"type": "integer"}, "q": {"type": "string"}},
        "required": ["q", "$top"],
    }
    assert input_schema(schema, {"top": "$top"}) == {
        "type": "object",
        "properties": {"top": {"type": "integer"}, "q": {"type": "string"}},
        "required": ["q", "top"],
    }
    assert input_schema({"type": "object", "required": [1]}, {}) == {"type": "object", "required": [1]}


def test_a_description_is_cut_where_hosts_would_cut_it() -> None:
    assert short("") is None
    assert short("é" * 1024) == "é" * 1024
    cut = short("wörd " * 1000)
    assert cut is not None
    assert cut.endswith("wörd …")
    assert len(cut.encode()) <= 2048
    long: dict[str, Json] = {"type": "string", "description": "x " * 2000}
    schema = input_schema({"type": "object", "properties": {"it": long}}, {})
    assert len(str(schema)) < 2200


@pytest.mark.parametrize(
    "shape",
    [Selected(Root()), Computed(Const("a")), Rows(Root(), Selected(Root())), Fields((), Steps(("a",)))],
)
def test_nothing_is_promised_of_what_an_upstream_answers(shape: Shape) -> None:
    assert output_schema(shape) is None


def test_an_object_that_the_file_puts_together_is_promised_and_no_more() -> None:
    leaves: dict[str, Shape] = {
        "text": Computed(Const("a")),
        "truth": Computed(Const(True)),
        "number": Computed(Const(1.5)),
        "nothing": Computed(Const(None)),
        "argument": Computed(Argument("a")),
        "found": Selected(Root(), "string"),
    }
    anything: dict[str, Json] = {"anyOf": [*ANY, {"type": "null"}]}
    assert output_schema(Fields(tuple(leaves.items()))) == {
        "type": "object",
        "properties": {
            "text": {"type": "string"},
            "truth": {"type": "boolean"},
            "number": {"type": "number"},
            "nothing": anything,
            "argument": anything,
            "found": anything,
        },
    }
