import pytest

from naftiko_runtime.expr.path import Root, Steps, compile_path
from naftiko_runtime.expr.scope import Argument, BindValue, Const, Scope
from naftiko_runtime.expr.shape import Computed, Fields, Rows, Selected, Shape
from naftiko_runtime.values import Json, Secret
from naftiko_runtime.values.json import encode

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


CAPTAIN = Fields((("name", Selected(Steps(("captain",)))), ("by", Computed(Argument("name")))))
SHIP = (
    ("id", ID),
    ("captain", CAPTAIN),
    ("port", Fields((("name", Selected(Steps(("name",)))),), Steps(("port",)))),
    ("first", Selected(Steps(("tags", 0)))),
    ("tags", Rows(Steps(("tags",)), Fields((("tag", Selected(Root())),)))),
)
WHOLE: Json = {"id": 1, "captain": "Ada", "port": {"name": "Brest"}, "tags": ["x", {"tag": 1}]}
SHIPS: tuple[list[Json], ...] = (
    [],
    [WHOLE, {}, {"id": None, "port": 3}, WHOLE],
    [{"id": 1}, 2, None, [WHOLE]],
)


@pytest.mark.parametrize("ships", SHIPS)
@pytest.mark.parametrize(
    "item", [Fields(SHIP), Fields((*SHIP, ("captain", ID))), Fields(SHIP, Steps(("port",)))]
)
def test_rows_are_what_their_elements_give_one_by_one(ships: list[Json], item: Fields) -> None:
    rows = Rows(Root(), item).project(ships, SCOPE)

    assert encode(rows) == encode([item.project(ship, SCOPE) for ship in ships])


def test_rows_of_one_object_share_nothing() -> None:
    first, second = Fields(SHIP).project_all([WHOLE, WHOLE], SCOPE)
    assert isinstance(first, dict)
    first["id"], first["captain"] = 2, {}

    assert second == Fields(SHIP).project(WHOLE, SCOPE)


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
