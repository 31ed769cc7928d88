"""JSON answers."""

import pytest

from naftiko_runtime.formats import FORMATS, Hints
from naftiko_runtime.values import Json


def decode(data: bytes, charset: str | None = None, kind: str = "json") -> Json:
    return FORMATS[kind].decode(data, Hints(charset))


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


TEXT = '["\u00e9", 1]'


@pytest.mark.parametrize(
    ("data", "charset"),
    [
        (("\ufeff" + TEXT).encode("utf-16-le"), None),
        (("\ufeff" + TEXT).encode("utf-16-be"), "utf-8"),
        (("\ufeff" + TEXT).encode("utf-32-le"), None),
        (("\ufeff" + TEXT).encode("utf-32-be"), None),
        (TEXT.encode("utf-16-le"), "utf-16le"),
        (TEXT.encode("latin-1"), "ISO-8859-1"),
        (TEXT.encode(), "ISO-8859-1"),
        (TEXT.encode(), "klingon"),
    ],
)
def test_json_is_utf_8_unless_its_mark_or_its_bytes_say_otherwise(data: bytes, charset: str | None) -> None:
    assert decode(data, charset) == ["\u00e9", 1]
    assert decode(data, charset, "ndjson") == [["\u00e9", 1]]


def test_json_that_is_neither_utf_8_nor_what_it_names_is_refused() -> None:
    with pytest.raises(ValueError, match="byte 2 is not utf-8"):
        decode(TEXT.encode("latin-1"), "utf-8")
    with pytest.raises(ValueError, match="is not known"):
        decode(TEXT.encode("latin-1"), "klingon")


@pytest.mark.parametrize("data", [b"{", b"<a/>", b"NaN", b"\xff", b'{"a": 1} x', b"\xfe\xff\x00{"])
def test_what_is_not_json_is_a_value_error(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        decode(data)
