"""Which consumed operation a call means, rule by rule; nothing is guessed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from linking import codes, compiled, operation_of, plan_of, refusal_of
from naftiko_runtime.app.compiler import Compiled, compile_text
from naftiko_runtime.plan.explain import exposed
from naftiko_runtime.plan.surfaces import Choice, PassThrough, Refused
from naftiko_runtime.source.diagnostics import Severity

READ = """
    - {name: jobs, path: /jobs, operations: [{name: get, method: GET, description: List the jobs}]}
    - name: job
      path: /jobs/{id}
      operations: [{name: get, method: GET, description: Read a job}]
"""
CHANGE = """
    - {name: jobs, path: /jobs, operations: [{name: post, method: POST, description: Start a job}]}
    - name: job-cancel
      path: /jobs/{id}/cancel
      operations: [{name: post, method: POST, description: Cancel a job}]
"""


def tools(resources: str, *units: str) -> Compiled:
    return capability(resources, mcp(*units))


def routes(resources: str, *units: str) -> Compiled:
    return capability(resources, rest(*units))


def mcp(*units: str) -> str:
    lines = "\n".join(f"    - {{{unit}}}" for unit in units)
    return f"  - type: mcp\n    namespace: tools-of-jobs\n    port: 9090\n    tools:\n{lines}\n"


def rest(*units: str) -> str:
    lines = "\n".join(f"    - {{{unit}}}" for unit in units)
    return f"  - type: rest\n    namespace: rest-of-jobs\n    port: 8080\n    resources:\n{lines}\n"


def route(path: str, operation: str, name: str = "") -> str:
    called = f", name: {name}" if name else ""
    return f"path: {path!r}{called}, operations: [{{{operation}}}]"


def capability(resources: str, *servers: str) -> Compiled:
    return compiled(f"""\
naftiko: 1.0.0-alpha2
capability:
  consumes:
  - type: http
    namespace: api
    baseUri: https://api.example
    resources: {resources}
  exposes:
{"".join(servers)}""")


def chosen(result: Compiled) -> dict[str, str]:
    """Return for everything exposed ``rule:what it calls``, or the code that refuses it."""
    return dict(_chosen(result))


def _chosen(result: Compiled) -> Iterator[tuple[str, str]]:
    for surface in plan_of(result).surfaces:
        for shown, operation in exposed(surface):
            if isinstance(operation.body, Refused):
                yield shown, operation.body.diagnostic.code
            else:
                assert isinstance(operation.body, PassThrough)
                assert operation.choice is not None
                yield shown, f"{operation.choice.code}:{operation.body.call.name.removeprefix('api.')}"


def test_a_name_that_one_operation_has_needs_no_rule() -> None:
    result = tools("[{name: jobs, path: /jobs, operations: [{name: list}]}]", "name: a, call: api.list")
    assert operation_of(result, "a").choice == Choice("", "its name, which one operation has")
    assert codes(result) == []


def test_the_full_name_needs_no_rule() -> None:
    result = tools(CHANGE, "name: a, call: api.job-cancel.post")
    assert operation_of(result, "a").choice == Choice("", "its full name")
    assert (chosen(result), codes(result)) == ({"a": ":job-cancel.post"}, [])


def test_an_operation_of_that_name_comes_before_a_full_name_spelled_alike() -> None:
    resources = (
        "[{name: a, path: /x, operations: [{name: b}]}, {name: y, path: /y, operations: [{name: a.b}]}]"
    )
    assert chosen(tools(resources, "name: t, call: api.a.b")) == {"t": ":y.a.b"}


def test_a_full_name_that_two_operations_have_is_not_settled_by_itself() -> None:
    resources = "[{name: a, path: /x, operations: [{name: b}]}, {name: a, path: /y, operations: [{name: b}]}]"
    assert chosen(tools(resources, "name: t, call: api.a.b")) == {"t": "L002"}


def test_a_namespace_with_a_dot_is_told_from_a_shorter_one() -> None:
    result = compiled("""\
    naftiko: 1.0.0-alpha2
    capability:
      consumes:
      - {type: http, namespace: a, baseUri: https://a.example, resources: [
          {name: b, path: /short, operations: [{name: c}]}]}
      - {type: http, namespace: a.b, baseUri: https://ab.example, resources: [
          {name: r, path: /long, operations: [{name: d}]}]}
      exposes:
      - {type: mcp, namespace: t, port: 9090, tools: [{name: c, call: a.b.c}, {name: d, call: a.b.d}]}
    """)
    assert chosen(result) == {"c": ":a.b.c", "d": ":a.b.r.d"}


@pytest.mark.parametrize("call", ["api.lst", "jobs", "other.get", "api."])
def test_a_call_that_names_nothing_is_refused_and_the_others_serve(call: str) -> None:
    result = tools(READ, f"name: a, call: {call}", "name: b, call: api.job.get")
    assert chosen(result) == {"a": "L001", "b": ":job.get"}


def test_an_operation_that_is_nearly_named_is_suggested() -> None:
    result = tools("[{name: jobs, path: /jobs, operations: [{name: list}]}]", "name: a, call: api.lst")
    assert [item.hint for item in result.report] == ["did you mean 'api.list'?"]


def test_a_route_means_the_resource_of_the_same_name() -> None:
    result = routes(CHANGE, route("/stop/{id}", "method: POST, call: api.post", "Job_Cancel"))
    assert chosen(result) == {"POST /stop/{id}": "L101:job-cancel.post"}


def test_a_route_means_the_operation_whose_path_ends_its_own() -> None:
    result = routes(CHANGE, route("/v1/JOBS/{{ID}}/cancel/", "method: post, call: api.post"))
    assert chosen(result) == {"POST /v1/JOBS/{{ID}}/cancel/": "L102:job-cancel.post"}


def test_a_path_does_not_settle_another_method() -> None:
    result = routes(CHANGE, route("/v1/jobs/{id}/cancel", "method: PUT, call: api.post"))
    assert chosen(result) == {"PUT /v1/jobs/{id}/cancel": "L002"}


def test_a_path_ends_at_a_slash() -> None:
    resources = CHANGE.replace("path: /jobs,", "path: jobs,")
    result = routes(resources, route("/v1/oldjobs", "method: POST, call: api.post"))
    assert chosen(result) == {"POST /v1/oldjobs": "L002"}


def test_the_root_path_settles_nothing() -> None:
    resources = (
        "[{name: a, path: /, operations: [{name: get}]}, {name: b, path: /b, operations: [{name: get}]}]"
    )
    assert chosen(routes(resources, route("/v1/", "method: GET, call: api.get"))) == {"GET /v1/": "L002"}


def test_a_tool_means_the_operation_with_its_description() -> None:
    result = tools(CHANGE, "name: a, description: ' Cancel a job', call: api.post")
    assert chosen(result) == {"a": "L103:job-cancel.post"}


def test_a_tool_means_the_operation_with_exactly_its_parameters() -> None:
    assert chosen(tools(CHANGE, "name: a, call: api.post, with: {ID: 1}")) == {"a": "L104:job-cancel.post"}


def test_a_tool_without_parameters_says_nothing_about_them() -> None:
    assert chosen(tools(CHANGE, "name: a, call: api.post")) == {"a": "L002"}


def test_fixed_parameters_are_not_expected_in_with() -> None:
    resources = CHANGE.replace("name: post, ", "name: post, inputParameters: [{name: v, value: 2}], ")
    result = tools(resources, "name: a, call: api.post, with: {id: 1}")
    assert chosen(result) == {"a": "L104:job-cancel.post"}


def test_the_first_of_several_rules_that_agree_is_reported() -> None:
    result = routes(CHANGE, route("/jobs/{id}/cancel", "method: POST, call: api.post", "job-cancel"))
    assert chosen(result) == {"POST /jobs/{id}/cancel": "L101:job-cancel.post"}
    assert [(item.code, item.hint) for item in result.report] == [("L101", "write api.job-cancel.post")]


def test_rules_that_find_different_operations_refuse_the_call() -> None:
    result = routes(CHANGE, route("/jobs", "method: POST, call: api.post", "job-cancel"))
    assert chosen(result) == {"POST /jobs": "L003"}


def test_rules_that_disagree_in_the_shipped_file_refuse_that_operation_alone(together: Path) -> None:
    text = together.read_text(encoding="utf-8")
    swapped = text.replace(
        "- name: cancel-job\n      description: Cancel job",
        "- name: cancel-job\n      description: Create job",
    )
    assert swapped != text
    result = compile_text(swapped, "together.yaml")
    refused = [item for item in result.report if item.severity is Severity.REFUSED]
    line = swapped[: swapped.index("- name: cancel-job")].count("\n") + 7
    assert [(item.code, item.span.line) for item in refused] == [("L003", line)]
    assert sum(code in ("L003", "L002") for code in chosen(result).values()) == 1
    assert len(list(plan_of(result).operations())) == 24


ORDERED = ("name: a, call: api.get", "name: b, call: api.get")


def test_safe_calls_as_many_as_operations_are_settled_by_their_order() -> None:
    assert chosen(tools(READ, *ORDERED)) == {"a": "L105:jobs.get", "b": "L105:job.get"}


def test_order_says_nothing_when_the_counts_differ() -> None:
    assert chosen(tools(READ, *ORDERED, "name: c, call: api.get")) == {"a": "L002", "b": "L002", "c": "L002"}


def test_order_says_nothing_when_another_rule_contradicts_it() -> None:
    result = tools(READ, "name: a, call: api.get", "name: b, call: api.get, description: List the jobs")
    assert chosen(result) == {"a": "L002", "b": "L103:jobs.get"}


def test_order_says_nothing_when_rules_disagree_about_a_call_of_the_same_server() -> None:
    units = ("name: a, call: api.get", "name: b, call: api.get, description: List the jobs, with: {id: 1}")
    assert chosen(tools(READ, *units)) == {"a": "L002", "b": "L003"}


def test_a_contradiction_in_one_name_stops_the_order_of_all() -> None:
    both = READ + CHANGE
    units = (*ORDERED, "name: c, call: api.post", "name: d, call: api.post, description: Start a job")
    assert chosen(tools(both, *units)) == {"a": "L002", "b": "L002", "c": "L002", "d": "L103:jobs.post"}


CHANGES = ("name: a, call: api.post", "name: b, call: api.post")
START = route("/start", "method: POST, call: api.post", "jobs")
CANCEL = route("/stop/{id}", "method: POST, call: api.post", "job-cancel")


def test_order_alone_never_settles_a_call_that_changes_something() -> None:
    assert chosen(tools(CHANGE, *CHANGES)) == {"a": "L002", "b": "L002"}


@pytest.mark.parametrize("rest_first", [True, False])
def test_a_rest_server_with_the_same_calls_confirms_the_order(*, rest_first: bool) -> None:
    servers = [rest(START, CANCEL), mcp(*CHANGES)]
    found = chosen(capability(CHANGE, *(servers if rest_first else reversed(servers))))
    assert (found["a"], found["b"]) == ("L105:jobs.post", "L105:job-cancel.post")


def test_a_rest_server_that_found_another_order_confirms_nothing() -> None:
    found = chosen(capability(CHANGE, rest(CANCEL, START), mcp(*CHANGES)))
    assert (found["a"], found["b"]) == ("L002", "L002")


def test_a_rest_server_with_other_calls_confirms_nothing() -> None:
    more = route("/more", "method: PUT, call: api.job-cancel.post", "job-cancel")
    found = chosen(capability(CHANGE, rest(START, CANCEL, more), mcp(*CHANGES)))
    assert (found["a"], found["b"]) == ("L002", "L002")


def test_a_rest_server_that_is_not_settled_itself_confirms_nothing() -> None:
    lone = [route(path, "method: POST, call: api.post") for path in ("/start", "/stop/{id}")]
    found = chosen(capability(CHANGE, rest(*lone), mcp(*CHANGES)))
    assert set(found.values()) == {"L002"}


def test_two_apis_of_one_namespace_share_its_calls() -> None:
    result = compiled("""\
    naftiko: 1.0.0-alpha2
    capability:
      consumes:
      - {type: http, namespace: a, baseUri: https://one.example, resources: [
          {name: r, path: /x, operations: [{name: c}]}]}
      - {type: http, namespace: a, baseUri: https://two.example, resources: [
          {name: r, path: /y, operations: [{name: d}]}]}
      exposes:
      - {type: mcp, namespace: t, port: 9090, tools: [{name: c, call: a.c}, {name: d, call: a.d}]}
    """)
    bodies = [operation.body for operation in plan_of(result).operations()]
    assert [body.call.api for body in bodies if isinstance(body, PassThrough)] == ["a", "a#2"]
    assert {name: api.base_uri for name, api in plan_of(result).apis.items()} == {
        "a": "https://one.example",
        "a#2": "https://two.example",
    }
    assert codes(result) == ["L111"]


def test_a_refusal_names_at_most_eight_operations() -> None:
    many = "[" + ", ".join(f"{{name: r{n}, path: /{n}, operations: [{{name: get}}]}}" for n in range(9)) + "]"
    result = tools(many, "name: a, call: api.get")
    hint = next(iter(result.report)).hint or ""
    assert refusal_of(result, "a") == "L002"
    assert hint.startswith("write one of api.r0.get, ")
    assert hint.endswith(", api.r7.get, …")
