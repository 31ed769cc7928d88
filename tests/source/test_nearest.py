"""Which known word somebody meant: as difflib says while it may compare with all, and soon."""

from difflib import get_close_matches

import pytest
from hypothesis import given
from hypothesis import strategies as st

from naftiko_runtime.source.nearest import nearest

WORDS = st.text("abcde-", max_size=8)


def compared_with_all(word: str, known: list[str]) -> str | None:
    alike = [other for other in known if other.lower() == word.lower()]
    return next(iter(alike or get_close_matches(word, known, 1)), None)


@given(WORDS, st.lists(WORDS, max_size=12))
def test_of_few_words_the_nearest_is_found(word: str, known: list[str]) -> None:
    assert nearest(word, known) == compared_with_all(word, known)


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("a.ship-77.raed", "a.ship-77.read"),
        ("a.shp-77.read", "a.ship-77.read"),
        ("ship-300.read", "a.ship-300.read"),
        ("A.SHIP-3.READ", "a.ship-3.read"),
        ("something else", None),
        ("a.ship-7" + "7" * 200, None),
    ],
)
def test_of_many_words_the_one_that_was_mistyped_is_found(word: str, meant: str | None) -> None:
    assert nearest(word, [f"a.ship-{number}.read" for number in range(2_000)]) == meant


def test_long_words_are_compared_too() -> None:
    known = [f"{'the-same-beginning-of-all-' * 3}{number}" for number in range(50)]
    assert nearest(known[7].replace("beginning", "begining"), known) == known[7]


def test_where_nothing_is_known_nothing_is_near() -> None:
    assert nearest("", []) is None
    assert nearest("a", [""]) is None
