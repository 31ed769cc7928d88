"""Keywords of JSON Schema on inputs: passed on, checked, and told when they are none."""

import pytest

from linking import agent, codes, operation_of, server_of, shop
from naftiko_runtime.plan.contract import Param
from naftiko_runtime.plan.errors import InvalidArguments
from naftiko_runtime.values import Json
from portability import COMBINERS

STATED = "outputParameters: [{type: string, value: ahoy}]"


def param(text: str) -> Param:
    result = agent(f"inputParameters: [{{name: it, description: It., {text}}}]\n{STATED}")
    assert codes(result) == []
    return operation_of(result).contract.params[0]


@pytest.mark.parametrize(
    ("text", "keywords"),
    [
        ("type: string, enum: [a, b], default: a", {"enum": ["a", "b"], "default": "a"}),
        (
            "type: string, format: date-time, minLength: 1, maxLength: 9, examples: [x]",
            {"examples": ["x"], "format": "date-time", "minLength": 1, "maxLength": 9},
        ),
        (
            "type: number, minimum: 1, maximum: 9, exclusiveMinimum: 0, exclusiveMaximum: 10, multipleOf: 2",
            {"minimum": 1, "maximum": 9, "exclusiveMinimum": 0, "exclusiveMaximum": 10, "multipleOf": 2},
        ),
        (
            "type: array, items: {type: string}, minItems: 1, maxItems: 3, uniqueItems: true",
            {"minItems": 1, "maxItems": 3, "uniqueItems": True, "items": {"type": "string"}},
        ),
        (
            "type: object, properties: {a: {type: string}}, additionalProperties: false",
            {"properties": {"a": {"type": "string"}}, "additionalProperties": False},
        ),
        ("type: string, x-mcp-header: Region", {"x-mcp-header": "Region"}),
    ],
)
def test_keywords_are_passed_on_as_they_are(text: str, keywords: dict[str, Json]) -> None:
    found = param(text)
    assert found.keywords == keywords
    assert found.schema() == {"type": found.kind, "description": "It.", **keywords}


@pytest.mark.parametrize(
    ("text", "properties", "required"),
    [
        (
            "{a: {type: string, required: true}, b: {required: false}}",
            {"a": {"type": "string"}, "b": {}},
            ["a"],
        ),
        ("[{name: a, type: string, required: true}]", {"a": {"type": "string"}}, ["a"]),
        (
            "{a: {type: array, items: [{name: x, type: string, required: true}]}}",
            {
                "a": {
                    "type": "array",
                    "items": {"type": "object", "properties": {"x": {"type": "string"}}, "required": ["x"]},
                }
            },
            None,
        ),
        ("{a: {type: object, properties: {x: {}}, required: [x]}}", None, None),
        ("{a: true}", {"a": True}, None),
    ],
)
def test_parts_may_be_listed_and_say_themselves_that_they_are_required(
    text: str, properties: Json, required: Json
) -> None:
    expected = properties or {"a": {"type": "object", "properties": {"x": {}}, "required": ["x"]}}
    keywords = param(f"type: object, properties: {text}").keywords
    assert keywords["properties"] == expected
    assert keywords.get("required") == required


@pytest.mark.parametrize("text", ["enum: a", "minimum: '3'", "items: [a]", "properties: [{type: string}]"])
def test_what_is_no_keyword_is_told_and_left_out(text: str) -> None:
    result = agent(f"inputParameters: [{{name: it, type: string, maxLength: 2, {text}}}]\n{STATED}")
    assert codes(result) == ["L200"]
    assert operation_of(result).contract.params[0].keywords == {}


def test_an_input_with_a_default_need_not_be_given_unless_the_file_says_so() -> None:
    assert not param("type: integer, default: 3").required
    assert param("type: integer, default: 3, required: true").required


def test_a_default_is_of_the_declared_type_and_goes_where_nothing_is_given() -> None:
    contract = operation_of(
        shop(unit="inputParameters: [{name: limit, type: integer, default: '3'}]\nwith: {limit: limit}")
    ).contract
    assert contract.bind({}) == contract.bind({"limit": None}) == {"limit": 3}
    assert contract.bind({"limit": 5}) == {"limit": 5}


def test_a_schema_that_is_written_as_a_whole_is_the_contract() -> None:
    schema = (
        "{type: object, properties: {a: {type: integer}, b: {}}, required: [a], additionalProperties: false}"
    )
    result = agent(f"inputSchema: {schema}\n{STATED}")
    contract = operation_of(result).contract
    assert codes(result) == []
    assert contract.schema() == {
        "type": "object",
        "properties": {"a": {"type": "integer"}, "b": {}},
        "required": ["a"],
        "additionalProperties": False,
    }
    assert contract.bind({"a": "3", "b": {"deep": [2**70]}}) == {"a": 3, "b": {"deep": [2**70]}}
    with pytest.raises(InvalidArguments, match="a: is required"):
        contract.bind({})


def test_what_is_above_all_properties_is_told() -> None:
    result = agent(
        f"inputSchema: {{type: object, oneOf: [{{required: [a]}}], properties: {{a: {{}}}}}}\n{STATED}"
    )
    assert codes(result) == ["L201"]
    with pytest.raises(InvalidArguments):
        operation_of(result).contract.bind({})


@pytest.mark.parametrize("word", COMBINERS)
def test_each_word_that_hosts_refuse_at_the_top_is_told(word: str) -> None:
    values = {"if": "{}", "then": "{}", "else": "{}", "not": "{required: [b]}", "$ref": "'#/$defs/all'"}
    value = values.get(word, "[{}]")
    schema = f"{{type: object, $defs: {{all: {{}}}}, {word}: {value}, properties: {{a: {{}}}}}}"
    result = agent(f"inputSchema: {schema}\n{STATED}")
    assert [(item.code, item.message.split()[0]) for item in result.report] == [("L201", repr(word))]
    assert word in operation_of(result).contract.schema()


@pytest.mark.parametrize("schema", ["[]", "{type: array}", "{type: object, properties: 3}", "{required: a}"])
def test_what_is_no_schema_of_an_object_refuses_its_tool(schema: str) -> None:
    result = agent(f"inputSchema: {schema}\n{STATED}")
    assert codes(result) == ["L070"]


def test_names_that_clients_do_not_take_are_shown_under_others() -> None:
    names = ["$filter", "filter", "a[]", "a", "ok.name", "é"]
    inputs = ", ".join(f"{{name: '{name}', type: string, description: It.}}" for name in names)
    (tool,) = server_of(agent(f"inputParameters: [{inputs}]\n{STATED}")).tools
    assert list(tool.renamed.values()) == ["$filter", "a[]", "é"]
    assert all(shown.isascii() and shown not in names for shown in tool.renamed)
    (free,) = server_of(agent(f"inputParameters: [{{name: $top, type: integer}}]\n{STATED}")).tools
    assert free.renamed == {"top": "$top"}
