"""Whatever the value is, it arrives in its place, and nowhere else."""

import re
from urllib.parse import parse_qsl, unquote, urlsplit

from hypothesis import example, given
from hypothesis import strategies as st

from naftiko_runtime.expr.scope import Argument, BindValue, Expr, Scope
from naftiko_runtime.expr.sink import Unsendable, as_text, header_text, path_text, query_text
from naftiko_runtime.expr.template import compile_path_template, compile_template
from naftiko_runtime.values import Json, Secret

NASTY = st.lists(
    st.sampled_from(
        ["/", "..", ".", "%2f", "%", "?", "#", "\\", "\r\n", "\0", "{x}", "{{x}}", "é", "🚢", "+", "&", "="]
    )
    | st.text(max_size=3),
    max_size=6,
).map("".join)
TEXTS = NASTY | st.text()


@given(TEXTS, TEXTS)
@example("..", "a")
@example("a/../b", "%2e%2e")
@example("\ud800", "")
def test_a_path_keeps_its_segments_and_gives_every_value_back(one: str, two: str) -> None:
    template = compile_path_template("/v1/{one}/x-{two}/cancel", Argument)
    try:
        path = template.render(Scope(arguments={"one": one, "two": two}))
    except Unsendable as refusal:
        assert one in ("", ".", "..") or "surrogate" in str(refusal)  # noqa: PT017 - most values are no refusal
        return
    assert isinstance(path, str)
    assert path.isascii()
    assert urlsplit(f"https://host{path}")[2:] == (path, "", "")
    segments = path.split("/")
    assert [unquote(segment) for segment in segments] == ["", "v1", one, f"x-{two}", "cancel"]
    assert not {".", ".."} & set(segments)


@given(TEXTS.filter(lambda text: text.encode("utf-8", "ignore").decode() == text))
def test_a_query_gives_every_value_back(text: str) -> None:
    query = f"{query_text('a=' + text)}={query_text(text)}&b={path_text(text)}"
    assert parse_qsl(query, keep_blank_values=True) == [(f"a={text}", text), ("b", text)]
    assert unquote(query_text(text), errors="strict") == text


@given(TEXTS)
def test_a_header_is_unchanged_or_refused(text: str) -> None:
    try:
        sent = header_text(text)
    except Unsendable:
        return
    assert sent == text
    assert sent.encode("utf-8").strip(b" \t") == sent.encode("utf-8")
    assert not {*range(0x20)} - {9} & {*sent.encode()}
    assert 0x7F not in sent.encode()


@given(TEXTS)
def test_what_fills_a_hole_is_never_read_again(text: str) -> None:
    scope = Scope(arguments={"x": text}, binds={"x": Secret(text)})
    plain = compile_template("<{{x}}|{{{x}}}>", Argument)
    secret = compile_template("<{{x}}|{{{x}}}>", BindValue)
    assert plain.evaluate(scope) == f"<{text}|{text}>"
    assert secret.evaluate(scope) == Secret(f"<{text}|{text}>")


ROWS = st.lists(
    TEXTS
    | st.dictionaries(st.sampled_from(["a", "b", "rows", "KEY", "."]), TEXTS | st.booleans(), max_size=4),
    max_size=3,
)
SECTIONS = "<{{#rows}}[{{a}}|{{.}}|{{^b}}{{x}}{{/b}}|{{KEY}}]{{/rows}}{{^rows}}none{{/rows}}>"
# nothing that has a meaning in a query stands between the marks that the file writes
WRITTEN = re.compile(r"<(?:\[[\w.~%-]*\|[\w.~%-]*\|[\w.~%-]*\|k%2F1\])+>", re.ASCII)


def find(word: str) -> Expr | None:
    return BindValue("KEY") if word == "KEY" else Argument(word) if word in ("rows", "x") else None


@given(ROWS, TEXTS)
def test_no_value_breaks_out_of_its_place_through_a_section(rows: list[Json], x: str) -> None:
    scope = Scope(arguments={"rows": rows, "x": x}, binds={"KEY": Secret("k/1")})
    written = compile_template(SECTIONS, find, query_text, inside=find).evaluate(scope)
    if not rows:
        assert written == "<none>"
        return
    assert isinstance(written, Secret)
    assert WRITTEN.fullmatch(written.reveal())
    parts = written.reveal()[2:-2].split("][")
    assert [unquote(part.split("|")[1]) for part in parts] == [as_text(row) for row in rows]
