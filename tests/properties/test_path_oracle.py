"""Our own selectors against the library's, on random documents."""

from hypothesis import given
from hypothesis import strategies as st
from jsonpath_ng.ext.parser import parse

from naftiko_runtime.expr.path import Steps, compile_path
from naftiko_runtime.values import Json

NAMES = st.sampled_from(["a", "b", "a b", "c-d", "@type", "é", "0", "x.y", ""])
KEYS = st.one_of(NAMES, st.integers(-3, 3))
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=30,
)
ANY_NAME = st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.text(
    st.sampled_from(" .a[]*?()'\"$\\\n\x7f\U000e0001"), max_size=4
)


@st.composite
def documents_and_ways(draw: st.DrawFn) -> tuple[Json, tuple[str | int, ...]]:
    """Draw a document, and keys that usually lead somewhere in it."""
    document: Json = draw(DOCUMENTS)
    keys: list[str | int] = []
    here = document
    for _ in range(draw(st.integers(1, 4))):
        if isinstance(here, dict) and here and draw(st.booleans()):
            key: str | int = draw(st.sampled_from(sorted(here)))
        elif isinstance(here, list) and here and draw(st.booleans()):
            key = draw(st.integers(-len(here), len(here) - 1))
        else:
            key = draw(KEYS)
        here = Steps((key,)).select(here)
        keys.append(key)
    return document, tuple(keys)


@given(documents_and_ways())
def test_steps_find_what_the_library_finds(drawn: tuple[Json, tuple[str | int, ...]]) -> None:
    document, keys = drawn
    text = "$" + "".join(f"[{key}]" if isinstance(key, int) else f"['{key}']" for key in keys)
    found = [match.value for match in parse(text).find(document)]
    assert compile_path(text) == Steps(keys)
    assert compile_path(text).select(document) == (found[0] if found else None)


@given(st.lists(ANY_NAME | st.integers(-(10**17), 10**17), min_size=1, max_size=5))
def test_a_printed_path_is_read_as_the_same_path(keys: list[str | int]) -> None:
    path = Steps(tuple(keys))
    assert compile_path(str(path)) == path
