import pytest

from naftiko_runtime.expr.path import Path, Query, Root, Steps, compile_path
from naftiko_runtime.values import Json

ROWS: Json = {"rows": [{"a": 1, "b": [10, 20]}, {"a": "x"}, {"b": [30]}, 5, None]}


@pytest.mark.parametrize("text", ["$", "$.", "", " $. ", "\n"])
def test_the_root_is_the_value_itself(text: str) -> None:
    assert compile_path(text) == Root()
    assert compile_path(text).select(ROWS) is ROWS


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("$.a", ("a",)),
        ("$.a.b[0].c", ("a", "b", 0, "c")),
        ("$[0][-1]", (0, -1)),
        ("$.[0].['a']", (0, "a")),
        ("$.a[ 01 ][ 'b' ]", ("a", 1, "b")),
        ("$['a.b']['*']", ("a.b", "*")),
        ('$["it\'s"].x', ("it's", "x")),
        ("$['']", ("",)),
        ("$.'a b'.\"c.d\"", ("a b", "c.d")),
        (
            "$.properties.Participation Status.select.name",
            ("properties", "Participation Status", "select", "name"),
        ),
        ("$.created-at.@type.x_1.ü.🚢", ("created-at", "@type", "x_1", "ü", "🚢")),
        ("$.0", ("0",)),
        (r"$['it\'s'].'a\nb'", ("it's", "a\nb")),
        (r"""$["\"q\""]['"\"\/\\']""", ('"q"', '""/\\')),
        (r"$['\u00e9\ud83d\udea2\.\u12']", ("é🚢.u12",)),
        ("a.b", ("a", "b")),
        ("['a'][0]", ("a", 0)),
        ("[0]", (0,)),
    ],
)
def test_fields_and_indexes_are_steps(text: str, keys: tuple[str | int, ...]) -> None:
    assert compile_path(text) == Steps(keys)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$.rows[0].a", 1),
        ("$.rows[0].b[1]", 20),
        ("$.rows[-5].a", 1),
        ("$.rows[-1]", None),
        ("$.rows[-6].a", None),
        ("$.rows[5]", None),
        ("$.rows.a", None),
        ("$.rows[3].a", None),
        ("$.rows[0][0]", None),
        ("$.rows[1].a[0]", None),
        ("$.rows.0", None),
        ("$.nothing.more[3]", None),
        ("$[0]", None),
    ],
)
def test_steps_lead_to_a_value_or_to_nothing(text: str, value: Json) -> None:
    assert compile_path(text).select(ROWS) == value


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("$.rows[*].a", [1, "x"]),
        ("$.rows[*].b[*]", [10, 20, 30]),
        ("$..b", [[10, 20], [30]]),
        ("$.rows[0:2].a", [1, "x"]),
        ("$.rows[?(@.a)].a", [1, "x"]),
        ("$.rows[?(@.a == 'x')]", [{"a": "x"}]),
        ("$.rows[?(@.a > 0)].b[0]", [10]),
        ("$.*", [[{"a": 1, "b": [10, 20]}, {"a": "x"}, {"b": [30]}, 5, None]]),
        ("rows[*].a", [1, "x"]),
        ("$.nothing[*]", []),
    ],
)
def test_wildcards_and_filters_give_a_list(text: str, found: list[Json]) -> None:
    path = compile_path(text)
    assert isinstance(path, Query)
    assert path.select(ROWS) == found


@pytest.mark.parametrize(
    "text", ["$.rows[/a]", "$.a[\\a]", "$.rows[?(@.a > 1)].a", "$..a", "$.a[*]", "$ where a"]
)
@pytest.mark.parametrize("value", [None, True, 1, "s", [], {}, {"a": 1}, {"a": None}, [1, "x", None], ROWS])
def test_a_value_to_which_a_query_cannot_be_applied_holds_nothing(text: str, value: Json) -> None:
    found = compile_path(text).select(value)
    assert isinstance(found, list)
    assert len(found) <= 3


@pytest.mark.filterwarnings("ignore:The .* operator is deprecated:DeprecationWarning")
@pytest.mark.parametrize(
    "text",
    ["$.`parent`.x | $", "$.a & $.b", "$.rows[?(@.a =~ '[')]", "$.rows[/a]", "$.a.`sub(/(a)/, \\\\2)`"],
)
def test_what_the_library_cannot_do_gives_nothing(text: str) -> None:
    value: Json = {"a": "a", "b": 1, "rows": [{"a": "x"}, {"a": 1}]}
    assert compile_path(text).select(value) == []


def test_rows_that_cannot_be_sorted_give_nothing() -> None:
    assert compile_path("$.rows[/a]").select({"rows": [{"a": 2}, {"a": 1}]}) == [[{"a": 1}, {"a": 2}]]
    assert compile_path("$.rows[/a]").select({"rows": [{"a": 2}, {"a": "x"}]}) == []


@pytest.mark.parametrize(
    "text",
    [
        "$.a[",
        "$.a.",
        "$$",
        "$x",
        "$response.x",
        "$.length()",
        "$.a[?(",
        "$[0]x",
        "$.a[x",
        "(",
        "$.a]",
        "$.a.`sub(/[/, x)`",
    ],
)
def test_a_path_that_nobody_can_read_is_refused_by_its_text(text: str) -> None:
    with pytest.raises(ValueError, match=r"^path '.*' cannot be read: \S.*$") as refusal:
        compile_path(text)
    assert repr(text)[1:-1] in str(refusal.value)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (Root(), "$"),
        (Steps(("a", 0, -1, "b c")), "$.a[0][-1].b c"),
        (Steps(("a.b", "", "x]", "it's")), "$['a.b']['']['x]']['it\\'s']"),
        (Steps((" ", "a ", "\tb")), "$[' ']['a ']['\\tb']"),
        (Steps(("\\", "'\"", "\x7f", "\U000e0001")), "$.\\['\\'\"']['\\u007f']['\\udb40\\udc01']"),
        (compile_path("$.rows[*].a"), "$.rows[*].a"),
    ],
)
def test_a_path_prints_so_that_it_can_be_read_again(path: Path, text: str) -> None:
    assert str(path) == text
    assert str(compile_path(text)) == text
