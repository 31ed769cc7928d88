"""Namespaces and other names that have to differ."""

import pytest

from linting import GOOD, changed, found

FLOW = "{name: cancel, description: Cancels one, call: shop.cancel, semantics: {safe: false}}"
AGGREGATE = (
    "    label: Returns\n    namespace: {}\n    flows: [{{name: all, description: Lists, call: shop.list}}]\n"
)
API = (
    "  - {type: http, namespace: shop, baseUri: 'https://two.shop.example', description: Two}\n  aggregates:"
)


def with_aggregate(namespace: str) -> str:
    more = "  -" + AGGREGATE.format(namespace)[3:]
    return changed(("  exposes:\n", f"{more}  exposes:\n"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("namespace: shop-mcp", "namespace: shop-rest"),
        ("namespace: shop-mcp", "namespace: env"),
        ("namespace: shop-rest", "namespace: shop"),
        ("namespace: shop\n", "namespace: env\n"),
    ],
)
def test_a_namespace_is_not_to_be_used_for_two_things(old: str, new: str) -> None:
    calls = [("token: '{{env.SHOP", "token: '{{SHOP")]
    assert ("R101", new.strip()) in found(changed((old, new), *calls))


def test_apis_that_are_consumed_twice_are_told_by_the_linker() -> None:
    assert found(changed(("  aggregates:", API))) == []


def test_an_aggregate_needs_a_namespace() -> None:
    text = changed(("    namespace: orders\n", ""), ("ref: orders.all", "call: shop.list"))
    assert found(text) == [("R102", "label: Orders")]


def test_a_second_flow_of_one_name_is_found_in_an_aggregate_and_in_two() -> None:
    assert found(
        changed(("{name: cancel, description: Cancels one", "{name: all, description: Cancels one"))
    ) == [("R103", FLOW.replace("cancel,", "all,", 1).removeprefix("{"))]
    assert found(with_aggregate("orders")) == [("R103", "name: all, description: Lists, call: shop.list}]")]
    assert found(with_aggregate("returns")) == []


def test_flows_without_a_name_are_not_taken_for_one() -> None:
    text = changed(
        ("{name: all, ", "{"), ("{name: cancel, description: Cancels one", "{description: Cancels one")
    )
    assert "R103" not in [code for code, _ in found(text)]


def test_a_parameter_is_not_to_be_declared_twice_in_one_list() -> None:
    operation = "{name: list, method: GET, description: Lists orders"
    inputs = "[{name: status, in: query}, {name: status, in: header}, {name: status, in: query}]"
    text = changed((f"{operation}}}", f"{operation}, inputParameters: {inputs}}}"))
    assert found(text) == [("R104", "name: status, in: query}]}")]


def test_nothing_of_this_is_in_a_good_file() -> None:
    assert found(GOOD) == []
