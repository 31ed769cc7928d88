"""Every JSON text is a YAML text with the same value, and JSON itself loses nothing."""

import json

from hypothesis import given
from hypothesis import strategies as st

from naftiko_runtime.source.diagnostics import Report
from naftiko_runtime.source.tree import load
from naftiko_runtime.values import Json
from naftiko_runtime.values.json import decode, encode, encode_pretty, encode_text


def documents(text: st.SearchStrategy[str]) -> st.SearchStrategy[Json]:
    numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    words = st.sampled_from(
        ["", "yes", "null", "~", "1", "0o7", "1e3", ".inf", "- a", "a: b", "#", "*x", "!x", "'", '"']
    )
    return st.recursive(
        st.none() | st.booleans() | numbers | text | words,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text | words, inner, max_size=4),
        max_leaves=20,
    )


# YAML knows no pairs of escaped surrogates; it breaks lines inside quotes, at three characters more than JSON
ESCAPED = st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"]), max_size=20)
PRINTED = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn", "Zl", "Zp"]), max_size=20)


def loaded(text: str) -> str:
    report = Report()
    source = load(text, "f.json", report)
    assert list(report) == []
    assert source is not None
    return json.dumps(source.data)


@given(documents(ESCAPED), st.sampled_from([None, 2]))
def test_escaped_json_is_yaml(document: Json, indent: int | None) -> None:
    assert loaded(json.dumps(document, indent=indent)) == json.dumps(document)


@given(documents(PRINTED))
def test_printed_json_is_yaml(document: Json) -> None:
    assert loaded(encode_text(document)) == json.dumps(document)


@given(documents(st.text(st.characters(exclude_categories=["Cs"]))))
def test_json_loses_nothing(document: Json) -> None:
    assert json.dumps(decode(encode(document))) == json.dumps(document)
    assert json.dumps(decode(encode_pretty(document))) == json.dumps(document)
    assert decode(encode([document, 2**70])) == [document, 2**70]


@given(st.binary(max_size=30) | st.text(st.sampled_from('[]{}",:0123456789eE+-.\\u d8N')).map(str.encode))
def test_bytes_are_json_or_a_value_error(data: bytes) -> None:
    try:
        value = decode(data)
    except ValueError:
        return
    assert decode(encode(value)) == value
    assert json.loads(data) == value
