"""Random values, written by another library and read back."""

import csv
import io
import json
from typing import Any, Literal
from xml.sax.saxutils import escape, quoteattr

import yaml
from hypothesis import given
from hypothesis import strategies as st

from naftiko_runtime.formats import FORMATS, Hints
from naftiko_runtime.values import Json

NO_CONTROLS: tuple[Literal["Cc"]] = ("Cc",)
# what neither XML nor YAML may hold, or what they take for an end of line
ENDS = "\u2028\u2029\ufeff\ufffe\uffff"
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=NO_CONTROLS, exclude_characters=ENDS))
NAMES = st.text("abcxyz", min_size=1, max_size=5)
NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)
TREES = st.recursive(TEXTS, lambda inner: st.dictionaries(NAMES, inner, min_size=1, max_size=3), max_leaves=8)


def decoded(kind: str, text: str) -> Json:
    return FORMATS[kind].decode(text.encode(), Hints())


@given(st.lists(VALUES))
def test_ndjson(values: list[Any]) -> None:
    assert decoded("ndjson", "\n".join(json.dumps(value) for value in values)) == values


@given(
    st.lists(NAMES, min_size=1, max_size=4, unique=True), st.data(), st.sampled_from(["csv", "tsv", "psv"])
)
def test_delimited(names: list[str], data: st.DataObject, kind: str) -> None:
    cells = st.text(st.characters(codec="utf-8"))
    rows = data.draw(st.lists(st.fixed_dictionaries(dict.fromkeys(names, cells))))
    text = io.StringIO(newline="")
    delimiter = {"csv": ",", "tsv": "\t", "psv": "|"}[kind]
    writer = csv.DictWriter(text, names, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writeheader()
    writer.writerows(rows)
    assert decoded(kind, text.getvalue()) == rows


@given(VALUES)
def test_yaml(value: Any) -> None:
    assert decoded("yaml", yaml.safe_dump(value, allow_unicode=True)) == value
    assert decoded("yaml", json.dumps(value, ensure_ascii=False)) == value


def written(name: str, value: Any) -> str:
    if isinstance(value, str):
        return f"<{name}>{escape(value)}</{name}>"
    return f"<{name}>{''.join(written(key, inner) for key, inner in value.items())}</{name}>"


@given(TREES)
def test_xml(tree: Any) -> None:
    assert decoded("xml", written("root", tree)) == (tree or {})


@given(st.dictionaries(NAMES, TEXTS, min_size=1))
def test_xml_attributes(fields: dict[str, str]) -> None:
    attributes = " ".join(f"{name}={quoteattr(value)}" for name, value in fields.items())
    assert decoded("xml", f"<root {attributes}/>") == fields
