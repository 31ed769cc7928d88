"""The step that finds rows of what an earlier step found."""

import pytest

from naftiko_runtime.expr.scope import BindValue, Const, Expr, Scope, StepResult
from naftiko_runtime.plan.call import HttpCall, Outbound
from naftiko_runtime.plan.flow import Answer
from naftiko_runtime.steps.lookup import LookupStep
from naftiko_runtime.values import Json, Secret
from stepping import NobodyIsAsked

pytestmark = pytest.mark.anyio

ROWS: Json = [
    {"crewId": "c1", "full_name": "Eve", "rank": 1},
    {"crewId": "c2", "full_name": "Bob"},
    {"crewId": "c1", "full_name": "Second"},
    {"crewId": 7, "full_name": "Seven"},
    {"crewId": None, "full_name": "None"},
    {"full_name": "Nameless"},
    "no row",
]


class Nothing(NobodyIsAsked):
    async def fetch(self, call: HttpCall, outbound: Outbound) -> Answer:
        raise NotImplementedError


async def found(value: Expr, rows: Json = ROWS, match: str = "crewId", *fields: str) -> Json:
    step = LookupStep("found", StepResult("crew"), match, value, fields or ("full_name",))
    scope = Scope(steps={"crew": rows}, binds={"k": Secret("c1")})
    return (await step.run(scope, Nothing())).value


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("c1", {"full_name": "Eve"}),
        ("7", {"full_name": "Seven"}),
        (7, {"full_name": "Seven"}),
        ("c9", None),
        (None, None),
        ("", None),
        (["c2", "c9", "c1"], [{"full_name": "Bob"}, {"full_name": "Eve"}]),
        ([None, "c9"], []),
        ([], []),
    ],
)
async def test_the_first_row_that_is_written_alike_is_found(wanted: Json, expected: Json) -> None:
    assert await found(Const(wanted)) == expected


async def test_an_object_is_its_own_only_row_and_anything_else_has_none() -> None:
    assert await found(Const("c1"), {"crewId": "c1", "full_name": "Eve"}) == {"full_name": "Eve"}
    assert await found(Const("c1"), None) is None


async def test_names_of_fields_may_be_spelled_otherwise_and_missing_ones_are_null() -> None:
    expected = {"full-name": "Eve", "rank": 1, "ship": None}
    assert await found(Const("c1"), ROWS, "crew-id", "full-name", "rank", "ship") == expected


async def test_a_bound_value_is_never_looked_up() -> None:
    assert await found(BindValue("k")) is None


def test_a_lookup_calls_nothing_and_says_what_it_does() -> None:
    step = LookupStep("found", StepResult("crew"), "crewId", Const("c1"), ("a", "b"))
    assert (step.calls, [*step.parts()]) == ((), [("lookup", "crewId", Const("c1"))])
    assert str(step) == "finds a, b in step crew where crewId is 'c1'"
