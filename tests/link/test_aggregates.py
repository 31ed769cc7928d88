"""Flows of aggregates, as routes, tools and steps refer to them."""

from textwrap import indent

import pytest

from linking import codes, compiled, operation_of, plan_of, refusal_of
from naftiko_runtime.expr.scope import Scope
from naftiko_runtime.plan.contract import Contract, Param
from naftiko_runtime.plan.errors import InvalidArguments
from naftiko_runtime.plan.flow import Flow
from naftiko_runtime.plan.surfaces import McpSurface
from naftiko_runtime.values import Secret
from stepping import ANSWERS, Harbour, harbour, ran

pytestmark = pytest.mark.anyio

FLOWS = """\
aggregates:
- label: Harbour
  namespace: yard
  functions:
  - name: ship
    description: One ship
    semantics: {safe: true, idempotent: true}
    inputParameters: [{name: imo, type: string, description: its number}]
    call: harbour.get-ship
    with: {imo: yard.imo}
    outputParameters: [{type: string, mapping: $.name}]
  - {name: raw, description: As it comes, call: harbour.list-crew}
  - {name: mock, description: A mock, outputParameters: [{name: a, type: string, value: said}]}
  - {name: refers, description: Another one, ref: yard.raw}
  - {name: broken, description: Broken, call: harbour.nothing}
"""


async def test_a_tool_takes_over_what_the_flow_says_of_itself() -> None:
    result = harbour("ref: yard.ship", FLOWS)
    operation = operation_of(result)
    assert operation.description == "One ship"
    assert operation.contract == Contract(
        (Param("imo", "string", True, "its number"), Param("full", "string"))
    )
    assert await ran(result, {"imo": "7"}) == "Ada"
    surface = plan_of(result).surfaces[0]
    assert isinstance(surface, McpSurface)
    assert surface.tools[0].hints == {
        "readOnly": True,
        "destructive": False,
        "idempotent": True,
        "openWorld": True,
    }


async def test_what_a_tool_says_itself_goes_first() -> None:
    result = harbour("ref: yard.ship\ndescription: Mine\nhints: {readOnly: false}", FLOWS)
    surface = plan_of(result).surfaces[0]
    assert isinstance(surface, McpSurface)
    assert surface.tools[0].hints["readOnly"] is False
    assert operation_of(result).description == "Mine"


@pytest.mark.parametrize(
    ("unit", "arguments", "expected"),
    [
        ("ref: yard.raw", {}, ANSWERS["list-crew"]),
        ("ref: yard.refers", {}, ANSWERS["list-crew"]),
        ("ref: yard.mock", {}, {"a": "said"}),
        ("call: yard.ship", {"imo": "7"}, "Ada"),
        ("ref: yard.ship\nwith: {imo: tools.number}", {"number": "7"}, "Ada"),
        ("steps: [{name: a, type: call, call: yard.ship, with: {imo: '{{n}}'}}]", {"n": "7"}, "Ada"),
    ],
)
async def test_flows_are_run_by_ref_by_call_and_by_steps(
    unit: str, arguments: dict[str, object], expected: object
) -> None:
    upstream = Harbour()
    assert await ran(harbour(unit, FLOWS), arguments, upstream) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("unit", "code"),
    [
        ("ref: yard.shp", "L035"),
        ("ref: yard.broken", "L001"),
        ("steps: [{name: a, type: call, call: yard.broken}]", "L001"),
    ],
)
def test_a_reference_that_cannot_be_run_refuses_the_unit(unit: str, code: str) -> None:
    assert refusal_of(harbour(unit, FLOWS)) == code


def test_a_flow_that_nobody_refers_to_is_checked_too_and_said_once() -> None:
    assert codes(harbour("call: harbour.list-crew", FLOWS)) == ["L001"]
    assert codes(harbour("ref: yard.broken", FLOWS)) == ["L001"]


def test_flows_that_run_each_other_are_refused() -> None:
    flows = """\
aggregates:
- label: Round
  namespace: round
  functions:
  - {name: a, description: A, ref: round.b}
  - {name: b, description: B, steps: [{name: s, type: call, call: round.a}]}
"""
    assert refusal_of(harbour("ref: round.a", flows)) == "L033"


def test_of_two_flows_with_one_name_the_first_is_run() -> None:
    flows = """\
aggregates:
- label: Twice
  functions:
  - {name: a, description: A, outputParameters: [{name: x, type: string, value: one}]}
  - {name: a, description: B, outputParameters: [{name: x, type: string, value: two}]}
- {label: Empty, namespace: empty}
"""
    result = harbour("ref: a", flows)
    assert (codes(result), operation_of(result).description) == (["L116"], "A")


async def test_a_flow_is_never_given_a_bound_value() -> None:
    result = harbour("ref: yard.ship\nwith: {imo: '{{keys.TOKEN}}'}", FLOWS)
    body = operation_of(result).body
    assert isinstance(body, Flow)
    with pytest.raises(InvalidArguments):
        await body.run(Scope(binds={"keys.TOKEN": Secret("s")}), Harbour())


def test_a_tool_without_a_name_is_called_like_its_flow() -> None:
    result = compiled(
        "naftiko: 1.0.0-alpha2\ncapability:\n"
        + indent(FLOWS.replace("harbour.", "yard."), "  ")
        + "  exposes: [{type: mcp, namespace: t, port: 9090, tools: [{ref: yard.mock}]}]\n"
    )
    assert operation_of(result, "mock").description == "A mock"
