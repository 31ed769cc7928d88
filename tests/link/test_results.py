"""What a unit with steps answers."""

import pytest

from linking import codes, operation_of
from naftiko_runtime.plan.flow import Flow
from naftiko_runtime.values import Json
from stepping import ANSWERS, harbour, ran

pytestmark = pytest.mark.anyio

SHIP_AND_CREW = """\
steps:
- {name: get-ship, type: call, call: harbour.get-ship, with: {imo: '7'}}
- {name: list-crew, type: call, call: harbour.list-crew}
"""


async def answered(rest: str) -> Json:
    return await ran(harbour(SHIP_AND_CREW + rest), {})


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        ("", ANSWERS["list-crew"]),
        ("outputParameters: [{mapping: $.get-ship.name}]", "Ada"),
        ("outputParameters: [{mapping: '$[0].role'}]", "mate"),
        ("outputParameters: [{mapping: $.}]", ANSWERS["list-crew"]),
        ("outputParameters: [{mapping: '[1].full_name'}]", "Bob"),
        (
            "outputParameters: [{name: get-ship, type: object, properties: {name: {type: string}}}]",
            {"name": "Ada"},
        ),
        (
            "outputParameters: [{name: a, value: said}, {name: b, mapping: $.get-ship.imo}, {name: c}]",
            {"a": "said", "b": "7", "c": None},
        ),
        (
            "outputParameters: [{properties: {ship: {mapping: $.get-ship.name}, x: {const: 5}}}]",
            {"ship": "Ada", "x": 5},
        ),
        ("outputParameters: [{type: object, properties: {a: {type: string}}}]", {"a": None}),
        (
            "mappings:\n- {target: a.b, value: $.get-ship.name}\n- {target: a.c, value: x}\n"
            "- {target: d, value: '{{get-ship.imo}}'}",
            {"a": {"b": "Ada", "c": "x"}, "d": "7"},
        ),
        (
            "mappings: [{target: crew, value: $.list-crew}]\n"
            "outputParameters: [{name: crew, type: array, items: [{name: role, type: string}]}]",
            {"crew": [{"role": "mate"}, {"role": None}, {"role": "cook"}, {"role": None}, {"role": None}]},
        ),
        (
            "mappings: [{target: a, value: $.get-ship.nothing}]\n"
            "outputParameters: [{name: a, properties: {b: {}}}, {name: get-ship, properties: {imo: {}}}]",
            {"a": None, "get-ship": {"imo": "7"}},
        ),
        (
            "mappings: [{target: a, value: x}]\noutputParameters: [{name: b, mapping: $.get-ship.name}]",
            {"a": "x", "b": "Ada"},
        ),
    ],
)
async def test_the_answer_is_what_mappings_and_outputs_say(rest: str, expected: Json) -> None:
    assert await answered(rest) == expected


async def test_an_output_that_nothing_fills_is_null_with_a_warning() -> None:
    rest = "mappings: [{target: a, value: x}]\noutputParameters: [{name: full_name, type: string}]"
    assert await answered(rest) == {"a": "x", "full_name": None}
    assert codes(harbour(SHIP_AND_CREW + rest)) == ["L131"]


def test_a_declared_answer_has_a_schema() -> None:
    rest = "outputParameters: [{name: get-ship, type: object, properties: {name: {type: string}}}, {name: b}]"
    body = operation_of(harbour(SHIP_AND_CREW + rest)).body
    assert isinstance(body, Flow)
    assert body.result.schema() == {
        "type": "object",
        "properties": {"get-ship": {"type": "object", "properties": {"name": {"type": "string"}}}, "b": {}},
    }
