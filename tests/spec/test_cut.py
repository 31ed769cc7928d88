"""A file that ends in the middle of an item is read without that item."""

from typing import Any

import pytest

from naftiko_runtime.source.diagnostics import Report
from naftiko_runtime.source.tree import Source, load
from naftiko_runtime.spec.dialects.cut import without_broken_end
from naftiko_runtime.values import Json

TOOLS = "tools:\n  - name: a\n    call: x.a\n"


def read(text: str) -> tuple[Any, list[str]]:
    report = Report()
    source = load(text, "f", report)
    assert source is not None
    return without_broken_end(source, report).data, [str(item) for item in report if item.code == "D110"]


def left_out(place: str, what: str) -> list[str]:
    return [f"f:{place}: warning[D110]: the file ends in the middle of {what}, so it is left out"]


@pytest.mark.parametrize(
    ("end", "what"),
    [
        ("- nam", "this item"),
        ("-", "this item"),
        ("- name: b\n    call: qovery.", "'b'"),
        ("- name: b\n    hints:\n      destructive: f", "'b'"),
        ("- name: b\n    hints: {readOnly: true, idempotent: tru}", "'b'"),
        ("- name: b\n    inputParameters:\n      - name: c\n        type: intege", "'b'"),
        ("- name: b\n    inputParameters:\n      - name: c\n      - na", "'b'"),
        ("- name: b\n    inputParameters:\n      c:\n        type: boo", "'b'"),
        ("- call: x.b\n    steps:\n      - {type: call, name: d, call: x.}", "this item"),
    ],
)
def test_an_item_that_visibly_breaks_off_is_left_out(end: str, what: str) -> None:
    assert read(f"{TOOLS}  {end}") == (
        {"tools": [{"name": "a", "call": "x.a"}]},
        left_out("4:5" if end != "-" else "4:4", what),
    )


@pytest.mark.parametrize(
    "end",
    [
        "- name: b",
        "- name: b\n    call: x.b",
        "- name: b\n    call: ''",
        "- name: b\n    call:",
        "- name: b\n    hints:\n      destructive: 'false'",
        "- name: b\n    hints:\n      destructive: maybe",
        "- name: b\n    inputParameters: [{name: c, type: int}]",
        "- name: b\n    inputParameters: [{name: c, type: text}]",
        "- name: b\n    with: {type: intege}",
        "- name: b\n    tags: [a, b]",
        "- name: b\n    outputParameters: [{value: [{a: 1}, b]}]",
        "- name: b\n    hints: []",
        "- name: b\n    hints: {}",
    ],
)
def test_an_item_that_may_be_whole_stays(end: str) -> None:
    report = Report()
    source = load(f"{TOOLS}  {end}", "f", report)
    assert source is not None
    assert (without_broken_end(source, report), list(report)) == (source, [])


@pytest.mark.parametrize(
    ("text", "left", "said"),
    [
        (TOOLS, {"tools": []}, left_out("2:5", "'a'")),
        ("tools:\n  a: {b: 1}\n  c: {d: 1}\n", {"tools": {"a": {"b": 1}}}, left_out("3:3", "this item")),
        ("consumes:\n  - namespace: a\n    baseUri: https://a\n", {"consumes": []}, left_out("2:5", "'a'")),
        ("exposes:\n- resources: [path: /a]", {"exposes": [{"resources": []}]}, left_out("2:15", "'/a'")),
        ("info:\n  label: A\n  tags: [b]\n", {"info": {"label": "A", "tags": ["b"]}}, []),
        ("- a\n", ["a"], []),
        ("a\n", "a", []),
    ],
)  # fmt: skip
def test_the_last_item_of_a_text_that_was_cut_is_left_out_whatever_it_looks_like(
    text: str, left: Json, said: list[str]
) -> None:
    assert read(f"{text}\n# truncated\n") == (left, said)


def test_everything_keeps_its_place_when_an_item_is_left_out() -> None:
    source = load(f"a: 1\n{TOOLS}  - nam", "f", Report())
    assert source is not None
    left = without_broken_end(source, Report())
    assert isinstance(left, Source)
    assert str(left.positions.of("tools", 0, "call")) == "f:4:5"
    assert str(left.positions.of("tools")) == "f:2:1"
