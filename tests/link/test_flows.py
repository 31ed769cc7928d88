"""What a unit runs, and what is refused because it would be sent or read differently from the file."""

from dataclasses import replace

import pytest

from linking import call_of, codes, compiled, operation_of, plan_of, refusal_of, sent, shop
from naftiko_runtime.app.compiler import Compiled
from naftiko_runtime.expr.path import Root
from naftiko_runtime.expr.scope import Scope
from naftiko_runtime.expr.shape import Selected
from naftiko_runtime.formats import FORMATS
from naftiko_runtime.link import calls
from naftiko_runtime.plan.call import Outbound
from naftiko_runtime.plan.contract import Contract
from naftiko_runtime.plan.flow import Flow
from naftiko_runtime.plan.surfaces import PassThrough
from naftiko_runtime.values import Json, Secret


def tool(unit: str) -> Compiled:
    return compiled(f"""\
    naftiko: 1.0.0-alpha2
    capability:
      exposes:
      - {{type: mcp, namespace: t, port: 9090, tools: [{{name: tool, {unit}}}]}}
    """)


def mocked(unit: str, arguments: dict[str, Json] | None = None) -> Json:
    body = operation_of(tool(unit)).body
    assert isinstance(body, Flow)
    assert body.steps == ()
    return body.result.project(None, Scope(arguments or {}))


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("outputParameters: [{type: string, value: hello}]", "hello"),
        ("outputParameters: [{name: a, type: string, value: hello}]", {"a": "hello"}),
        (
            "outputParameters: [{name: a, value: 1}, {name: b, const: 2}, {value: 3}]",
            {"a": 1, "b": 2, "value": 3},
        ),
        (
            "outputParameters: [{type: object, properties: {a: {value: x}, b: {mapping: $.b}}}]",
            {"a": "x", "b": None},
        ),
        ("call: '', outputParameters: [{type: string, value: hello}]", "hello"),
    ],
)
def test_a_unit_without_call_answers_what_it_states(unit: str, expected: Json) -> None:
    assert mocked(unit) == expected


def test_a_mock_may_use_what_the_caller_gives() -> None:
    unit = "inputParameters: [{name: who, type: string}], outputParameters: [{value: 'hello {{who}}'}]"
    assert mocked(unit, {"who": "eve"}) == "hello eve"


@pytest.mark.parametrize(
    ("unit", "code"),
    [
        ("description: nothing", "L004"),
        ("outputParameters: []", "L004"),
        ("outputParameters: [{type: string, mapping: $.a}]", "L004"),
        ("outputParameters: [{type: string, value: $.a}]", "L004"),
        ("outputParameters: [{name: a, value: x}, {name: b, mapping: '$['}]", "L014"),
        ("ref: other.operation", "L035"),
        ("ref: other.operation, call: other.operation", "L034"),
        ("ref: other.operation, steps: [{type: call, call: other.operation}]", "L034"),
        ("steps: []", "L004"),
        ("mappings: []", "L004"),
        ("mappings: [{target: a, value: b}]", "L037"),
        ("steps: [{type: script, name: a, file: a.js}]", "L015"),
    ],
)
def test_a_unit_that_cannot_run_is_refused(unit: str, code: str) -> None:
    result = tool(unit)
    assert refusal_of(result) == code
    assert operation_of(result).contract == Contract()


def test_a_call_without_outputs_passes_through_and_with_outputs_is_a_flow() -> None:
    assert operation_of(shop()).body == PassThrough(call_of(shop()))
    body = operation_of(shop(unit="outputParameters: [{mapping: $.a}]")).body
    assert isinstance(body, Flow)
    assert [step.name for step in body.steps] == ["call"]


def test_everything_is_sent_in_its_place() -> None:
    result = shop(
        path="/orders/{id}",
        operation="""
        inputParameters:
        - {name: id, in: path, type: integer}
        - {name: page, in: query}
        - {name: X-Trace, in: header}
        - {name: session, in: cookie}
        - {name: body, in: body, type: object}
        """,
    )
    assert sent(
        result, {"id": 7, "page": "a&b", "X-Trace": "t", "session": "s", "body": {"k": 1}}
    ) == Outbound(
        "GET",
        "/orders/7",
        ("page=a%26b",),
        (("X-Trace", "t"), ("Cookie", "session=s"), ("Content-Type", "application/json")),
        b'{"k":1}',
    )


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("", ""),
        ("orders", "/orders"),
        ("/orders/", "/orders/"),
        ("/a b/é", "/a%20b/%C3%A9"),
        ("/orders/{i d}", "/orders/7"),
        ("/orders/{id+}", "/orders/7"),
        ("/range(from='{id}')/x", "/range(from='7')/x"),
        ("/orders#List", "/orders"),
        ("/?List", "/?List="),
        ("/?Action=List%20all&id={id}", "/?Action=List%20all&id=7"),
        ("/?id={{id}}", "/?id=7"),
    ],
)
def test_a_path_is_sent_as_http_can_hold_it(path: str, expected: str) -> None:
    result = shop(path=path)
    names = [param.name for param in operation_of(result).contract.params]
    assert sent(result, dict.fromkeys(names, "7")).target == expected


def test_a_query_in_the_path_comes_before_the_parameters() -> None:
    result = shop(path="/?Action=List", operation="inputParameters: [{name: page, in: query}]")
    assert sent(result, {"page": "2"}).target == "/?Action=List&page=2"


def test_a_path_variable_may_be_declared_in_another_spelling() -> None:
    result = shop(
        path="/orders/{orderId}", operation="inputParameters: [{name: order_id, in: path, type: integer}]"
    )
    assert sent(result, {"order_id": 7}).path == "/orders/7"


def test_a_parameter_without_a_place_goes_into_the_path_if_it_is_named_there() -> None:
    result = shop(path="/orders/{id}", operation="inputParameters: [{name: ID}, {name: page}]")
    assert sent(result, {"ID": "7", "page": "2"}).target == "/orders/7?page=2"


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        ("body: {type: jsn}", "L016"),
        ("outputRawFormat: avro", "L017"),
        ("outputRawFormat: html\noutputSchema: 'a['", "L017"),
        ("inputParameters: [{name: id, in: path}]", "L020"),
        ("inputParameters: [{name: photo, in: matrix}]", "L021"),
        ("inputParameters: [{name: 'a b', in: header}]", "L022"),
        ("inputParameters: [{name: 'a=b', in: cookie}]", "L022"),
    ],
)
def test_what_would_be_sent_or_read_differently_is_refused_with_one_sentence(
    operation: str, code: str
) -> None:
    result = shop(operation=operation)
    assert (refusal_of(result), refusal_of(result, "GET /orders")) == (code, code)
    said = [item for item in result.report if item.code == code]
    assert len(said) == 1


@pytest.mark.parametrize(
    ("unit", "warned"), [("", []), ("outputParameters: [{mapping: $.a}]", ["L191", "L191"])]
)
def test_bytes_are_passed_through_whatever_is_to_be_cut_from_them(unit: str, warned: list[str]) -> None:
    result = shop(operation="outputRawFormat: Binary", unit=unit)
    assert isinstance(operation_of(result).body, PassThrough)
    assert [item.code for item in result.report if item.code != "D106"] == warned


@pytest.mark.parametrize(
    "value", ["{token: '{{keys.TOKEN}}'}", "['Bearer {{TOKEN}}']", "{a: [{b: env.TOKEN}]}"]
)
def test_a_bound_value_inside_a_list_or_object_is_refused(value: str) -> None:
    result = shop(operation="inputParameters: [{name: body, in: body}]", unit=f"with: {{body: {value}}}")
    assert refusal_of(result) == "L023"


def test_a_bound_value_may_be_a_header_a_query_or_with_a_warning_a_body() -> None:
    result = shop(
        operation="inputParameters: [{name: X-Key, in: header}, {name: key}, {name: body, in: body}]",
        unit="with: {X-Key: '{{TOKEN}}', key: '{{TOKEN}}', body: '{{TOKEN}}'}",
    )
    assert sent(result) == Outbound(
        "GET",
        "/orders",
        (Secret("key=%3CSHOP_TOKEN%3E"),),
        (("X-Key", Secret("<SHOP_TOKEN>")), ("Content-Type", "application/json")),
        Secret('"<SHOP_TOKEN>"'),
    )
    assert codes(result) == ["L115"]


def test_operations_of_two_apis_with_one_namespace_are_sent_to_their_own() -> None:
    result = compiled("""\
    naftiko: 1.0.0-alpha2
    capability:
      consumes:
      - {type: http, namespace: a, baseUri: https://a.example, resources: [
          {name: r, path: /r, operations: [{name: one}]}]}
      - {type: http, namespace: a, baseUri: https://b.example, resources: [
          {name: r, path: /r, operations: [{name: two}]}]}
      exposes:
      - {type: mcp, namespace: t, port: 9090, tools: [{name: two, call: a.two}]}
    """)
    assert plan_of(result).apis[call_of(result, "two").api].base_uri == "https://b.example"


@pytest.mark.parametrize(
    ("kind", "passes"), [("json", True), ("JSON", True), ("binary", True), ("xml", False), ("TEXT", False)]
)
def test_an_answer_that_is_not_json_is_turned_into_json_as_a_whole(kind: str, *, passes: bool) -> None:
    body = operation_of(shop(operation=f"outputRawFormat: {kind}")).body
    assert isinstance(body, PassThrough) is passes
    if isinstance(body, Flow):
        assert body.result == Selected(Root())


def test_a_format_whose_library_is_missing_is_refused_with_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bare = {**FORMATS, "html": replace(FORMATS["html"], missing="naftiko-runtime[formats]")}
    monkeypatch.setattr(calls, "FORMATS", bare)
    result = shop(operation="outputRawFormat: html")
    assert refusal_of(result) == "L017"
    hints = {item.hint for item in result.report if item.code == "L017"}
    assert hints == {"pip install 'naftiko-runtime[formats]'"}


def test_the_schema_of_an_answer_is_kept_for_its_format() -> None:
    result = shop(operation="outputRawFormat: markdown\noutputSchema: '## Results'")
    assert (call_of(result).answer_format, call_of(result).answer_schema) == ("markdown", "## Results")


def test_a_body_is_not_streamed_where_the_answer_is_read() -> None:
    result = shop(operation="outputRawFormat: xml\nbody: {type: binary}")
    assert refusal_of(result, "GET /orders") == "L024"
