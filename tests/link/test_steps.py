"""Steps: what they may refer to, what they are given, and what refuses them."""

import pytest

from linking import codes, operation_of, refusal_of
from naftiko_runtime.plan.contract import Contract, Param
from naftiko_runtime.plan.errors import UpstreamRefused
from stepping import ANSWERS, Harbour, harbour, ran

pytestmark = pytest.mark.anyio

SHIP = "{name: get-ship, type: call, call: harbour.get-ship, with: {imo: '{{imo}}'}}"
CREW = "{name: list-crew, type: call, call: harbour.list-crew}"


DEPOT = """
- type: http
  namespace: depot
  baseUri: https://depot.example
  resources: [{name: load, path: /load, operations: [{name: load, method: PUT, body: {type: binary}}]}]
"""


def lookup(value: str, fields: str = "[full_name]", index: str = "list-crew", match: str = "crewId") -> str:
    return (
        f"{{name: found, type: lookup, index: {index}, match: {match}, "
        f"lookupValue: {value!r}, outputParameters: {fields}}}"
    )


def steps(*lines: str, rest: str = "") -> str:
    return "steps:\n" + "".join(f"- {line}\n" for line in lines) + rest


async def test_steps_run_in_the_order_of_the_file_and_use_what_earlier_ones_found() -> None:
    result = harbour(
        steps(
            SHIP,
            CREW,
            lookup("$.get-ship.crew", "[full_name, role, rank]"),
            rest="mappings: [{target: ship.name, value: $.get-ship.name}, {target: crew, value: $.found}]",
        )
    )
    upstream = Harbour()
    assert codes(result) == []
    assert await ran(result, {"imo": "7"}, upstream) == {
        "ship": {"name": "Ada"},
        "crew": [
            {"full_name": "Bob", "role": None, "rank": None},
            {"full_name": "Eve", "role": "mate", "rank": None},
        ],
    }
    assert upstream.lines == ["GET /ships/7", "GET /crew"]


async def test_the_first_step_that_fails_ends_the_flow_and_says_what_was_done_before() -> None:
    result = harbour(
        steps(
            "{name: hire, type: call, call: harbour.hire, with: {body: {name: '{{who}}'}}}",
            "{name: look, type: call, call: harbour.get-ship, with: {imo: '7'}}",
            CREW,
        )
    )
    upstream = Harbour({"hire": ANSWERS["hire"]})
    with pytest.raises(UpstreamRefused) as caught:
        await ran(result, {"who": "Eve"}, upstream)
    assert caught.value.place == "in step 'look', after 'hire'"
    assert upstream.lines == ["POST /crew", "GET /ships/7"]


def test_the_contract_of_a_unit_with_steps_is_what_its_steps_need() -> None:
    """What a step could be given, but nobody asks for, is no argument; what it must be given is one."""
    result = harbour(steps("{name: a, type: call, call: harbour.get-ship}", CREW))
    assert operation_of(result).contract == Contract((Param("imo", "string", required=True),))


def test_declared_inputs_of_a_unit_reach_every_step_that_knows_their_name() -> None:
    unit = "inputParameters: [{name: page, type: integer, required: false}]\n" + steps(CREW)
    assert [str(part) for _, _, part in operation_of(harbour(unit)).body.steps[0].parts()] == ["page"]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ("'{{get-ship.port.code}}'", "/ports/NO"),
        ("'{{get-ship.crew.1}}'", "/ports/c1"),
        ("$.get-ship.port.code", "/ports/NO"),
        ("\"$.get-ship['port']['code']\"", "/ports/NO"),
        ("$['get-ship'].crew[-1]", "/ports/c9"),
        ("'x-{{get-ship.name}}'", "/ports/x-Ada"),
        ("t.imo", "/ports/7"),
        ("$5", "/ports/%245"),
    ],
)
async def test_a_step_is_given_parts_of_earlier_ones(value: str, path: str) -> None:
    find = f"type: call\n  call: harbour.by-port.find\n  with:\n    code: {value}"
    upstream = Harbour()
    await ran(harbour(steps(SHIP, find)), {"imo": "7"}, upstream)
    assert upstream.lines == ["GET /ships/7", f"GET {path}"]


async def test_a_step_that_found_nothing_gives_nothing() -> None:
    step = "{name: b, type: call, call: harbour.list-crew, with: {page: '{{get-ship.nothing}}'}}"
    upstream = Harbour()
    await ran(harbour(steps(SHIP, step)), {"imo": "7"}, upstream)
    assert upstream.lines == ["GET /ships/7", "GET /crew"]


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (steps(lookup("{{imo}}"), CREW), "L030"),
        (steps(CREW, lookup("{{imo}}", index="crew")), "L031"),
        (steps(CREW, lookup("$.get-ship.crew")), "L031"),
        (steps(CREW, lookup("{{get-ship.crew}}")), "L031"),
        (steps(CREW, lookup("$.list-crew[")), "L014"),
        (steps(SHIP.replace("{{imo}}", "{{list-crew.a}}"), CREW), "L030"),
        (steps(SHIP.replace("'{{imo}}'", "$.list-crew.a"), CREW), "L030"),
        (steps(SHIP.replace("{{imo}}", "{{get-ship.a}}")), "L030"),
        (steps(CREW, lookup("c1"), SHIP.replace("{{imo}}", "{{found.name}}")), "L172"),
        (steps(CREW, lookup("c1"), SHIP.replace("{{imo}}", "$.found.name[0]")), "L172"),
        (steps(CREW, lookup("c1"), rest="outputParameters: [{name: a, mapping: $.found.name}]"), "L172"),
        (steps(SHIP, SHIP), "L036"),
        (steps("{name: a, type: call, call: harbour.lst}"), "L001"),
        (steps("{name: a, type: call, call: harbour.find}"), "L002"),
        (steps(CREW, rest="call: harbour.list-crew"), "L034"),
        (steps(CREW, SHIP, rest="mappings: [{target: a, value: $.b.c}]"), "L031"),
        (steps(CREW, rest="mappings: [{target: a, value: x}, {target: a, value: y}]"), "L032"),
        (steps(CREW, rest="mappings: [{target: a, value: x}, {target: a.b, value: y}]"), "L032"),
        (steps(CREW, rest="mappings: [{target: a.b, value: x}, {target: a, value: y}]"), "L032"),
        (steps(CREW, rest="outputParameters: [{name: a, mapping: '$.list-crew['}]"), "L014"),
    ],
)
def test_what_cannot_work_refuses_the_unit(lines: str, code: str) -> None:
    result = harbour(lines)
    assert refusal_of(result) == code


async def test_a_path_finds_the_output_of_a_lookup_in_any_spelling() -> None:
    lines = steps(CREW, lookup("c1"), rest="mappings: [{target: name, value: $.found.fullName}]")
    assert codes(harbour(lines)) == []
    assert await ran(harbour(lines), {}, Harbour()) == {"name": "Eve"}


def test_the_call_of_a_step_is_settled_by_its_parameters() -> None:
    result = harbour(steps("{name: a, type: call, call: harbour.find, with: {code: '{{code}}'}}"))
    assert [call.name for call in operation_of(result).body.calls] == ["harbour.by-port.find"]  # type: ignore[union-attr]
    assert codes(result) == ["L104"]


async def test_steps_without_names_run_too() -> None:
    upstream = Harbour()
    assert await ran(harbour(steps("{type: call, call: harbour.hire}")), {"body": {}}, upstream) == {
        "hired": True
    }


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("$.list-ports[0].port-code", "NO"),
        ("$.list-ports[0].town", "Oslo"),
        ("'{{list-ports.0.port-code}}'", "NO"),
        ("$.list-ports[*].port-code", ["NO", 7]),
        ("$.main-port.code", "NO"),
        ("$.main-port.result.code", "NO"),
        ("'{{main-port.result.code}}'", "NO"),
        ("'{{main-port.result}}'", ANSWERS["main-port"]),
        ("$.main-port.result", ANSWERS["main-port"]),
        ("$.main-port", ANSWERS["main-port"]),
    ],
)
async def test_what_a_step_keeps_is_cut_to_the_outputs_of_its_operation(value: str, expected: object) -> None:
    ports = "{name: list-ports, type: call, call: harbour.list-ports}"
    main = "{name: main-port, type: call, call: harbour.main-port}"
    result = harbour(steps(ports, main, rest=f"mappings:\n- target: a\n  value: {value}"))
    assert await ran(result, {}) == {"a": expected}
    assert codes(result) == []


async def test_a_field_that_an_operation_does_not_declare_is_read_from_its_answer_with_a_warning() -> None:
    one = "{name: port, type: call, call: harbour.list-ports}"
    upstream = Harbour({"list-ports": {"code": "NO", "town": "Oslo"}})
    values = {"a": "'{{port.town}}'", "b": "$.port", "c": "$.port.town"}
    rest = f"mappings: [{', '.join(f'{{target: {key}, value: {value}}}' for key, value in values.items())}]"
    result = harbour(steps(one, rest=rest))
    assert await ran(result, {}, upstream) == {"a": "Oslo", "b": {"port-code": "NO"}, "c": "Oslo"}
    assert codes(result) == ["L134", "L134"]


async def test_a_section_of_a_text_goes_through_what_a_step_found_and_sees_other_steps() -> None:
    names = "{{#list-crew}}{{full_name}} of {{ship.name}},{{/list-crew}}"
    result = harbour(
        steps(
            "{name: ship, type: call, call: harbour.get-ship, with: {imo: '7'}}",
            CREW,
            f"{{name: again, type: call, call: harbour.get-ship, with: {{imo: '{names}'}}}}",
        )
    )
    upstream = Harbour()
    assert codes(result) == []
    await ran(result, {}, upstream)
    assert upstream.lines[2].startswith("GET /ships/Eve%20of%20Ada%2CBob%20of%20Ada%2C")


def test_a_step_cannot_hand_on_a_bound_value_inside_a_list() -> None:
    result = harbour(steps("{name: hire, type: call, call: harbour.hire, with: {body: ['{{keys.TOKEN}}']}}"))
    assert refusal_of(result, "tool") == "L023"


def test_a_step_cannot_stream_a_body() -> None:
    result = harbour(steps("{name: load, type: call, call: depot.load}"), more=DEPOT)
    assert refusal_of(result, "tool") == "L024"
