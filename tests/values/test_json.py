import json
from collections import OrderedDict
from collections.abc import Callable

import pytest

from naftiko_runtime.values import Json, Secret
from naftiko_runtime.values.json import (
    Written,
    decode,
    decode_as_written,
    encode,
    encode_around,
    encode_pretty,
    encode_text,
    has_brackets,
)

HUGE = "9" * 19  # beyond 64 bits; a text with so many digits is read by the standard library


def nested(depth: int) -> Json:
    value: Json = 1
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    "number",
    [0, -1, 2**53 + 1, 2**63 - 1, -(2**63), 2**64 - 1, 2**64, -(2**63) - 1, 10**30, -(10**400), 10**4000],
)
def test_an_integer_of_any_size_survives(number: int) -> None:
    text = str(number).encode()
    assert decode(text) == number
    assert encode(number) == text
    assert decode(encode({"id": [number]})) == {"id": [number]}
    assert encode_pretty(number) == text


def test_other_objects_than_written_ones_are_written_as_usual() -> None:
    value: Json = {"a": OrderedDict(b=1), "c": Written({"d": 2}, b"[3]")}
    assert encode_around(value) == b'{"a":{"b":1},"c":{"d":2}}'


@pytest.mark.parametrize("before", range(5))
def test_a_huge_integer_is_seen_wherever_it_stands(before: int) -> None:
    assert decode(b'{"id":' + b" " * before + HUGE.encode() + b"}") == {"id": int(HUGE)}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("null", None),
        ("true", True),
        (" [1, 2.5, -0.0] ", [1, 2.5, -0.0]),
        ("1e3", 1000.0),
        ('{"a": {"b": []}, "ü": "\\u00fc"}', {"a": {"b": []}, "ü": "ü"}),
        ('"\\ud83d\\ude00"', "😀"),
        ('{"a": 1, "a": 2}', {"a": 2}),
    ],
)
def test_a_text_is_read_alike_with_and_without_a_huge_integer_beside_it(text: str, value: Json) -> None:
    assert decode(text.encode()) == value
    assert decode(f"[{HUGE}, {text}]".encode()) == [int(HUGE), value]


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"NaN",
        b"Infinity",
        b"-Infinity",
        b"1e400",
        b"-1e400",
        b"01",
        b"1 2",
        b"[1,]",
        b"{1: 2}",
        b"'a'",
        b"\xef\xbb\xbf1",
        b'"\xff"',
        b'"\xed\xa0\x80"',
        b'"\\ud800"',
        b'"\\udc00\\ud800"',
        b'"\n"',
        b"[" * 5000 + b"]" * 5000,
    ],
)
def test_what_is_not_json_is_refused_with_and_without_a_huge_integer_beside_it(text: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the sentences are those of two libraries
        decode(text)
    with pytest.raises(ValueError):  # noqa: PT011
        decode(b"[" + HUGE.encode() + b"," + text + b"]")


def test_the_place_of_a_mistake_is_told() -> None:
    with pytest.raises(ValueError, match="line 2 column 2"):
        decode(b"[1,\n x]")


def test_text_is_written_as_it_is_and_without_blanks() -> None:
    assert encode_text({"ü": ["😀", None, True, 1.5]}) == '{"ü":["😀",null,true,1.5]}'
    assert encode_text({"ü": ["😀", None, True, 2**70]}) == f'{{"ü":["😀",null,true,{2**70}]}}'


def test_pretty_json_has_a_line_for_each_value() -> None:
    assert encode_pretty({"ü": [1, {}]}) == '{\n  "ü": [\n    1,\n    {}\n  ]\n}'.encode()


@pytest.mark.parametrize("write", [encode, encode_text, encode_pretty])
@pytest.mark.parametrize("value", ["\ud800", {"a": ["\udfff"]}, {"\ud800": 1}, ["\ud800", 2**70]])
def test_half_a_surrogate_pair_cannot_be_written(write: Callable[[Json], object], value: Json) -> None:
    with pytest.raises(UnicodeEncodeError):
        write(value)


@pytest.mark.parametrize("number", [float("inf"), float("-inf"), float("nan")])
def test_what_json_has_no_number_for_is_refused_where_numbers_are_written_exactly(number: float) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        encode([number, 2**70])
    with pytest.raises(ValueError, match="not JSON compliant"):
        encode_pretty(number)


def test_nesting_that_one_library_cannot_write_is_written_by_the_other() -> None:
    assert encode(nested(400)) == b"[" * 400 + b"1" + b"]" * 400


def test_nesting_beyond_measure_is_refused() -> None:
    with pytest.raises(ValueError, match="value is nested too deep for JSON"):
        encode(nested(100_000))
    with pytest.raises(ValueError, match="JSON is nested too deep"):
        decode(b"[" * 100_000 + HUGE.encode() + b"]" * 100_000)


@pytest.mark.parametrize("value", [Secret("hunter2"), {"a": [Secret("hunter2")]}, [Secret("hunter2"), 2**70]])
def test_a_secret_is_never_written(value: Json) -> None:
    for write in (encode, encode_text, encode_pretty):
        with pytest.raises(TypeError) as refusal:
            write(value)
        assert "hunter2" not in str(refusal.value)


def test_what_is_written_is_json_for_others() -> None:
    value: Json = {"a": [1, 2.5, "\u2028\x00\x7f", 2**70, {"": None}]}
    assert json.loads(encode(value)) == value


def test_numbers_may_stay_as_they_are_written() -> None:
    text = '{"a": 1.10, "b": [7e1, -0, 1E400], "c": true, "d": null, "e": "1.0"}'
    assert decode_as_written(text) == {
        "a": "1.10",
        "b": ["7e1", "-0", "1E400"],
        "c": True,
        "d": None,
        "e": "1.0",
    }


@pytest.mark.parametrize("text", ["", "{", "NaN", '"\\ud800"', "[" * 200_000])
def test_what_is_no_json_is_refused_whatever_becomes_of_numbers(text: str) -> None:
    with pytest.raises(ValueError, match=r"^(?!.*ud800)"):
        decode_as_written(text)


@pytest.mark.parametrize("value", [{"a": "ü"}, {"id": 10**30}, {}])
def test_what_is_written_already_is_taken_over(value: dict[str, Json]) -> None:
    written = Written(value, encode(value))
    around: Json = {"b": written, "c": [1.5, None]}
    assert encode_around(around) == encode(around) == encode({"b": value, "c": [1.5, None]})
    assert encode_around({"b": Written(value, b"{...}")}) == b'{"b":{...}}'


def test_what_was_never_written_is_written_though_it_is_no_number_of_64_bits() -> None:
    assert encode_around({"id": 10**30, "b": Written({}, b"{}")}) == encode({"id": 10**30, "b": {}})


def test_brackets_of_both_kinds_are_counted() -> None:
    text = b'{"a":[[1],{}]}'
    assert [has_brackets(text, count) for count in (1, 4, 5)] == [True, True, False]
