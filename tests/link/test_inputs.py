"""What callers may give, by which names, and where it goes (D11, D12)."""

import pytest

from linking import codes, compiled, operation_of, refusal_of, route_of, sent, shop
from naftiko_runtime.app.compiler import Compiled
from naftiko_runtime.plan.contract import Contract, Param
from naftiko_runtime.plan.surfaces import RestInput
from naftiko_runtime.values import Json, Secret

PARAM = "inputParameters: [{name: status, in: query}]"


def params(result: Compiled, shown: str = "tool") -> dict[str, Param]:
    return {param.name: param for param in operation_of(result, shown).contract.params}


def query(result: Compiled, **arguments: Json) -> tuple[object, ...]:
    return sent(result, arguments).query


def with_(value: str, operation: str = PARAM) -> Compiled:
    return shop(operation=operation, unit=f"with: {{status: {value}}}")


# names of the caller


@pytest.mark.parametrize(
    "word",
    [
        "rest.state",
        "tools.state",
        "mcp.state",
        "face.state",
        "$this.face.state",
        "$this.tools.state",
        "'{{state}}'",
        "'{{ tools.state }}'",
        "'{{$this.face.state}}'",
    ],
)
def test_every_way_to_name_an_argument_means_the_callers(word: str) -> None:
    result = with_(word)
    assert list(params(result)) == ["state"]
    assert query(result, state="open") == ("status=open",)


@pytest.mark.parametrize(
    "name", ["$select", "page[limit]", "fields[]", "attr:name", "a.b", "filter[`$op`]", "café"]
)
def test_arguments_may_have_names_of_any_characters(name: str) -> None:
    result = shop(
        operation=f"inputParameters: [{{name: {name!r}, in: query}}]",
        unit=f"with: {{{name!r}: {f'tools.{name}'!r}}}",
    )
    assert list(params(result)) == [name]
    assert len(query(result, **{name: "x"})) == 1


def test_a_dot_leads_into_an_argument_that_nothing_is_named_like() -> None:
    result = with_("rest.body.order.status")
    assert query(result, body={"order": {"status": "open"}}) == ("status=open",)
    assert route_of(result).inputs == (RestInput("body", "body", None),)


@pytest.mark.parametrize("spelling", ["order_status", "OrderStatus", "orderStatus"])
def test_case_hyphen_and_underscore_do_not_tell_names_apart(spelling: str) -> None:
    result = shop(
        operation=PARAM,
        unit=f"""
        inputParameters: [{{name: order-status, in: query, type: string, required: false}}]
        with: {{STATUS: tools.{spelling}}}
        """,
    )
    assert list(params(result)) == ["order-status"]
    assert query(result, **{"order-status": "open"}) == ("status=open",)


def test_the_exact_name_comes_before_one_that_looks_alike() -> None:
    result = shop(
        operation=PARAM,
        unit="""
        inputParameters: [{name: state, type: string}, {name: State, type: string}]
        with: {status: tools.State}
        """,
    )
    assert query(result, state="a", State="b") == ("status=b",)


@pytest.mark.parametrize(
    "literal", ["artists", "https://mcp.example/x", "rest. of it", "other.state", "7", "true"]
)
def test_a_text_that_names_no_argument_is_sent_as_it_is(literal: str) -> None:
    result = with_(repr(literal))
    assert params(result) == {}
    assert sent(result).query != ()


def test_numbers_and_booleans_are_sent_as_they_are() -> None:
    assert query(with_("7")) == ("status=7",)
    assert query(with_("false")) == ("status=false",)


def test_a_null_is_not_sent() -> None:
    assert query(with_("null")) == ()


def test_a_template_is_left_out_when_a_part_of_it_is_missing() -> None:
    result = with_("'{{from}} to {{until}}'")
    assert query(result, **{"from": 1, "until": 2}) == ("status=1%20to%202",)
    assert query(result, until=2) == ()


def test_references_are_found_inside_lists_and_objects() -> None:
    result = shop(
        operation="inputParameters: [{name: body, in: body, type: object}]",
        unit="with: {body: {filters: [{value: tools.tag, all: true}], note: 'by {{who}}'}}",
    )
    assert list(params(result)) == ["tag", "who"]
    assert sent(result, {"tag": "red"}).body == b'{"filters":[{"value":"red","all":true}]}'


def test_a_key_of_with_that_the_operation_does_not_know_goes_nowhere() -> None:
    result = shop(operation=PARAM, unit="with: {colour: tools.colour}")
    assert codes(result) == ["L113", "L113"]
    assert list(params(result)) == ["status"]


DECLARED = "inputParameters: [{name: color, in: query}]\n"


@pytest.mark.parametrize(
    ("unit", "said"),
    [
        ("with: {status: tools.colour}", []),  # the input is derived
        ("with: {status: tools.a}", []),
        (DECLARED + "with: {status: tools.Color}", []),
        (DECLARED + "with: {status: tools.body}", []),
        (DECLARED + "with: {status: tools.colour}", ["did you mean 'color'?"]),
        (DECLARED + "with: {status: tools.colour.name}", ["did you mean 'color'?"]),
        (DECLARED + "with: {status: tools.size}", ["declare it among the 'inputParameters'"]),
        ("outputParameters: [{type: string, value: '{{statsu}}'}]", ["did you mean 'status'?"]),
        ("outputParameters: [{type: string, value: '{{colour}}'}]", []),
    ],
)
def test_a_name_that_nothing_has_is_told_where_it_is_hardly_meant(unit: str, said: list[str]) -> None:
    report = shop(operation=PARAM, unit=unit).report
    assert [item.hint for item in report if item.code == "L171"] == said * 2  # for both faces


def test_a_word_in_a_consumed_value_is_told_where_the_value_stands() -> None:
    operation = """
    inputParameters:
    - {name: status, in: query}
    - name: X-Status
      in: header
      value: is {{statsu}}
    """
    (found,) = shop(operation=operation).report
    assert (found.code, found.span.line, found.hint) == ("L171", 19, "did you mean 'status'?")


# bound variables


@pytest.mark.parametrize(
    "word", ["'{{keys.TOKEN}}'", "'{{env.TOKEN}}'", "'{{TOKEN}}'", "env.TOKEN", "'{{keys:TOKEN}}'"]
)
def test_every_way_to_name_a_declared_variable_reads_it(word: str) -> None:
    result = with_(word)
    assert params(result) == {}
    assert query(result) == (Secret("status=%3CSHOP_TOKEN%3E"),)
    assert codes(result) == []


@pytest.mark.parametrize("word", ["'{{env.NOWHERE}}'", "'{{NOWHERE}}'", "'{{vault.NOWHERE}}'", "env.NOWHERE"])
def test_a_variable_that_nothing_declares_is_read_from_the_environment(word: str) -> None:
    result = with_(word)
    assert query(result) == (Secret("status=%3CNOWHERE%3E"),)
    assert codes(result) == ["L110", "L110"]


def test_an_argument_of_exactly_that_name_comes_before_a_variable() -> None:
    result = shop(
        operation=PARAM, unit="inputParameters: [{name: TOKEN, type: string}]\nwith: {status: '{{TOKEN}}'}"
    )
    assert query(result, TOKEN="mine") == ("status=mine",)


def test_no_argument_stands_in_for_a_variable_that_only_looks_alike() -> None:
    result = shop(
        operation=PARAM, unit="inputParameters: [{name: token, type: string}]\nwith: {status: '{{TOKEN}}'}"
    )
    assert query(result, token="mine") == (Secret("status=%3CSHOP_TOKEN%3E"),)


def test_a_variable_in_lower_case_is_found_when_it_is_declared() -> None:
    assert query(with_("'{{other}}'")) == (Secret("status=%3CSHOP_OTHER%3E"),)


# what nobody declares


def test_the_callers_argument_of_the_same_name_is_taken_without_with() -> None:
    result = shop(
        operation="inputParameters: [{name: status, type: integer, required: true, description: Which}]"
    )
    assert params(result) == {"status": Param("status", "integer", required=True, description="Which")}


def test_a_path_variable_that_nobody_declares_is_required_text() -> None:
    result = shop(path="/orders/{orderId}/items/{{item}}", route="/orders/{order-id}/x")
    assert params(result) == {
        "orderId": Param("orderId", "string", required=True),
        "item": Param("item", "string", required=True),
    }
    assert route_of(result).inputs == (
        RestInput("order-id", "path", "order-id"),
        RestInput("item", "query", "item"),
    )
    assert sent(result, {"orderId": "a/b", "item": "1"}).path == "/orders/a%2Fb/items/1"


def test_a_path_may_read_a_variable() -> None:
    result = shop(path="/{TOKEN}/{env.NOWHERE}")
    assert params(result) == {}
    assert sent(result).path == Secret("/%3CSHOP_TOKEN%3E/%3CNOWHERE%3E")
    assert "L115" in codes(result)


@pytest.mark.parametrize(
    ("unit", "said"),
    [
        ("", ["L175"]),
        ("with: {status: rest.kind}", []),
        ("outputParameters: [{type: string, value: '{{kind}}'}]", []),
    ],
)
def test_a_path_variable_that_goes_nowhere_is_told(unit: str, said: list[str]) -> None:
    result = shop(operation=PARAM, unit=unit, route="/orders/{kind}")
    assert [code for code in codes(result) if code in ("L001", "L175")] == said


def test_an_unused_path_variable_of_a_route_is_text() -> None:
    assert params(shop(route="/orders/{lang}"), "GET /orders/{lang}") == {
        "lang": Param("lang", "string", required=True)
    }


def test_a_parameter_of_unknown_type_is_text_unless_it_is_a_body() -> None:
    result = shop(
        operation="inputParameters: [{name: a, in: header, type: uuid}, {name: b, in: body, type: thing}]"
    )
    assert {name: param.kind for name, param in params(result).items()} == {"a": "string", "b": None}


def test_the_nearest_declaration_of_a_parameter_wins() -> None:
    result = shop(
        api="inputParameters: [{name: status, in: query, type: integer}, {name: lang, in: query, value: en}]",
        operation="inputParameters: [{name: status, in: query, type: boolean}]",
    )
    assert params(result) == {"status": Param("status", "boolean")}
    assert query(result, status=True) == ("status=true", "lang=en")


# what is declared


def test_a_declared_input_is_required_by_a_tool_and_optional_on_a_route() -> None:
    result = shop(operation=PARAM, unit="inputParameters: [{name: status, in: query, type: string}]")
    assert params(result)["status"].required is True
    assert params(result, "GET /orders")["status"].required is False


def test_the_author_decides_what_is_required_except_in_a_path() -> None:
    result = shop(
        path="/orders/{id}",
        operation="inputParameters: [{name: status, in: query, required: true}]",
        unit="""
        inputParameters:
        - {name: status, type: string, required: false}
        - {name: id, type: integer, required: false}
        """,
    )
    assert {name: param.required for name, param in params(result).items()} == {"status": False, "id": True}


def test_what_is_declared_twice_keeps_what_the_exposed_side_says() -> None:
    result = shop(
        operation="inputParameters: [{name: status, type: integer, description: theirs}]",
        unit="inputParameters: [{name: status, type: string, description: ours, pattern: '^o'}]",
    )
    assert params(result)["status"] == Param(
        "status", "string", required=True, description="ours", pattern="^o"
    )


def test_what_the_exposed_side_leaves_out_is_learned_from_the_consumed_one() -> None:
    result = shop(
        operation="inputParameters: [{name: status, type: integer, description: theirs}]",
        unit="inputParameters: [{name: status}]",
    )
    assert params(result)["status"] == Param("status", "integer", required=True, description="theirs")


def test_a_path_variable_of_a_route_may_be_declared_in_another_spelling() -> None:
    result = shop(
        path="/orders/{orderId}",
        route="/orders/{order-id}",
        unit="inputParameters: [{name: order_id, in: path, type: integer, description: The number}]",
    )
    shown = "GET /orders/{order-id}"
    assert params(result, shown) == {
        "order-id": Param("order-id", "integer", required=True, description="The number")
    }


def test_a_stated_value_is_not_the_callers_to_give() -> None:
    result = shop(
        operation=PARAM, unit="inputParameters: [{name: Status, type: string, value: 'in {{lang}}'}]"
    )
    assert query(result, lang="en") == ("status=in%20en",)
    assert list(params(result)) == ["lang"]


def test_a_stated_value_of_a_consumed_parameter_is_always_sent() -> None:
    result = shop(
        operation="inputParameters: [{name: status, value: open}, {name: ids, value: [1, '{{first}}']}]",
        unit="with: {status: tools.status}",
    )
    assert query(result, first=2) == ("status=open", "ids=1", "ids=2")


def test_a_stated_value_may_name_another_parameter_of_the_call() -> None:
    result = shop(
        operation="inputParameters: [{name: a, value: '{{User-Name}}!'}, {name: user_name}]",
        unit="with: {user_name: tools.who}",
    )
    assert query(result, who="x") == ("a=x%21", "user_name=x")
    exact = shop(
        operation="inputParameters: [{name: a, value: '{{b}}'}, {name: b}]", unit="with: {b: tools.who}"
    )
    assert query(exact, who="x") == ("a=x", "b=x")


def test_a_hole_in_with_means_the_caller_and_not_another_key() -> None:
    result = shop(operation="inputParameters: [{name: a}, {name: b}]", unit="with: {a: '{{b}}', b: '{{a}}'}")
    assert query(result, a=1, b=2) == ("a=2", "b=1")


def test_a_parameter_of_the_environment_fills_holes_and_is_never_sent() -> None:
    result = shop(
        path="/{TENANT}/orders",
        operation="inputParameters: [{name: TENANT, in: environment}, {name: who, value: '{{TENANT}}'}]",
    )
    assert params(result) == {}
    assert sent(result).path == Secret("/%3CTENANT%3E/orders")
    assert query(result) == (Secret("who=%3CTENANT%3E"),)


def test_a_pattern_that_cannot_be_read_is_not_checked() -> None:
    result = shop(operation=PARAM, unit="inputParameters: [{name: status, type: string, pattern: '('}]")
    assert (params(result)["status"].pattern, codes(result)) == (None, ["L119", "L119"])


def test_what_a_required_parameter_is_made_of_is_required() -> None:
    result = shop(
        path="/orders/{id}",
        operation="inputParameters: [{name: range, required: true}, {name: body, in: body, required: true}]",
        unit="with: {id: 'no-{{number}}', range: '{{from}}-{{to}}', body: {note: tools.note}}",
    )
    assert {name: param.required for name, param in params(result).items()} == {
        "number": True,
        "from": True,
        "to": True,
        "note": False,
    }


def test_a_header_that_the_credential_sets_is_not_asked_for() -> None:
    result = shop(
        api="authentication: {type: bearer, token: abc}",
        operation="inputParameters: [{name: authorization, in: header, required: true}]",
        unit="with: {Authorization: tools.Authorization}",
    )
    assert (params(result), codes(result)) == ({}, ["L120"])


def test_a_key_in_the_query_is_not_asked_for() -> None:
    result = shop(
        api="authentication: {type: apikey, key: api_key, value: abc, placement: query}",
        operation="inputParameters: [{name: api_key, in: query}, {name: API_KEY, in: query}]",
    )
    assert (list(params(result)), codes(result)) == (["API_KEY"], ["L120"])


@pytest.mark.parametrize(
    "credential",
    [
        "{type: apikey, key: k, placement: query, value: abc}",
        "{type: apikey, key: X-Key, value: abc}",
        "{type: none}",
    ],
)
def test_a_header_that_the_credential_does_not_set_is_the_callers(credential: str) -> None:
    result = shop(
        api=f"authentication: {credential}", operation="inputParameters: [{name: Authorization, in: header}]"
    )
    assert list(params(result)) == ["Authorization"]


# where a route finds its arguments


def test_a_route_finds_arguments_where_they_are_declared_or_where_they_land() -> None:
    result = shop(
        operation="inputParameters: [{name: a}, {name: b, in: header}, {name: c, in: cookie}, {name: d}]",
        unit="inputParameters: [{name: d, in: header, type: string}, {name: e, in: elsewhere, type: string}]",
    )
    assert route_of(result).inputs == (
        RestInput("d", "header", "d"),
        RestInput("e", "query", "e"),
        RestInput("a", "query", "a"),
        RestInput("b", "header", "b"),
        RestInput("c", "cookie", "c"),
    )


@pytest.mark.parametrize(
    ("consumed", "unit", "expected"),
    [
        ("{name: body, in: body, type: object}", "", (RestInput("body", "body", None),)),
        ("{name: order, in: body, type: array}", "", (RestInput("order", "body", None),)),
        ("{name: order, in: body, type: string}", "", (RestInput("order", "body", None),)),
        ("{name: body, in: body}", "with: {body: rest.body.order}", (RestInput("body", "body", None),)),
        ("{name: body, in: body}", "with: {body: {o: rest.body.order}}", (RestInput("body", "body", None),)),
        ("{name: body, in: body}", "with: {body: {o: rest.order}}", (RestInput("order", "body", "order"),)),
        ("{name: order, in: body, type: number}", "", (RestInput("order", "body", "order"),)),
        (
            "{name: a, in: body}, {name: b, in: body}",
            "",
            (RestInput("a", "body", "a"), RestInput("b", "body", "b")),
        ),
        ("{name: a, in: body}, {name: b, in: body, value: 1}", "", (RestInput("a", "body", "a"),)),
    ],
)
def test_the_body_of_a_route_is_one_argument_or_an_object_of_several(
    consumed: str, unit: str, expected: tuple[RestInput, ...]
) -> None:
    assert route_of(shop(operation=f"inputParameters: [{consumed}]", unit=unit)).inputs == expected


def test_several_body_parameters_are_the_fields_of_one_object() -> None:
    result = shop(operation="inputParameters: [{name: a, in: body, type: string}, {name: b, in: body}]")
    assert sent(result, {"a": "x", "b": [1]}).body == b'{"a":"x","b":[1]}'
    assert params(result)["a"].kind == "string"


def test_a_whole_body_called_a_string_may_be_anything() -> None:
    result = shop(operation="inputParameters: [{name: order, in: body, type: string, required: true}]")
    assert params(result) == {"order": Param("order", None, required=True)}
    assert sent(result, {"order": {"id": 1}}).body == b'{"id":1}'
    assert sent(result, {"order": "text"}).body == b'"text"'


def test_a_tool_whose_operation_is_settled_takes_its_parameters() -> None:
    result = compiled("""\
    naftiko: 1.0.0-alpha2
    capability:
      consumes:
      - type: http
        namespace: api
        baseUri: https://api.example
        resources:
        - name: jobs
          path: /jobs/{id}
          inputParameters: [{name: fields, in: query, type: array}]
          operations: [{name: read}]
      exposes:
      - {type: mcp, namespace: t, port: 9090, tools: [{name: read, call: api.jobs.read}]}
    """)
    assert list(params(result, "read")) == ["id", "fields"]


# sections


def test_a_word_in_a_section_is_a_field_of_its_element_unless_the_file_declares_it() -> None:
    result = shop(
        operation=PARAM,
        unit="""
        inputParameters: [{name: shop, in: query, type: string, required: true}]
        with: {status: '{{#labels}}{{shop}}/{{name}}/{{tools.lot}}/{{Id}}/{{other}};{{/labels}}'}
        """,
    )
    assert list(params(result)) == ["shop", "labels", "lot"]
    labels: Json = [{"name": "a&b", "lot": "no", "Id": 1}, {"shop": "y"}]
    given: dict[str, Json] = {"shop": "x", "lot": 2, "labels": labels}
    assert query(result, **given) == (
        Secret("status=x%2Fa%26b%2F2%2F1%2F%3CSHOP_OTHER%3E%3By%2F%2F2%2F%2F%3CSHOP_OTHER%3E%3B"),
    )


def test_in_a_section_a_variable_that_nobody_declares_is_read_where_it_is_called_one() -> None:
    result = with_("'{{#labels}}{{env.TENANT}}{{TENANT}}{{/labels}}'")
    assert codes(result) == ["L110", "L110"]
    forged: Json = [{"env.TENANT": "x", "env": {"TENANT": "x"}, "TENANT": "y"}]
    assert query(result, labels=forged) == (Secret("status=%3CTENANT%3Ey"),)


def test_what_a_section_is_about_need_not_be_given() -> None:
    result = shop(
        operation="inputParameters: [{name: status, in: query, required: true}]",
        unit="with: {status: '{{state}}{{#labels}}{{.}}{{/labels}}'}",
    )
    assert {name: param.required for name, param in params(result).items()} == {
        "state": True,
        "labels": False,
    }
    assert query(result, state="open") == ("status=open",)


@pytest.mark.parametrize(
    "unit",
    [
        "with: {status: '{{#labels}}'}",
        "inputParameters: [{name: status, in: query, value: '{{>x}}'}]",
        "inputParameters: [{name: x, in: query, value: '{{/x}}'}]",
    ],
)
def test_a_template_that_cannot_be_compiled_refuses_the_operation(unit: str) -> None:
    assert refusal_of(shop(operation=PARAM, unit=unit)) == "L060"


def test_a_server_and_a_resource_declare_inputs_for_all_of_their_units() -> None:
    result = compiled("""\
    naftiko: 1.0.0-alpha2
    capability:
      consumes:
      - type: http
        namespace: shop
        baseUri: https://shop.example
        resources:
        - name: orders
          path: /orders
          operations:
          - {name: list, method: GET, inputParameters: [{name: page, in: query}, {name: X-Trace, in: header}]}
      exposes:
      - type: rest
        namespace: face
        port: 8080
        inputParameters: [{name: trace, in: header, type: string, description: For the log}]
        resources:
        - path: /orders
          inputParameters: [{name: page, in: query, type: integer}]
          operations: [{method: GET, call: shop.list, with: {X-Trace: rest.trace}}]
      - type: mcp
        namespace: tools
        port: 9090
        inputParameters: [{name: page, type: integer, required: false}]
        tools: [{name: tool, call: shop.list}]
    """)
    assert operation_of(result, "GET /orders").contract == Contract(
        (Param("trace", "string", False, "For the log"), Param("page", "integer"))
    )
    assert operation_of(result).contract.params[0] == Param("page", "integer")


@pytest.mark.parametrize(
    ("path", "body", "query"),
    [
        ("$.user.id", {"user": {"id": 7}}, ("page=7",)),
        ("$.ids[1]", {"ids": ["a", "b"]}, ("page=b",)),
        ("$", "text", ("page=text",)),
        ("$.nothing", {"user": 1}, ()),
    ],
)
def test_an_input_may_be_a_part_of_the_body(path: str, body: Json, query: tuple[str, ...]) -> None:
    result = shop(
        operation="inputParameters: [{name: page, in: query}]",
        unit=f"inputParameters: [{{name: page, in: body, type: string, value: '{path}'}}]",
    )
    assert sent(result, {"body": body}).query == query


@pytest.mark.parametrize("path", ["$.a[*]", "$.a[-1]", "$["])
def test_a_part_of_the_body_that_nobody_can_take_refuses_the_unit(path: str) -> None:
    unit = f"inputParameters: [{{name: page, in: body, type: string, value: '{path}'}}]"
    assert refusal_of(shop(unit=unit)) == "L014"
