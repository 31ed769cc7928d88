"""A text that breaks off is read as far as it is whole."""

import pytest

from naftiko_runtime.source.diagnostics import Report
from naftiko_runtime.source.ending import mark_of
from naftiko_runtime.source.tree import load
from naftiko_runtime.values import Json

MARK = "# --- truncated at 32 KB (101 KB total) ---\n"
WHOLE = "\n  hint: get the whole file"
ITEMS: list[Json] = [{"b": number} for number in range(40)]
TEXT = "a:\n" + "".join(f"  - b: {number}\n" for number in range(40))


def read(text: str) -> tuple[Json, bool, str]:
    """Return what was read of a text, whether it breaks off, and what was said."""
    report = Report()
    source = load(text, "f", report)
    return (source.data, source.is_cut, str(report)) if source else (None, False, str(report))


def broken(line: int, left: int, lines: int) -> str:
    message = f"the text breaks off: nothing is read from here on, {left} of {lines} lines"
    return f"f:{line}:1: warning[Y009]: {message}{WHOLE}"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (f"a: 1\n{MARK}", 1),
        (f"a: 1\n\n{MARK}# Full source: elsewhere\n\n", 2),
        ("a: 1\n# it was truncated", 1),
        (f"{MARK}a: 1\n", None),
        ("a: 1\nb: 2 # truncated\n", None),
        ("", None),
        ("# one\n" * 8, None),
    ],
)
def test_a_comment_at_the_end_says_that_a_text_was_cut(text: str, line: int | None) -> None:
    assert mark_of(text) == line


def test_a_text_that_says_so_was_cut_though_all_of_it_can_be_read() -> None:
    said = f"f:2:1: warning[Y009]: the text was cut off here, as this line says{WHOLE}"
    assert read(f"a: [b]\n{MARK}") == ({"a": ["b"]}, True, said)


@pytest.mark.parametrize("end", ["  - c: 'x", "  - c: [1,", "  - c: {d: 1", '  - "c'])
def test_what_stands_before_the_line_that_breaks_off_is_read(end: str) -> None:
    assert read(TEXT + end) == ({"a": ITEMS}, True, broken(42, 1, 42))


def test_the_lines_of_an_item_that_make_no_sense_without_its_end_are_left_out_with_it() -> None:
    assert read(f"{TEXT}  - c: 1\n    d") == ({"a": [*ITEMS, {"c": 1}]}, True, broken(43, 1, 43))
    assert read(f"{TEXT}  - 'c\n\n    d\n") == ({"a": ITEMS}, True, broken(42, 3, 44))
    assert read(f"{TEXT}  - c: [\n      1,\n      'x") == ({"a": ITEMS}, True, broken(42, 3, 44))


def test_items_are_left_out_until_the_rest_can_be_read() -> None:
    text = f"{TEXT}  - c:\n    - [1,\n      2,\n      {{d: 'x\n"
    assert read(text + MARK)[:2] == ({"a": [*ITEMS, {"c": None}]}, True)


def test_a_double_key_in_the_part_that_is_read_is_told_once() -> None:
    data, _, said = read(f"z: 1\nz: 2\n{TEXT}  - 'c")
    assert data == {"z": 2, "a": ITEMS}
    assert said == "f:2:1: error[Y002]: duplicate key 'z'\n" + broken(44, 1, 44)


@pytest.mark.parametrize(
    "text",
    [
        f"{TEXT}  - b: c: d\n",
        f"a: b: c\n{TEXT}",
        f"a: 'b\n{TEXT}",
        "a: 1\nb: [",
        "a: [",
        f"a: [\n{MARK}",
        f"# nothing\na: [\n{MARK}",
        f"a: b: c\n{TEXT}{MARK}",
    ],
)
def test_a_mistake_that_is_no_break_stays_a_mistake(text: str) -> None:
    assert "error[Y001]" in read(text)[2]
    assert read(text)[:2] == (None, False)


def test_the_number_of_tries_does_not_grow_with_the_text() -> None:
    deep = "".join(f"{'  ' * depth}- 'a':\n" for depth in range(40))
    data, _, said = read(f"x: b: c\n{deep}{'  ' * 40}- [\n{MARK}")
    assert (data, "error[Y001]" in said) == (None, True)
