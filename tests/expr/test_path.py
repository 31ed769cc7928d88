import pytest

from naftiko_runtime.expr.child import Child
from naftiko_runtime.expr.filters import Compared, Exists, Lacks
from naftiko_runtime.expr.path import Path, Root, Selection, Steps, compile_path
from naftiko_runtime.expr.selectors import Descendants, Every, Selector, Slice, Union, Where
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
    ("text", "selectors"),
    [
        ("$[*]", (Every(),)),
        ("$.*", (Every(),)),
        ("*.a", (Every(), Child("a"))),
        ("$.a b[ * ].c", (Child("a b"), Every(), Child("c"))),
        ("$.[*].[0]", (Every(), Child(0))),
        ("$.a[1:3]", (Child("a"), Slice(1, 3))),
        ("$[:]", (Slice(),)),
        ("$[ -2 : ]", (Slice(-2),)),
        ("$[::-1]", (Slice(step=-1),)),
        ("$[1:5:2]", (Slice(1, 5, 2),)),
        ("$[::]", (Slice(),)),
        ("$[0,2]", (Union((Child(0), Child(2))),)),
        ("$['a', \"b\"]", (Union((Child("a"), Child("b"))),)),
        (
            "$['a',0,1:2,*,?@.x]",
            (Union((Child("a"), Child(0), Slice(1, 2), Every(), Where((Exists((Child("x"),)),)))),),
        ),
        ("$..c", (Descendants(Child("c")),)),
        ("$..*", (Descendants(Every()),)),
        ("$..[0]", (Descendants(Child(0)),)),
        ("$..['a','b'].c", (Descendants(Union((Child("a"), Child("b")))), Child("c"))),
        ("$..'c d'", (Descendants(Child("c d")),)),
        ("$[?@]", (Where((Exists(()),)),)),
        ("$[?(!@.a)]", (Where((Lacks((Child("a"),)),)),)),
        ("$[? ( @ >= -1.5e1 ) ]", (Where((Compared((), ">=", -15.0),)),)),
        (
            "$[?(@['a b'][0].c-d=='x'&&@.@e!=null)]",
            (
                Where(
                    (
                        Compared((Child("a b"), Child(0), Child("c-d")), "==", "x"),
                        Compared((Child("@e"),), "!=", None),
                    )
                ),
            ),
        ),
        (
            "$[?(@.a < 5 && @.b == true && @.c == false)]",
            (
                Where(
                    (
                        Compared((Child("a"),), "<", 5),
                        Compared((Child("b"),), "==", True),
                        Compared((Child("c"),), "==", False),
                    )
                ),
            ),
        ),
    ],
)
def test_common_shapes_are_selectors_of_our_own(text: str, selectors: tuple[Selector, ...]) -> None:
    path = compile_path(text)
    assert path == Selection(selectors)
    assert compile_path(str(path)) == path


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("$.rows[*].a", [1, "x"]),
        ("$.rows[*].b[*]", [10, 20, 30]),
        ("$..b", [[10, 20], [30]]),
        ("$..b[0]", [10, 30]),
        ("$.rows[0:2].a", [1, "x"]),
        ("$.rows[::0]", []),
        ("$.rows[4,0].a", [1]),
        ("$.rows[-1,3]", [None, 5]),
        ("$.rows[0]['b','a','c']", [[10, 20], 1]),
        ("$.rows[?(@.a)].a", [1, "x"]),
        ("$.rows[?(!@.a)]", [{"b": [30]}, 5, None]),
        ("$.rows[?(@.a == 'x')]", [{"a": "x"}]),
        ("$.rows[?(@.a != 'x')].b", [[10, 20], [30]]),
        ("$.rows[?(@.a > 0)].b[0]", [10]),
        ("$.rows[?(@.a > 0 || @.b)].b[0]", [10, 30]),
        ("$.rows[?(@ == null)]", [None]),
        ("$.rows[?(@ <= null)]", [None]),
        ("$.rows[?(@ < null)]", []),
        ("$.rows[?(@ == true)]", []),
        ("$.rows[0].b[?(@ >= 10 && @ < 20)]", [10]),
        ("$.*", [[{"a": 1, "b": [10, 20]}, {"a": "x"}, {"b": [30]}, 5, None]]),
        ("rows[*].a", [1, "x"]),
        ("$.nothing[*]", []),
        ("$..nothing", []),
    ],
)
def test_wildcards_and_filters_give_a_list(text: str, found: list[Json]) -> None:
    assert compile_path(text).select(ROWS) == found


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$.length()", 1),
        ("length()", 1),
        ("$.rows.length()", 5),
        ("$.rows[1].a.length()", 1),
        ("$.rows[*].b[*].length()", 3),
        ("$.rows[3].length()", None),
        ("$.nothing.length()", None),
        ("$.rows[0].keys()", ["a", "b"]),
        ("$.rows.keys()", None),
    ],
)
def test_a_path_may_end_with_a_function(text: str, value: Json) -> None:
    path = compile_path(text)
    assert path.select(ROWS) == value
    assert compile_path(str(path)) == path


def test_true_is_not_one_and_nothing_is_not_null() -> None:
    value: Json = [1, True, 1.0, {"a": None}, {}, "1"]
    assert compile_path("$[?(@ == 1)]").select(value) == [1, 1.0]
    assert compile_path("$[?(@ == true)]").select(value) == [True]
    assert compile_path("$[?(@.a == null)]").select(value) == [{"a": None}]
    assert compile_path("$[?(@ > 0)]").select(value) == [1, 1.0]


def test_a_value_may_be_as_deep_and_as_large_as_it_likes() -> None:
    deep: Json = {"c": 0}
    for level in range(50_000):
        deep = {"a": deep, "c": level} if level % 2 else [deep]
    found = compile_path("$..c").select(deep)
    assert isinstance(found, list)
    assert len(found) == 25_001
    wide: Json = [{"c": number} for number in range(500_000)]
    assert compile_path("$..c").select(wide) == list(range(500_000))


def test_a_filter_deeper_than_the_library_goes_finds_nothing() -> None:
    path = compile_path("$[?(@.a || @.b)]" + ".a" * 2000)
    assert path.select([{"a": 1}]) == []


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
        "$.sum()",
        "$..length()",
        "$.length().length()",
        "$.a[?(",
        "$.a[?(@.a]",
        "$.a[?(@.a == x y)]",
        "$.a[0x]",
        "$.a[,]",
        "$..",
        "$...a",
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
        (compile_path("$..rows.*['a','b',-1][1:].c"), "$..rows[*]['a','b',-1][1:].c"),
        (compile_path("$..[*][::2]..' '"), "$..[*][::2]..[' ']"),
        (compile_path("$[?@.a&&!@['b c']&&@[0]<1.5]"), "$[?(@.a && !@['b c'] && @[0] < 1.5)]"),
        (compile_path("$[?(@=='it\\'s'),?(@!=null)]"), "$[?(@ == 'it\\'s'),?(@ != null)]"),
        (compile_path("$.rows[/a]"), "$.rows[/a]"),
        (compile_path("rows.`len`"), "$.rows.`len`"),
        (compile_path("a.length()"), "$.a.length()"),
    ],
)
def test_a_path_prints_so_that_it_can_be_read_again(path: Path, text: str) -> None:
    assert str(path) == text
    assert str(compile_path(text)) == text


def test_an_operator_that_the_library_calls_deprecated_is_no_warning() -> None:
    assert compile_path("$.a & $.b").select({"a": 1, "b": 2}) is not None
