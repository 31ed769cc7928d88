import pytest

from naftiko_runtime.expr.path import Root, Steps, compile_path
from naftiko_runtime.expr.scope import Argument, BindValue, Const, Scope
from naftiko_runtime.expr.shape import Computed, Fields, Rows, Selected, Shape
from naftiko_runtime.values import Json, Secret

SCOPE = Scope(arguments={"name": "me"}, binds={"env.KEY": Secret("k")})
ANSWER: Json = {"data": {"items": [{"id": 1, "tags": ["x"]}, {"id": 2}, 3]}, "next": None}
ID = Selected(Steps(("id",)), "number")


@pytest.mark.parametrize(
    ("shape", "projected"),
    [
        (Selected(Root()), ANSWER),
        (Selected(Steps(("data", "items", 0, "id"))), 1),
        (Selected(Steps(("nothing",))), None),
        (Selected(compile_path("$.data.items[*].id")), [1, 2]),
        (Computed(Const({"a": 1})), {"a": 1}),
        (Computed(Argument("name")), "me"),
        (Computed(Argument("missing")), None),
        (Computed(BindValue("env.KEY")), None),
        (Fields(()), {}),
        (
            Fields(
                (("first", Selected(Steps(("items", 0)))), ("by", Computed(Argument("name")))),
                Steps(("data",)),
            ),
            {"first": {"id": 1, "tags": ["x"]}, "by": "me"},
        ),
        (Fields((("id", ID),)), {"id": None}),
        (Fields((("id", ID),), Steps(("nothing",))), {"id": None}),
        (Rows(Steps(("data", "items")), ID), [1, 2, None]),
        (
            Rows(Steps(("data", "items")), Fields((("tags", Rows(Steps(("tags",)), Selected(Root()))),))),
            [{"tags": ["x"]}, {"tags": None}, {"tags": None}],
        ),
        (Rows(Steps(("data",)), ID), None),
        (Rows(Steps(("nothing",)), ID), None),
    ],
)
def test_a_shape_cuts_its_part_from_the_answer(shape: Shape, projected: Json) -> None:
    assert shape.project(ANSWER, SCOPE) == projected


def test_the_value_at_a_path_is_passed_on_untouched() -> None:
    assert Selected(Root()).project(ANSWER, SCOPE) is ANSWER


@pytest.mark.parametrize(
    ("shape", "schema", "text"),
    [
        (Selected(Root()), {}, "$"),
        (ID, {"type": "number"}, "$.id"),
        (Computed(Const(1), "number"), {"type": "number"}, "1"),
        (Computed(Argument("name")), {}, "name"),
        (
            Fields((("id", ID), ("by", Computed(Argument("name"), "string")))),
            {"type": "object", "properties": {"id": {"type": "number"}, "by": {"type": "string"}}},
            "{id: $.id, by: name}",
        ),
        (
            Rows(Steps(("items",)), Fields((("id", ID),))),
            {"type": "array", "items": {"type": "object", "properties": {"id": {"type": "number"}}}},
            "$.items[] {id: $.id}",
        ),
    ],
)
def test_a_shape_prints_and_describes_what_it_gives(shape: Shape, schema: Json, text: str) -> None:
    assert (shape.schema(), str(shape)) == (schema, text)
