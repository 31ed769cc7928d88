"""JSON answers."""

import pytest

from naftiko_runtime.formats import FORMATS, Hints
from naftiko_runtime.values import Json


def decode(data: bytes) -> Json:
    return FORMATS["json"].decode(data, Hints())


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b'{"a": [1, 2.5, null]}', {"a": [1, 2.5, None]}),
        (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
        (b" \r\n7\n", 7),
        (b"1180591620717411303425", 2**70 + 1),
        ('"é"'.encode(), "é"),
        (b"", None),
        (b" \n", None),
        (b"\xef\xbb\xbf", None),
        (b"null", None),
    ],
)
def test_an_answer_is_read_exactly(data: bytes, expected: Json) -> None:
    assert decode(data) == expected


@pytest.mark.parametrize("data", [b"{", b"<a/>", b"NaN", b"\xff", b'{"a": 1} x', b"\xfe\xff\x00{"])
def test_what_is_not_json_is_a_value_error(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        decode(data)
