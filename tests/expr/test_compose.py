import pytest

from naftiko_runtime.expr.compose import ListOf, ObjectOf, TextOf, compile_value
from naftiko_runtime.expr.scope import Argument, BindValue, Const, Expr, Scope
from naftiko_runtime.expr.sections import Hole
from naftiko_runtime.expr.template import Template, compile_template
from naftiko_runtime.values import Json, Secret


def compiled(value: Json) -> Expr:
    return compile_value(value, lambda text: compile_template(text, Argument))


@pytest.mark.parametrize(
    "value", [None, True, 0, 2**70, 1.5, "text", {}, [], {"a": [1, {"b": "c"}]}, [None, ["x"]]]
)
def test_a_value_without_references_is_a_constant(value: Json) -> None:
    assert compiled(value) == Const(value)


def test_what_a_hole_means_may_be_a_constant_too() -> None:
    value: Json = {"a": "{{x}}", "b": ["{{x}}", "c{{! d }}"]}
    found = compile_value(value, lambda text: compile_template(text, lambda word: Const(5)))
    assert found == Const({"a": 5, "b": [5, "c"]})


def test_only_what_has_references_is_built_anew_for_each_call() -> None:
    assert compiled({"a": "{{x}}", "b": {"c": [1]}, "d": ["{{y}}", "z{{y}}", None]}) == ObjectOf(
        (
            ("a", Argument("x")),
            ("b", Const({"c": [1]})),
            ("d", ListOf((Argument("y"), Template(("z", Hole("y", Argument("y")))), Const(None)))),
        )
    )


@pytest.mark.parametrize(
    ("value", "built"),
    [
        ({"a": "{{x}}"}, {"a": {"k": [1]}}),
        ({"a": "{{x}}", "b": "{{missing}}"}, {"a": {"k": [1]}}),
        ({"b": "{{missing}}"}, {}),
        ({"a": None, "b": "{{missing}}", "c": "{{n}}"}, {"a": None, "c": 5}),
        ({"a": {"b": {"c": "{{n}}"}}}, {"a": {"b": {"c": 5}}}),
        ({"a": "n={{n}}", "{{n}}": "{{n}}"}, {"a": "n=5", "{{n}}": 5}),
        (["{{n}}", "{{missing}}", None, 0], [5, None, 0]),
        ([["{{missing}}"], {"a": "{{missing}}"}], [[], {}]),
    ],
)
def test_what_was_not_given_is_left_out_and_a_stated_null_stays(value: Json, built: Json) -> None:
    assert compiled(value).evaluate(Scope(arguments={"x": {"k": [1]}, "n": 5})) == built


def test_a_structure_tells_what_it_reads_and_prints_it() -> None:
    structure = compiled({"a": ["{{x}}", 1], "b": "{{y}}"})
    assert structure.refs() == (Argument("x"), Argument("y"))
    assert str(structure) == "{a: [x, 1], b: y}"


@pytest.mark.parametrize("structure", [ObjectOf((("a", BindValue("k")),)), ListOf((BindValue("k"),))])
def test_a_secret_inside_a_structure_is_refused_without_showing_it(structure: Expr) -> None:
    with pytest.raises(TypeError, match=r"^a secret cannot stand inside a list or object$"):
        structure.evaluate(Scope(binds={"k": Secret("hunter2")}))


@pytest.mark.parametrize(("value", "text"), [(7, "7"), ("a", "a"), ([1], "[1]"), (None, None)])
def test_a_value_can_be_wanted_as_text(value: Json, text: str | None) -> None:
    made = TextOf(Argument("x"))
    assert made.evaluate(Scope({"x": value})) == text
    assert (made.refs(), str(made)) == ((Argument("x"),), "x")


def test_a_secret_stays_one_as_text() -> None:
    secret = Secret("s3cret")
    assert TextOf(BindValue("k")).evaluate(Scope(binds={"k": secret})) is secret
