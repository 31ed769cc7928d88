"""What an exposed unit answers (D8)."""

import pytest

from linking import codes, operation_of, refusal_of, shop
from naftiko_runtime.app.compiler import Compiled
from naftiko_runtime.expr.scope import Scope
from naftiko_runtime.plan.flow import Flow
from naftiko_runtime.plan.surfaces import PassThrough
from naftiko_runtime.values import Json, Secret

ANSWER: Json = {"id": 7, "name": "ada", "rows": [{"k": 1, "s": "x"}, {"k": 2}]}


def outputs(*texts: str) -> Compiled:
    return shop(unit="outputParameters:\n" + "\n".join(f"- {text}" for text in texts))


def answered(result: Compiled, arguments: dict[str, Json] | None = None) -> Json:
    body = operation_of(result).body
    assert isinstance(body, Flow)
    return body.result.project(ANSWER, Scope(arguments or {}, {"keys.TOKEN": Secret("abc")}))


@pytest.mark.parametrize(
    "output",
    [
        "{type: object, mapping: $.}",
        "{type: object, mapping: $}",
        "{type: array, mapping: ' $. '}",
        "{type: object, value: $.}",
        "{name: result, type: object}",
        "{name: result, type: object, const: $}",
        "{type: object, properties: {}}",
        "{type: array, items: []}",
    ],
)
def test_one_output_that_is_the_root_passes_the_answer_through(output: str) -> None:
    assert isinstance(operation_of(outputs(output)).body, PassThrough)


def test_no_outputs_pass_the_answer_through() -> None:
    assert isinstance(operation_of(shop()).body, PassThrough)
    assert isinstance(operation_of(shop(unit="outputParameters: []")).body, PassThrough)


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ("{type: string, mapping: $.name}", "ada"),
        ("{name: who, type: string, mapping: $.name}", "ada"),
        ("{type: string, value: $.name}", "ada"),
        ("{type: string, mapping: $.name, value: $.id}", "ada"),
        ("{type: string, mapping: name}", "ada"),
        ("{type: integer, mapping: '$.rows[1].k'}", 2),
        ("{type: array, mapping: '$.rows[*].k'}", [1, 2]),
        ("{type: string, mapping: $.none}", None),
        ("{type: object, properties: {n: {mapping: $.name}}}", {"n": "ada"}),
        ("{type: object, mapping: '$.rows[0]', properties: {n: {mapping: $.k}}}", {"n": 1}),
        ("{type: array, mapping: $.rows, items: {type: integer, mapping: $.k}}", [1, 2]),
        (
            "{type: array, mapping: $.rows, items: [{name: k, mapping: $.k}, {name: s, mapping: $.s}]}",
            [{"k": 1, "s": "x"}, {"k": 2, "s": None}],
        ),
        ("{type: array, mapping: $.rows, items: [{name: k, mapping: $.k}]}", [{"k": 1}, {"k": 2}]),
        ("{type: array, mapping: $.name, items: {mapping: $.k}}", None),
        ("{type: string, value: fixed}", "fixed"),
        ("{type: string, const: fixed}", "fixed"),
        ("{type: string, value: $5.00}", "$5.00"),
        ("{type: integer, value: '7'}", 7),
        ("{type: integer, value: seven}", "seven"),
        ("{type: thing, value: '7'}", "7"),
        ("{type: boolean, value: 'true'}", True),
        ("{type: boolean, value: false}", False),
        ("{type: object, value: {a: 1}}", {"a": 1}),
        ("{type: object, value: {a: '{{who}}', b: 2}}", {"a": "eve", "b": 2}),
        ("{type: string, value: 'hello {{who}}'}", "hello eve"),
        ("{type: string, value: '{{who}}', mapping: $.name}", "eve"),
    ],
)
def test_one_output_answers_its_value(output: str, expected: Json) -> None:
    assert answered(outputs(output), {"who": "eve"}) == expected


def test_several_named_outputs_answer_as_an_object() -> None:
    result = outputs("{name: a, mapping: $.id}", "{name: b, value: fixed}", "{mapping: $.name}")
    assert answered(result) == {"a": 7, "b": "fixed"}


def test_of_several_outputs_without_a_name_the_first_is_answered() -> None:
    result = outputs("{mapping: $.id}", "{mapping: $.name}")
    assert (answered(result), codes(result)) == (7, ["L114", "L114"])


def test_a_bound_value_is_left_out_of_the_answer() -> None:
    result = outputs("{type: string, value: 'with {{keys.TOKEN}}'}")
    assert (answered(result), codes(result)) == (None, ["L115", "L115"])


@pytest.mark.parametrize("path", ["$[", "Hello {{name}}!", "$.a[?(", "$..*..["])
def test_a_path_that_cannot_be_read_refuses_the_operation(path: str) -> None:
    assert refusal_of(outputs(f"{{type: string, mapping: {path!r}}}")) == "L014"


def test_outputs_describe_what_they_answer() -> None:
    result = outputs(
        "{name: id, type: integer, mapping: $.id}",
        "{name: note, type: string, value: x}",
        "{name: rows, type: array, mapping: $.rows, items: {mapping: $.k}}",
    )
    body = operation_of(result).body
    assert isinstance(body, Flow)
    assert body.result.schema() == {
        "type": "object",
        "properties": {
            "id": {"type": "integer"},
            "note": {"type": "string"},
            "rows": {"type": "array", "items": {}},
        },
    }


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("{{#tags}}{{.}} {{who}} {{/tags}}{{^tags}}none{{/tags}}", "a  b  "),
        ("{{#none}}x{{/none}}{{^none}}nothing of {{tools.who}}{{/none}}", "nothing of ada"),
        ("{{! a remark }}{{tags}}", ["a", "b"]),
    ],
)
def test_a_stated_text_may_have_sections(value: str, expected: Json) -> None:
    result = outputs(f"{{type: string, value: '{value}'}}")
    assert answered(result, {"tags": ["a", "b"], "who": "ada"}) == expected


@pytest.mark.parametrize(
    ("word", "expected", "warnings"),
    [("who", "a:ada;", []), ("nobody", "a:;", []), ("TOKEN", None, ["L115", "L115"])],
)
def test_a_word_in_a_section_may_be_an_input_or_a_variable(
    word: str, expected: Json, warnings: list[str]
) -> None:
    result = shop(
        unit=f"""
        inputParameters: [{{name: who, in: query}}, {{name: tags, in: query, type: array}}]
        outputParameters: [{{type: string, value: '{{{{#tags}}}}{{{{.}}}}:{{{{{word}}}}};{{{{/tags}}}}'}}]
        """
    )
    assert answered(result, {"tags": ["a"], "who": "ada"}) == expected
    assert codes(result) == warnings


@pytest.mark.parametrize("value", ["{{#a}}", "{x: [a, '{{/a}}']}"])
def test_a_stated_text_that_cannot_be_compiled_refuses_the_operation(value: str) -> None:
    text = value if value.startswith("{x") else f"'{value}'"
    assert refusal_of(outputs(f"{{type: string, value: {text}}}")) == "L060"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"ship": [{"n": "a"}, {"n": "b"}]}, [{"name": "a"}, {"name": "b"}]),
        ({"ship": {"n": "a"}}, [{"name": "a"}]),
        ({"ship": ""}, []),
        ({}, []),
    ],
)
def test_a_list_of_an_xml_answer_is_one_however_many_elements_it_has(value: Json, expected: Json) -> None:
    result = shop(
        operation="outputRawFormat: xml",
        unit="outputParameters: [{mapping: $.ship, items: {properties: {name: {mapping: $.n}}}}]",
    )
    body = operation_of(result).body
    assert isinstance(body, Flow)
    assert body.result.project(value, Scope()) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"ship": [{"n": "a"}, {"n": "b"}]}, [{"name": "a"}, {"name": "b"}]),
        ({"ship": {"n": "a"}}, [{"name": "a"}]),
        ({}, []),
        ({"ship": {"n": "a"}, "port": {"n": "b"}}, []),
    ],
)
def test_a_list_at_the_root_of_an_xml_answer_is_its_only_child(value: Json, expected: Json) -> None:
    result = shop(
        operation="outputRawFormat: xml",
        unit="outputParameters: [{mapping: $., items: {properties: {name: {mapping: $.n}}}}]",
    )
    body = operation_of(result).body
    assert isinstance(body, Flow)
    assert body.result.project(value, Scope()) == expected
    assert codes(result) == ["L135", "L135"]
