"""The plan in print."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from linking import compiled, plan_of, shop
from naftiko_runtime.app.compiler import compile
from naftiko_runtime.expr.path import Root
from naftiko_runtime.expr.scope import Expr, Scope
from naftiko_runtime.expr.shape import Selected
from naftiko_runtime.plan.asking import Query
from naftiko_runtime.plan.call import HttpCall
from naftiko_runtime.plan.contract import Contract
from naftiko_runtime.plan.explain import Plan
from naftiko_runtime.plan.flow import Answer, Effects, Flow
from naftiko_runtime.plan.surfaces import McpSurface, McpTool, Operation


class Waits:
    """A step that calls nothing."""

    name: str = "wait"
    calls: tuple[HttpCall, ...] = ()
    asks: tuple[Query, ...] = ()

    def parts(self) -> Iterator[tuple[str, str, Expr]]:
        yield from ()

    def __str__(self) -> str:
        return "waits"

    async def run(self, scope: Scope, effects: Effects) -> Answer:
        raise NotImplementedError


def test_a_plan_prints_what_is_exposed_and_what_that_calls() -> None:
    result = shop(
        path="/orders/{id}",
        base="",
        api="authentication: {type: bearer, token: '{{TOKEN}}'}",
        operation="inputParameters: [{name: page, type: integer}, {name: body, in: body, type: object}]",
        unit="inputParameters: [{name: spare, type: string}]\noutputParameters: [{mapping: $.a}]",
    )
    assert (
        plan_of(result).explain()
        == """\
shop.yaml (shop.yaml)
consumes shop: base URI not stated, signed by bearer bind keys.TOKEN
needs keys.TOKEN: SHOP_TOKEN from the environment

rest face on port 8080
  GET /orders
    -> shop.orders.list: GET /orders/{id}
    by its name, which one operation has
    in  spare: string, optional -> not sent
    in  id: string, required -> path id
    in  page: integer, optional -> query page
    in  body: object, optional -> body
    out $.a

mcp face on port 9090
  tool
    -> shop.orders.list: GET /orders/{id}
    by its name, which one operation has
    in  spare: string, required -> not sent
    in  id: string, required -> path id
    in  page: integer, optional -> query page
    in  body: object, optional -> body
    out $.a
"""
    )


def test_a_plan_prints_why_an_operation_is_refused_and_what_a_mock_answers() -> None:
    result = compiled("""\
    naftiko: 1.0.0-alpha2
    capability:
      exposes:
      - type: mcp
        namespace: t
        port: 9090
        tools:
        - {name: none}
        - {name: mock, outputParameters: [{value: 'hello {{who}}'}]}
    """)
    assert (
        plan_of(result).explain()
        == """\
shop.yaml (shop.yaml)

mcp t on port 9090
  none
    refused L004: nothing to run: no 'call', and no output states a value
  mock
    in  who: any, optional -> not sent
    out hello {{who}}
"""
    )


def test_a_step_says_what_it_does() -> None:
    operation = Operation("t.a", "", Contract(), Flow((Waits(),), Selected(Root())))
    surface = McpSurface("t", "", None, 9090, (McpTool("a", None, operation, {}),))
    plan = Plan("f.yaml", "F", "0", {}, (), (surface,))
    assert plan.explain() == "F (f.yaml)\n\nmcp t on port 9090\n  a\n    waits\n    out $\n"
    assert list(plan.operations()) == [operation]


BY_NAME = """\
  GET /orders
    -> shop.orders.list: GET /orders
    by its name, which one operation has
    out the answer as it comes
"""


@pytest.mark.parametrize("word", ["GET /orders", "/orders", "face./orders.get", "/orders.get", "get"])
def test_a_word_names_an_operation(word: str) -> None:
    assert plan_of(shop()).explain_only(word) == f"rest face on port 8080\n{BY_NAME}"


def test_a_word_may_name_several_operations(together: Path) -> None:
    told = compile(together).explain_only("get").splitlines()
    assert [line for line in told if not line.startswith("    ")] == [
        "rest together-ai-fine-tuning-rest on port 8080",
        "  GET /v1/fine-tunes",
        "  GET /v1/fine-tunes/models/limits",
        "  GET /v1/fine-tunes/models/supported",
        "  GET /v1/fine-tunes/{id}",
        "  GET /v1/fine-tunes/{id}/checkpoints",
        "  GET /v1/fine-tunes/{id}/events",
        "  GET /v1/fine-tunes/{id}/metrics",
        "  GET /v1/finetune/download",
    ]


@pytest.mark.parametrize("word", ["", "orders", "order", "GET", "t", "shop.orders.list"])
def test_another_word_names_none(word: str) -> None:
    assert plan_of(shop()).explain_only(word) == ""


def test_the_words_are_what_callers_see_and_the_names_of_operations() -> None:
    assert list(plan_of(shop()).words()) == ["GET /orders", "face./orders.get", "tool", "face.tool"]
