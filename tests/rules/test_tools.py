"""MCP tools."""

import pytest

from linting import GOOD, changed, found

TOOL = "{name: list-orders, description: Lists orders, call: shop.list, hints: {readOnly: true}}"
BARE_OPERATION = ("{name: list, method: GET, description: Lists orders}", "{name: list, method: GET}")
BARE_FLOW = ("{name: all, description: Lists orders, ", "{name: all, ")
MOCK = "outputParameters: [{name: a, type: string, value: b}]"


@pytest.mark.parametrize(
    ("unit", "also"),
    [
        (MOCK, []),
        ("steps: [{type: call, name: one, call: shop.list}]", []),
        ("call: shop.list", [BARE_OPERATION]),
    ],
)
def test_a_tool_without_any_description_is_found(unit: str, also: list[tuple[str, str]]) -> None:
    text = changed((TOOL, f"{{name: list-orders, {unit}}}"), *also)
    assert found(text) == [("R131", f"name: list-orders, {unit}}}")]


def test_a_tool_of_a_flow_without_description_is_found_with_the_flow() -> None:
    assert [code for code, _ in found(changed((TOOL, "{name: all, ref: orders.all}"), BARE_FLOW))] == [
        "R139",
        "R131",
    ]


@pytest.mark.parametrize(
    "unit",
    [
        "call: shop.list",
        "call: elsewhere.list",
        "ref: orders.all",
        "ref: elsewhere.all",
        f"description: Lists, {MOCK}",
    ],
)
def test_a_tool_with_a_description_of_its_own_or_of_what_it_runs_is_not(unit: str) -> None:
    assert found(changed((TOOL, f"{{name: list-orders, {unit}}}"))) == []


@pytest.mark.parametrize(("length", "codes"), [(2048, []), (2049, ["R132"])])
def test_a_description_of_more_than_two_kilobytes_is_too_long(length: int, codes: list[str]) -> None:
    text = changed((TOOL, TOOL.replace("Lists orders", "é" * 1000 + "x" * (length - 2000))))
    assert [code for code, _ in found(text)] == codes


@pytest.mark.parametrize(
    ("name", "expected"), [("List_Orders", ["R133"]), ("list-orders", []), ("list-order", [])]
)
def test_names_differ_in_more_than_case_and_hyphens(name: str, expected: list[str]) -> None:
    second = f"    - {{name: {name}, description: Lists orders, call: shop.list}}\n"
    text = changed(("  - type: control", f"{second}  - type: control"))
    assert [code for code, _ in found(text)] == expected


def test_nobody_is_authenticated_over_stdio() -> None:
    asked = "    authentication: {type: bearer, token: '{{SHOP_TOKEN}}'}\n"
    text = changed(("    port: 9090\n", f"    transport: stdio\n{asked}"))
    assert found(text) == [("R125", asked.strip())]
    assert found(text.replace(asked, "")) == []
    assert found(GOOD.replace("    port: 9090\n", f"    port: 9090\n{asked}")) == []
