"""Our own selectors against the library's, on random documents."""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st
from jsonpath_ng.ext.parser import parse

from naftiko_runtime.expr.notation import quote
from naftiko_runtime.expr.path import Root, Selection, Steps, compile_path
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


BOUNDS = st.none() | st.integers(-4, 4)
CONSTANTS = st.sampled_from(["0", "1", "-1", "0.5", "'a'", "''", '"b"', "true", "false", "null"])
OPERATORS = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])


def listed(texts: Iterable[str]) -> str:
    return f"[{','.join(texts)}]"


def bounded(bounds: Iterable[int | None]) -> str:
    return f"[{':'.join('' if bound is None else str(bound) for bound in bounds)}]"


PLACES = st.lists(NAMES.map(quote) | st.integers(-2, 2).map(str), max_size=2).map(
    lambda keys: "@" + "".join(f"[{key}]" for key in keys)
)
TESTS = (
    PLACES
    | PLACES.map(lambda place: f"!{place}")
    | st.tuples(PLACES, OPERATORS, CONSTANTS).map(lambda parts: " ".join(parts))
)
BRACKETS = (
    st.lists(NAMES.map(quote), min_size=1, max_size=3).map(listed)
    | st.lists(st.integers(-3, 3).map(str), min_size=1, max_size=3).map(listed)
    | st.just("[*]")
    | st.lists(BOUNDS, min_size=2, max_size=3).map(bounded)
    | st.lists(TESTS, min_size=1, max_size=3).map(lambda tests: f"[?({' && '.join(tests)})]")
)
SEGMENTS = BRACKETS | BRACKETS.map(lambda bracket: f"..{bracket}") | st.sampled_from([".*", "..*", "..a"])


@given(DOCUMENTS, st.lists(SEGMENTS, min_size=1, max_size=4).map("".join))
def test_selections_find_what_the_library_finds(document: Json, segments: str) -> None:
    path = compile_path(f"${segments}")
    found = [match.value for match in parse(f"${segments}").find(document)]
    if isinstance(path, Steps):
        assert path.select(document) == (found[0] if found else None)
    else:
        assert isinstance(path, Selection)
        assert repr(path.select(document)) == repr(found)  # in Python, true equals 1
    assert compile_path(str(path)) == path


@given(st.text(st.sampled_from("$.[]*?@!'\"(),:-&=<0a \\"), max_size=12))
def test_what_can_be_read_prints_so_that_it_reads_back(text: str) -> None:
    try:
        path = compile_path(text)
    except ValueError:
        return
    if isinstance(path, Root | Steps | Selection):
        assert compile_path(str(path)) == path


@given(st.lists(ANY_NAME | st.integers(-(10**17), 10**17), min_size=1, max_size=5))
def test_a_printed_path_is_read_as_the_same_path(keys: list[str | int]) -> None:
    path = Steps(tuple(keys))
    assert compile_path(str(path)) == path
