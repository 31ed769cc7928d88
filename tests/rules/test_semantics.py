"""What units say they do to the world."""

import pytest

from linting import changed, found

TOOL = "call: shop.list, hints: {readOnly: true}"
STEP = "{type: call, name: a, call: shop"
ROUTE = "{method: GET, description: Lists orders, ref: orders.all}"


@pytest.mark.parametrize(
    ("flow", "hints", "place"),
    [
        ("all", "readOnly: false", "readOnly: false}}"),
        ("all", "destructive: true", "destructive: true}}"),
        ("all", "idempotent: false", "idempotent: false}}"),
        ("cancel", "readOnly: true", "readOnly: true}}"),
    ],
)
def test_hints_that_contradict_the_flow_are_found(flow: str, hints: str, place: str) -> None:
    assert found(changed((TOOL, f"ref: orders.{flow}, hints: {{{hints}}}"))) == [("R129", place)]


def test_an_idempotent_hint_on_a_flow_that_is_not_is_found() -> None:
    text = changed(
        ("{safe: false}", "{safe: false, idempotent: false}"),
        (TOOL, "ref: orders.cancel, hints: {idempotent: true}"),
    )
    assert found(text) == [("R129", "idempotent: true}}")]


@pytest.mark.parametrize(
    ("flow", "method", "times"),
    [("all", "POST", 2), ("all", "PUT", 1), ("cancel", "GET", 1), ("cancel", "get", 1)],
)
def test_a_method_that_contradicts_the_flow_is_found(flow: str, method: str, times: int) -> None:
    text = changed((ROUTE, f"{{method: {method}, description: Orders, ref: orders.{flow}}}"))
    assert found(text) == [("R129", f"method: {method}, description: Orders, ref: orders.{flow}}}")] * times


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (TOOL, "ref: orders.all, hints: {readOnly: true, idempotent: true, destructive: false}"),
        (TOOL, "ref: orders.cancel, hints: {destructive: true, idempotent: true}"),
        (TOOL, "ref: orders.all"),
        (TOOL, "ref: orders.unknown, hints: {readOnly: true}"),
        (ROUTE, "{method: DELETE, description: Orders, ref: orders.cancel}"),
        (", semantics: {safe: true, idempotent: true}", ""),
    ],
)
def test_what_agrees_or_cannot_be_told_is_not(old: str, new: str) -> None:
    assert found(changed((old, new))) == []


@pytest.mark.parametrize(
    ("unit", "place"),
    [
        (
            "call: shop.list, hints: {readOnly: true, destructive: true}",
            "readOnly: true, destructive: true}}",
        ),
        ("call: shop.cancel, hints: {readOnly: true}", "readOnly: true}}"),
        (
            f"steps: [{STEP}.list}}, {STEP}.cancel}}], hints: {{readOnly: true}}",
            "readOnly: true}}",
        ),
    ],
)
def test_a_tool_that_only_reads_changes_nothing(unit: str, place: str) -> None:
    assert found(changed((TOOL, unit))) == [("R130", place)]


@pytest.mark.parametrize(
    "unit",
    [
        "call: shop.cancel, hints: {readOnly: false, destructive: true}",
        "call: shop.unknown, hints: {readOnly: true}",
        "call: shop.orders.list, hints: {readOnly: true, destructive: false}",
        "call: shop.cancel",
    ],
)
def test_a_tool_that_says_so_may(unit: str) -> None:
    assert found(changed((TOOL, unit))) == []


def test_values_of_any_kind_hold_nothing_to_look_at() -> None:
    assert (
        found(changed((TOOL, f"{TOOL}, inputParameters: [{{name: a, type: array, value: [{{hints: 1}}]}}]")))
        == []
    )
