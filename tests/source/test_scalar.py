"""Scalars by the core schema of YAML 1.2 (10.3.2), and the tags that may be put before them."""

import pytest

from naftiko_runtime.source.diagnostics import Report
from naftiko_runtime.source.tree import load
from naftiko_runtime.values import Json


def value_of(text: str) -> tuple[Json, str]:
    """Return what ``a: TEXT`` holds, with its type's name, for 1, 1.0 and true are equal."""
    report = Report()
    source = load(f"a: {text}\n", "f.yml", report)
    assert list(report) == []
    assert source is not None
    assert isinstance(source.data, dict)
    return source.data["a"], type(source.data["a"]).__name__


@pytest.mark.parametrize(
    "text",
    [
        "yes", "no", "on", "off", "y", "Yes", "tRue", "nULL", "2026-05-19", "2026-05-19T10:00:00Z", "12:30",
        "1_000", "0b11", "0o", "0o8", "0x", "-0x1F", "+0o7", "1e", "e5", ".", "--", "+", "1.2.3", "1,5", "٣",
        ".inf", "-.INF", ".nan", ".NaN", "1e400", "-1e999", "<<", "=", "$.", "a b", "a#b", "🚢", "0" * 3501,
    ],
)  # fmt: skip
def test_what_is_no_number_boolean_or_null_stays_text(text: str) -> None:
    assert value_of(text) == (text, "str")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("-0", 0),
        ("+5", 5),
        ("017", 17),
        ("0o17", 15),
        ("0x1F", 31),
        ("0xff", 255),
        ("12345678901234567890123", 12345678901234567890123),
        ("9" * 3500, int("9" * 3500)),
    ],
)
def test_integers_are_exact(text: str, number: int) -> None:
    assert value_of(text) == (number, "int")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1.0", 1.0),
        ("1.", 1.0),
        (".5", 0.5),
        ("-.5", -0.5),
        ("+1.5e-3", 0.0015),
        ("1e5", 1e5),
        ("1E+2", 100.0),
    ],
)
def test_floats_are_finite_numbers(text: str, number: float) -> None:
    assert value_of(text) == (number, "float")


@pytest.mark.parametrize("text", ["", "~", "null", "Null", "NULL", "# a comment"])
def test_null_has_five_spellings(text: str) -> None:
    assert value_of(text) == (None, "NoneType")


@pytest.mark.parametrize(
    ("text", "value"),
    [("true", True), ("True", True), ("TRUE", True), ("false", False), ("False", False), ("FALSE", False)],
)
def test_booleans_have_three_spellings_each(text: str, value: bool) -> None:
    assert value_of(text) == (value, "bool")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("'1'", "1"),
        ('"true"', "true"),
        ("''", ""),
        ('"~"', "~"),
        ("'it''s'", "it's"),
        ('"a\\tb\\u00e9\\0"', "a\tbé\0"),
        ("|\n  1\n  2", "1\n2\n"),
        (">-\n  1\n  2", "1 2"),
        ("! 5", "5"),
        ("!!str 5", "5"),
        ("!!str", ""),
        ("!!str '5'", "5"),
        ("!<tag:yaml.org,2002:str> null", "null"),
    ],
)
def test_what_is_quoted_or_tagged_as_text_is_text(text: str, value: str) -> None:
    assert value_of(text) == (value, "str")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("!!int 5", (5, "int")),
        ("!!int '5'", (5, "int")),
        ("!!float 5", (5, "int")),
        ("!!float 5.5", (5.5, "float")),
        ("!!bool 'true'", (True, "bool")),
        ("!!null ''", (None, "NoneType")),
        ("!!null", (None, "NoneType")),
        ("!!map {b: 1}", ({"b": 1}, "dict")),
        ("!!seq [b]", (["b"], "list")),
        ("! [b]", (["b"], "list")),
    ],
)
def test_a_tag_of_the_core_schema_that_fits_is_followed(text: str, value: tuple[Json, str]) -> None:
    assert value_of(text) == value


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("!!int x", "!!int"),
        ("!!int 5.5", "!!int"),
        ("!!int true", "!!int"),
        ("!!float false", "!!float"),
        ("!!bool yes", "!!bool"),
        ("!!null x", "!!null"),
        ("!!binary aGk=", "!!binary"),
        ("!!timestamp 2001-01-01", "!!timestamp"),
        ("!vault secret", "!vault"),
        ("!<tag:example.org,2026:x> 1", "tag:example.org,2026:x"),
        ("!!set {b}", "!!set"),
        ("!!omap [b: 1]", "!!omap"),
        ("!!map [b]", "!!map"),
        ("!!seq {b: 1}", "!!seq"),
        ("!!str {b: 1}", "!!str"),
        ("!env {b: 1}", "!env"),
    ],
)
def test_any_other_tag_is_reported_where_it_stands(text: str, tag: str) -> None:
    report = Report()
    load(f"a: {text}\n", "f.yml", report)
    assert [str(item) for item in report] == [f"f.yml:1:4: error[Y008]: tag '{tag}' is not supported here"]


@pytest.mark.parametrize("key", ["on", "1", "null", "2026-05-19", "~", "1.0", "true", ""])
def test_a_key_is_always_text(key: str) -> None:
    source = load(f"{key or chr(39) * 2}: x\n", "f.yml", Report())
    assert source is not None
    assert source.data == {key: "x"}
