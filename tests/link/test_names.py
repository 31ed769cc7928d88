"""Names and paths as callers meet them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linking import codes, compiled, plan_of
from naftiko_runtime.link.names import legal
from naftiko_runtime.plan.surfaces import McpSurface, RestSurface


@pytest.mark.parametrize("name", ["list", "List_Orders-2", "x" * 64])
def test_a_name_that_clients_take_stays_as_it_is(name: str) -> None:
    assert legal(name) == name


@given(st.text(min_size=1))
def test_any_other_name_becomes_one_that_they_take_and_always_the_same(name: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", legal(name))
    assert legal(name) == legal(name)
    assert legal(legal(name)) == legal(name)


def test_different_names_stay_different() -> None:
    names = ["a b", "a.b", "a/b", "x" * 65, "x" * 66, "!", "?"]
    assert len({legal(name) for name in names}) == len(names)
    assert legal("!").startswith("tool-")


def tools(*names_and_calls: tuple[str, str]) -> list[str]:
    lines = "".join(f"    - {{name: {name}, call: shop.{call}}}\n" for name, call in names_and_calls)
    result = compiled(HEAD + f"  - type: mcp\n    namespace: t\n    port: 9090\n    tools:\n{lines}")
    surface = plan_of(result).surfaces[0]
    assert isinstance(surface, McpSurface)
    return [*(tool.name for tool in surface.tools), *codes(result)]


HEAD = """\
naftiko: 1.0.0-alpha2
capability:
  consumes:
  - type: http
    namespace: shop
    baseUri: https://shop.example
    resources:
    - {name: o, path: /o, operations: [{name: list, method: GET}, {name: count, method: GET}]}
  exposes:
"""


def test_a_second_tool_of_a_name_is_served_when_it_does_something_else() -> None:
    assert tools(("a", "list"), ("a", "list"), ("a", "count"), ("a", "count")) == [
        "a", "a-2", "L116", "L157", "L116",
    ]  # fmt: skip


def test_long_names_are_told() -> None:
    assert tools(("x" * 48, "list")) == ["x" * 48]
    assert tools(("x" * 49, "list")) == ["x" * 49, "L156"]
    assert tools(("x" * 65, "list"))[1:] == ["L155"]


def routes(*methods_and_paths: tuple[str, str]) -> list[str]:
    lines = "".join(
        f"    - {{path: '{path}', operations: [{{method: {method}, outputParameters: [{{value: 1}}]}}]}}\n"
        for method, path in methods_and_paths
    )
    result = compiled(HEAD + f"  - type: rest\n    namespace: r\n    port: 8080\n    resources:\n{lines}")
    surface = plan_of(result).surfaces[0]
    assert isinstance(surface, RestSurface)
    return [*(f"{route.method} {route.path}" for route in surface.routes), *codes(result)]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([("GET", "/a"), ("get", "/a")], ["GET /a", "L116"]),
        ([("GET", "a"), ("GET", "/a")], ["GET /a", "L116"]),
        ([("GET", "/a/{x}"), ("GET", "/a/{{y}}")], ["GET /a/{x}", "L159"]),
        ([("GET", "/a/{x}"), ("POST", "/a/{y}")], ["GET /a/{x}", "POST /a/{y}"]),
        ([("GET", "/a/{x}"), ("GET", "/a/b")], ["GET /a/{x}", "GET /a/b"]),
        ([("GET", "/a?b"), ("POST", "/a?b")], ["GET /a?b", "POST /a?b", "L160"]),
        ([("GET", "/a#b")], ["GET /a#b", "L160"]),
        ([("GET", "/a/{x?}")], ["GET /a/{x?}"]),
    ],
)
def test_routes_that_cannot_be_reached_are_told(given: list[tuple[str, str]], expected: list[str]) -> None:
    assert routes(*given) == expected
