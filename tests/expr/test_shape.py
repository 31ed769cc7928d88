import pytest
from hypothesis import given
from hypothesis import strategies as st

from naftiko_runtime.expr.path import Root, Steps, compile_path
from naftiko_runtime.expr.scope import Argument, BindValue, Const, Scope
from naftiko_runtime.expr.shape import Augmented, Computed, Fields, Rows, Selected, Shape
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


def test_added_fields_can_be_read_and_may_be_of_any_type() -> None:
    added = Augmented(Fields((("id", ID),)))

    assert (str(added), added.schema()) == ("{id: $.id}", {})
    assert added.project([{"a": 1}, 2], SCOPE) == [{"a": 1, "id": None}, 2]


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


def cut(shape: Shape, value: Json) -> Json:
    """Project as the file reads: a field at a time."""
    if not isinstance(shape, Fields):
        return shape.project(value, SCOPE)
    inner, cells = shape.path.select(value), {}
    for name, each in shape.fields:
        cells[name] = cut(each, inner)
    return cells


@pytest.mark.parametrize("ships", SHIPS)
@pytest.mark.parametrize(
    "item", [Fields(SHIP), Fields((*SHIP, ("captain", ID))), Fields(SHIP, Steps(("port",)))]
)
def test_rows_are_what_their_elements_give_field_by_field(ships: list[Json], item: Fields) -> None:
    rows = Rows(Root(), item).project(ships, SCOPE)

    assert encode(rows) == encode([cut(item, ship) for ship in ships])
    assert encode(rows) == encode([item.project(ship, SCOPE) for ship in ships])


LEAVES = st.one_of(
    st.builds(lambda key: Selected(Steps((key,))), st.one_of(st.text(), st.integers(-2, 2))),
    st.builds(lambda first, second: Selected(Steps((first, second))), st.text(), st.text()),
    st.builds(lambda value: Computed(Const(value)), st.text()),
    st.just(Selected(Root())),
)
SHAPES = st.recursive(
    LEAVES,
    lambda shapes: st.builds(
        Fields,
        st.lists(st.tuples(st.text(), shapes), max_size=4).map(tuple),
        st.one_of(st.just(Root()), st.builds(lambda key: Steps((key,)), st.text())),
    ),
    max_leaves=12,
)
VALUES = st.recursive(
    st.one_of(st.none(), st.integers(), st.text()),
    lambda values: st.one_of(st.lists(values, max_size=3), st.dictionaries(st.text(), values, max_size=4)),
)


@given(shape=SHAPES, values=st.lists(VALUES, max_size=4), data=st.data())
def test_any_fields_are_cut_whatever_their_names(
    shape: Shape, values: list[Json], data: st.DataObject
) -> None:
    for value in values:  # so that something is found
        if isinstance(value, dict) and isinstance(shape, Fields):
            for _, each in shape.fields:
                if isinstance(each, Selected) and isinstance(each.path, Steps):
                    value[str(each.path.keys[0])] = data.draw(VALUES)

    assert Rows(Root(), shape).project(values, SCOPE) == [cut(shape, value) for value in values]


@pytest.mark.parametrize("name", ["'", '"', "\\", "{row}", "\n", "\x00", "\ud800", "__import__('os')", "é😀"])
def test_names_are_names_and_never_code(name: str) -> None:
    shape = Fields(((name, Selected(Steps((name,)))), ("a", Fields(((name, ID),)))))

    assert shape.project({name: 1, "id": 2}, SCOPE) == {name: 1, "a": {name: 2}}


def test_objects_may_nest_deeper_than_python_reads() -> None:
    shape = Fields((("id", ID),))
    for _ in range(300):
        shape = Fields((("in", shape),))

    found = shape.project({"id": 1}, SCOPE)
    for _ in range(300):
        inner = found["in"]
        assert isinstance(inner, dict)
        found = inner
    assert found == {"id": 1}


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
