"""YAML whose numbers stay texts."""

import pytest

from naftiko_runtime.formats.yaml import read_yaml_as_written
from naftiko_runtime.values import Json


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("007", "007"),
        ("1.10", "1.10"),
        ("0x1F", "0x1F"),
        ("!!int 07", "07"),
        ("true", True),
        ("~", None),
        ("'1'", "1"),
        ("[1, {a: 2.50}]", ["1", {"a": "2.50"}]),
        ("a: &x 1.0\nb: *x\n", {"a": "1.0", "b": "1.0"}),
    ],
)
def test_numbers_are_the_texts_that_stand_there(text: str, value: Json) -> None:
    assert read_yaml_as_written(text) == value


def test_what_is_no_yaml_is_refused() -> None:
    with pytest.raises(ValueError, match="line 2"):
        read_yaml_as_written("{")
