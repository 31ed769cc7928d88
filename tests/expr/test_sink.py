import pytest

from naftiko_runtime.expr.sink import (
    Unsendable,
    as_text,
    check_segment,
    header_text,
    path_text,
    plain_text,
    query_text,
)
from naftiko_runtime.values import Json


@pytest.mark.parametrize("character", [*map(chr, range(9)), *map(chr, range(10, 32)), "\x7f"])
def test_a_control_character_cannot_stand_in_a_header(character: str) -> None:
    with pytest.raises(
        Unsendable, match=r"^has a line break or control character, which a header cannot hold$"
    ):
        header_text(f"a{character}b")


@pytest.mark.parametrize("text", [" a", "a ", "\ta", "a\t", " "])
def test_a_header_neither_begins_nor_ends_with_a_blank(text: str) -> None:
    with pytest.raises(Unsendable, match=r"^begins or ends with a blank, which a header cannot hold$"):
        header_text(text)


@pytest.mark.parametrize("text", ["", "a", "a b\tc", "é🚢", "\u2028\x85", 'a:b;c,"d"', "\xa0a"])
def test_any_other_text_is_a_header_as_it_is(text: str) -> None:
    assert header_text(text) == text


@pytest.mark.parametrize("sink", [path_text, query_text, header_text])
@pytest.mark.parametrize("text", ["\ud800", "a\udfffb"])
def test_half_a_surrogate_pair_can_be_sent_nowhere(sink: type, text: str) -> None:
    with pytest.raises(Unsendable, match=r"^has half a surrogate pair, which UTF-8 cannot hold$"):
        sink(text)


@pytest.mark.parametrize(
    ("text", "encoded"),
    [
        ("", ""),
        ("AZaz09-._~", "AZaz09-._~"),
        ("a b+c", "a%20b%2Bc"),
        ("/?#[]@!$&'()*,;=:%", "%2F%3F%23%5B%5D%40%21%24%26%27%28%29%2A%2C%3B%3D%3A%25"),
        ("é🚢\r\n", "%C3%A9%F0%9F%9A%A2%0D%0A"),
    ],
)
def test_paths_and_queries_keep_only_unreserved_characters(text: str, encoded: str) -> None:
    assert (path_text(text), query_text(text)) == (encoded, encoded)


def test_plain_text_is_left_alone() -> None:
    assert plain_text("\r\n\ud800 {{x}}") == "\r\n\ud800 {{x}}"


@pytest.mark.parametrize("segment", ["", ".", ".."])
def test_a_segment_that_would_be_folded_away_is_refused(segment: str) -> None:
    with pytest.raises(Unsendable, match=f"^gives '{segment}' as a path segment, which cannot be sent$"):
        check_segment(segment)


@pytest.mark.parametrize("segment", ["...", ".a", "a", "%2E", " "])
def test_any_other_segment_is_kept(segment: str) -> None:
    assert check_segment(segment) == segment


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a", "a"),
        ("", ""),
        (None, "null"),
        (True, "true"),
        (2**70, str(2**70)),
        (1.0, "1.0"),
        (["é"], '["é"]'),
    ],
)
def test_a_scalar_is_written_plainly_and_a_structure_as_json(value: Json, text: str) -> None:
    assert as_text(value) == text
