"""The servers of a capability, as their file describes them."""

from linking import codes, compiled, operation_of, plan_of, shop
from naftiko_runtime.plan.surfaces import McpSurface, RestSurface
from naftiko_runtime.source.diagnostics import Severity

SERVERS = """\
naftiko: 1.0.0-alpha2
info: {label: Ships}
capability:
  consumes:
  - type: http
    namespace: api
    baseUri: https://api.example
    resources:
    - name: ships
      path: /ships
      operations: [{name: list, description: All ships}]
  exposes:
  - type: mcp
    namespace: tools-of-ships
    description: Ask about ships
    address: 0.0.0.0
    port: 9090
    tools:
    - name: list
      label: List ships
      call: api.list
      hints: {readOnly: true, openWorld: false}
    - {name: count, call: api.list, description: How many}
  - type: rest
    namespace: rest-of-ships
    port: 8080
    resources:
    - path: /ships
      name: ships
      operations: [{method: get, call: api.list}, {method: POST, name: add, call: api.list}]
    - {path: /boats, operations: [{call: api.list}]}
"""


def test_servers_keep_their_order_and_what_the_file_says_of_them() -> None:
    mcp, rest = plan_of(compiled(SERVERS)).surfaces
    assert isinstance(mcp, McpSurface)
    assert (mcp.namespace, mcp.description, mcp.address, mcp.port) == (
        "tools-of-ships",
        "Ask about ships",
        "0.0.0.0",  # noqa: S104 - what the file says
        9090,
    )
    assert isinstance(rest, RestSurface)
    assert (rest.namespace, rest.description, rest.address, rest.port) == ("rest-of-ships", "", None, 8080)


def test_tools_have_the_hints_that_the_file_gives_and_those_that_follow_from_their_calls() -> None:
    mcp, _ = plan_of(compiled(SERVERS)).surfaces
    assert isinstance(mcp, McpSurface)
    assert [(tool.name, tool.title, tool.hints) for tool in mcp.tools] == [
        (
            "list",
            "List ships",
            {"readOnly": True, "destructive": False, "idempotent": True, "openWorld": False},
        ),
        ("count", None, {"readOnly": True, "destructive": False, "idempotent": True, "openWorld": True}),
    ]


def test_a_description_is_the_authors_or_else_that_of_the_consumed_operation() -> None:
    result = compiled(SERVERS)
    assert operation_of(result, "list").description == "All ships"
    assert operation_of(result, "count").description == "How many"


def test_operations_are_named_after_their_server_and_place() -> None:
    assert [operation.name for operation in plan_of(compiled(SERVERS)).operations()] == [
        "tools-of-ships.list",
        "tools-of-ships.count",
        "rest-of-ships.ships.get",
        "rest-of-ships.ships.add",
        "rest-of-ships./boats.get",
    ]


def test_routes_have_their_method_in_capitals() -> None:
    _, rest = plan_of(compiled(SERVERS)).surfaces
    assert isinstance(rest, RestSurface)
    assert [(route.method, route.path) for route in rest.routes] == [
        ("GET", "/ships"),
        ("POST", "/ships"),
        ("GET", "/boats"),
    ]


def test_the_title_is_what_the_file_calls_itself() -> None:
    assert plan_of(compiled(SERVERS)).title == "Ships"
    assert plan_of(compiled(SERVERS.replace("label:", "display:"))).title == "Ships"
    assert plan_of(compiled(SERVERS.replace("info: {label: Ships}\n", ""))).title == "shop.yaml"


def test_of_two_tools_or_routes_with_one_name_the_first_is_served() -> None:
    text = SERVERS.replace("name: count", "name: list").replace("path: /boats", "path: /ships")
    result = compiled(text)
    assert codes(result) == ["L116", "L116"]
    assert [operation.name for operation in plan_of(result).operations()] == [
        "tools-of-ships.list",
        "rest-of-ships.ships.get",
        "rest-of-ships.ships.add",
    ]


def test_a_tool_without_a_name_is_not_served() -> None:
    result = compiled(SERVERS.replace("name: count, ", ""))
    assert codes(result) == ["L116"]


def test_servers_that_are_not_served_yet_leave_the_others() -> None:
    result = compiled(
        SERVERS + "  - {type: control, port: 7070}\n  - {type: skill, namespace: s, port: 7071}\n"
    )
    assert (len(plan_of(result).surfaces), codes(result)) == (2, ["L117", "L117"])


def test_a_capability_without_a_server_makes_no_plan() -> None:
    result = compiled("naftiko: 1.0.0-alpha2\ncapability:\n  exposes:\n  - {type: control, port: 7070}\n")
    assert (result.plan, codes(result)) == (None, ["S004", "L117"])


def test_an_mcp_server_over_http_needs_a_port_and_one_over_stdio_does_not() -> None:
    over_http = SERVERS.replace("    port: 9090\n", "")
    assert (compiled(over_http).plan, codes(compiled(over_http))) == (None, ["S003"])
    over_stdio = compiled(over_http.replace("    address: 0.0.0.0", "    transport: stdio"))
    assert ([surface.port for surface in plan_of(over_stdio).surfaces], codes(over_stdio)) == (
        [None, 8080],
        [],
    )


def test_nothing_is_said_of_resources_and_prompts_that_are_not_there() -> None:
    text = SERVERS.replace("    port: 9090", "    port: 9090\n    resources: []\n    prompts: []")
    assert codes(compiled(text)) == []


def test_a_refusal_is_a_value_of_the_report_and_not_an_error() -> None:
    report = shop(operation="body: {}").report
    assert [item.severity for item in report] == [Severity.REFUSED]
    assert not report.has_errors
