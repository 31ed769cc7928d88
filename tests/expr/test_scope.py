from collections.abc import Iterable

import pytest

from naftiko_runtime.expr.scope import (
    Argument,
    BindValue,
    Const,
    Expr,
    Scope,
    StepResult,
    Words,
    fold,
    match_name,
)
from naftiko_runtime.values import Json, Secret

SCOPE = Scope(
    arguments={"id": "x", "none": None, "body": {"a": {"b": [1, {"c": 2}]}, "0": "zero"}},
    binds={"env.KEY": Secret("k")},
    steps={"find": {"items": [{"id": 7}]}, "empty": None},
)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        (Const(None), None),
        (Const({"a": [1]}), {"a": [1]}),
        (Argument("id"), "x"),
        (Argument("none"), None),
        (Argument("missing"), None),
        (Argument("missing", ("a",)), None),
        (Argument("body", ("a", "b")), [1, {"c": 2}]),
        (Argument("body", ("a", "b", "1", "c")), 2),
        (Argument("body", ("0",)), "zero"),
        (Argument("body", ("a", "b", "2")), None),
        (Argument("body", ("a", "b", "-1")), None),
        (Argument("body", ("a", "b", "c")), None),
        (Argument("body", ("x", "y", "z")), None),
        (Argument("id", ("0",)), None),
        (StepResult("find"), {"items": [{"id": 7}]}),
        (StepResult("find", Words(("items", "0", "id"))), 7),
        (StepResult("find", Words(("items", "id"))), None),
        (StepResult("empty", Words(("a",))), None),
        (StepResult("missing", Words(("a",))), None),
        (BindValue("env.KEY"), Secret("k")),
    ],
)
def test_a_name_has_the_value_that_the_call_gives_it(expression: Expr, value: Json | Secret) -> None:
    assert expression.evaluate(SCOPE) == value


@pytest.mark.parametrize(
    ("expression", "text", "names"),
    [
        (Const("a"), "'a'", ()),
        (Argument("id"), "id", (Argument("id"),)),
        (Argument("body", ("a", "0")), "body.a.0", (Argument("body", ("a", "0")),)),
        (StepResult("find"), "step find", (StepResult("find"),)),
        (StepResult("find", Words(("id",))), "step find.id", (StepResult("find", Words(("id",))),)),
        (BindValue("env.KEY"), "bind env.KEY", (BindValue("env.KEY"),)),
    ],
)
def test_an_expression_prints_its_name_and_tells_what_it_reads(
    expression: Expr, text: str, names: tuple[Expr, ...]
) -> None:
    assert (str(expression), expression.refs()) == (text, names)


@pytest.mark.parametrize(
    ("name", "folded"),
    [("fine_tune-ID", "finetuneid"), ("X-API-Key", "xapikey"), ("", ""), ("__", ""), ("É", "é")],
)
def test_case_hyphens_and_underscores_do_not_count(name: str, folded: str) -> None:
    assert fold(name) == folded


@pytest.mark.parametrize(
    ("name", "known", "found"),
    [
        ("id", ("id", "ID"), "id"),
        ("jobId", ("job_id", "id"), "job_id"),
        ("JOB-ID", iter(("job_id",)), "job_id"),
        ("Id", ("id", "ID"), None),
        ("id", ("job_id",), None),
        ("", ("_", "a"), "_"),
        ("id", (), None),
    ],
)
def test_a_name_is_matched_exactly_or_else_by_the_only_one_that_is_spelt_alike(
    name: str, known: Iterable[str], found: str | None
) -> None:
    assert match_name(name, known) == found
