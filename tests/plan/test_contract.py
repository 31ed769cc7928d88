"""What callers may send: coercion, validation and its sentences (D13)."""

import pytest

from naftiko_runtime.plan.contract import KINDS, Contract, Kind, Param, coerce, is_pattern, kind_of
from naftiko_runtime.plan.errors import BadArgument, InvalidArguments
from naftiko_runtime.values import Json

HUGE = 2**70 + 1


def problems(contract: Contract, **raw: Json) -> dict[str, str]:
    with pytest.raises(InvalidArguments) as caught:
        contract.bind(raw)
    assert caught.value.sentence == "; ".join(str(problem) for problem in caught.value.problems)
    return {problem.path: problem.problem for problem in caught.value.problems}


# coercion: what is not listed stays as it is

EXACT: dict[Kind, list[tuple[Json, Json]]] = {
    "string": [(7, "7"), (HUGE, str(HUGE)), (1.5, "1.5"), (True, "true"), (False, "false")],
    "integer": [
        ("7", 7),
        ("+7", 7),
        ("-0", 0),
        ("007", 7),
        (str(HUGE), HUGE),
        (7.0, 7),
        (-0.0, 0),
        (1e22, 10**22),
    ],
    "number": [("7", 7), ("-1.50", -1.5), ("1e3", 1000.0), ("+.5", "+.5"), (str(HUGE), HUGE), ("1E-2", 0.01)],
    "boolean": [("true", True), ("FALSE", False), ("True", True)],
    "array": [("[1, [2]]", [1, [2]]), (" [] ", [])],
    "object": [('{"a": 1}', {"a": 1})],
}
KEPT: dict[Kind, list[Json]] = {
    "string": ["", "x", [1], {"a": 1}],
    "integer": ["", " 7", "7 ", "7.0", "1e3", "0x7", "\u0667", "seven", "9" * 4001, 7.5, True, [7], {}],
    "number": ["", " 7", ".5", "5.", "1e", "nan", "inf", "1e999", "-1e999", "0x7", True, 7, 7.5, []],
    "boolean": ["", "yes", "1", " true", 1, 0, []],
    "array": ["", "[", '{"a": 1}', "1", "a,b", "\ud800", 1, {}, None],
    "object": ["", "{", "[1]", '"x"', 1, [], None],
}


@pytest.mark.parametrize(
    ("kind", "given", "expected"), [(k, *pair) for k, pairs in EXACT.items() for pair in pairs]
)
def test_what_is_exactly_one_becomes_one(kind: Kind, given: Json, expected: Json) -> None:
    assert (coerce(given, kind), type(coerce(given, kind))) == (expected, type(expected))


@pytest.mark.parametrize(
    ("kind", "given"), [(kind, value) for kind, values in KEPT.items() for value in values]
)
def test_what_is_not_exactly_one_stays_for_validation(kind: Kind, given: Json) -> None:
    assert coerce(given, kind) is given


@pytest.mark.parametrize("value", ["7", 7, True, "true", "[1]", None])
def test_an_argument_of_no_kind_is_never_changed(value: Json) -> None:
    assert coerce(value, None) is value


def test_the_tables_of_this_test_cover_every_kind() -> None:
    assert set(EXACT) == set(KEPT) == set(KINDS)


# validation

ALL = Contract(
    (
        Param("id", "string", required=True, pattern="^[a-z]+$"),
        Param("count", "integer"),
        Param("ratio", "number"),
        Param("all", "boolean"),
        Param("tags", "array"),
        Param("order", "object"),
        Param("any"),
    )
)


def test_good_arguments_come_out_coerced() -> None:
    raw: dict[str, Json] = {"id": "a", "count": "7", "all": "true", "tags": '["x"]', "any": "7"}
    assert ALL.bind(raw) == {"id": "a", "count": 7, "all": True, "tags": ["x"], "any": "7"}


def test_every_violation_is_reported_at_once() -> None:
    found = problems(ALL, id="A", count="x", ratio=[], all=1, tags={}, order=None, any=None, zz=1)
    assert found == {
        "id": "must match ^[a-z]+$",
        "count": "must be integer, not string",
        "ratio": "must be number, not array",
        "all": "must be boolean, not integer",
        "tags": "must be array, not object",
        "zz": "is not an argument of this operation",
    }


@pytest.mark.parametrize("raw", [{}, {"id": None}])
def test_a_required_argument_cannot_be_left_out_or_null(raw: dict[str, Json]) -> None:
    assert problems(ALL, **raw) == {"id": "is required"}
    assert problems(Contract((Param("any", required=True),)), any=None) == {"any": "is required"}


def test_a_null_for_an_optional_argument_counts_as_not_given() -> None:
    assert ALL.bind({"id": "a", "count": None, "any": None}) == {"id": "a"}


def test_a_null_for_an_unknown_argument_is_still_unknown() -> None:
    assert problems(Contract(), x=None) == {"x": "is not an argument of this operation"}


def test_an_unknown_argument_is_told_what_it_may_have_meant() -> None:
    hint = "is not an argument of this operation; did you mean 'count'?"
    assert problems(ALL, id="a", cuont=1) == {"cuont": hint}


def test_integers_of_any_size_are_integers() -> None:
    assert ALL.bind({"id": "a", "count": HUGE, "ratio": -HUGE, "any": [HUGE]}) == {
        "id": "a",
        "count": HUGE,
        "ratio": -HUGE,
        "any": [HUGE],
    }


@pytest.mark.parametrize("depth", [900, 5000])
def test_values_nested_deep_are_checked_without_harm(depth: int) -> None:
    value: Json = None
    for _ in range(depth):
        value = [value]
    assert set(problems(ALL, id=value)) == {"id"}
    assert ALL.bind({"id": "a", "any": value}).keys() == {"id", "any"}


def test_no_value_of_a_caller_is_repeated_to_them() -> None:
    long = "x" * 5000
    sentences = problems(ALL, id=long.upper(), count=long, all=[long], tags={long: 1})
    assert all(long not in f"{path}{problem}".lower() for path, problem in sentences.items())


def test_no_name_of_a_caller_is_repeated_at_length_or_unprintably() -> None:
    found = problems(Contract(), **{"x" * 5000: 1, "\ud800": 2})
    assert list(found) == ["x" * 64, "\\ud800"]


def test_at_most_twenty_problems_are_named() -> None:
    many = Contract(tuple(Param(f"p{n}", required=True) for n in range(15)))
    assert len(problems(many, **{f"x{n}": n for n in range(15)})) == 20
    assert len(problems(Contract(), **{f"x{n}": n for n in range(5000)})) == 20


def test_a_pattern_checks_text_only() -> None:
    contract = Contract((Param("a", "integer", pattern="^1"),))
    assert contract.bind({"a": 2}) == {"a": 2}


@pytest.mark.parametrize(("text", "expected"), [("^a+$", True), ("", True), ("[", False), ("a{2", False)])
def test_a_pattern_is_one_that_json_schema_reads(text: str, *, expected: bool) -> None:
    assert is_pattern(text) is expected


def test_the_schema_tells_clients_the_same() -> None:
    contract = Contract(
        (
            Param("id", "string", required=True, description="Which", pattern="^a"),
            Param("tags", "array"),
            Param("any"),
        )
    )
    assert contract.schema() == {
        "type": "object",
        "properties": {
            "id": {"type": "string", "description": "Which", "pattern": "^a"},
            "tags": {"type": "array", "items": {}},
            "any": {},
        },
        "required": ["id"],
        "additionalProperties": False,
    }
    assert Contract().schema() == {"type": "object", "properties": {}, "additionalProperties": False}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "null"),
        (True, "boolean"),
        (1, "integer"),
        (1.5, "number"),
        ("", "string"),
        ([], "array"),
        ({}, "object"),
    ],
)
def test_kinds_have_the_names_that_json_schema_gives_them(value: Json, expected: str) -> None:
    assert kind_of(value) == expected


def test_a_bad_argument_is_a_sentence_with_or_without_a_path() -> None:
    assert str(BadArgument("a", "is required")) == "a: is required"
    assert str(BadArgument("", "is missing")) == "is missing"


@pytest.mark.parametrize(
    ("keywords", "good", "bad", "problem"),
    [
        ({"enum": ["a", 1]}, "a", "b", 'it: must be one of "a", 1'),
        ({"minimum": 3}, 3, 2, "it: 2 is less than the minimum of 3"),
        ({"pattern": "^a"}, "ab", "b", "it: must match ^a"),
        (
            {"items": {"type": "integer"}},
            [2**70, -(2**70), 1],
            ["x"],
            "it.0: must be integer, not string",
        ),
        (
            {"properties": {"a": {"type": "string"}}},
            {"a": "x", "b": 1.5},
            {"a": 1},
            "it.a: must be string, not integer",
        ),
        ({"properties": {"a": {}}, "required": ["a"]}, {"a": 1}, {}, "it.a: is required"),
        ({"properties": {"a": {"enum": ["x"]}}}, {}, {"a": 1}, 'it.a: must be one of "x"'),
    ],
)
def test_keywords_are_checked(keywords: dict[str, Json], good: Json, bad: Json, problem: str) -> None:
    contract = Contract((Param("it", keywords=keywords),))
    assert contract.bind({"it": good}) == {"it": good}
    with pytest.raises(InvalidArguments) as caught:
        contract.bind({"it": bad})
    assert [str(found) for found in caught.value.problems] == [problem]
