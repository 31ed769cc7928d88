from collections.abc import Mapping

import pytest

from naftiko_runtime.source.diagnostics import Report, Span
from naftiko_runtime.source.tree import Key, Positions, Source, load
from naftiko_runtime.values import Json


def read(text: str) -> tuple[Json, list[str]]:
    """Return a text's data, and what is said about it."""
    report = Report()
    source = load(text, "f.yml", report)
    return source.data if source else None, [str(item) for item in report]


def tree(text: str) -> Source:
    report = Report()
    source = load(text, "f.yml", report)
    assert source is not None
    assert list(report) == []
    return source


def at(line: int, column: int, children: Mapping[Key, Positions] | None = None) -> Positions:
    return Positions(Span("f.yml", line, column), children or {})


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("\ufeffa: 1\n", {"a": 1}),
        ("%YAML 1.2\n---\na: 1\n...\n", {"a": 1}),
        ("# first\n\n---\na: 1 # one\n", {"a": 1}),
        ("a: 1\r\nb:\r\n  c: 2\r\n", {"a": 1, "b": {"c": 2}}),
        ("- 1\n-\n- {a: [b, ~]}\n", [1, None, {"a": ["b", None]}]),
        ("on: yes\n<<: {a: 1}\n", {"on": "yes", "<<": {"a": 1}}),
        ("---\n", None),
        ("text\n", "text"),
    ],
)
def test_one_document_is_read(text: str, data: Json) -> None:
    assert read(text) == (data, [])


@pytest.mark.parametrize("text", ["", "\ufeff", "\n\n", "# only a comment\n"])
def test_a_file_without_a_document_is_empty(text: str) -> None:
    assert read(text) == (None, ["f.yml:1:1: error[Y003]: file is empty"])


@pytest.mark.parametrize("text", ["a: 1\n---\nb: 2\n", "a: 1\n--- \n", "a: 1\n---\nb: 2\n---\nc: 3\n"])
def test_a_second_document_is_reported_where_it_starts(text: str) -> None:
    said = "f.yml:2:1: error[Y006]: a second document starts here; one is allowed"
    assert read(text) == ({"a": 1}, [said])


def test_keys_and_list_items_know_their_places() -> None:
    text = "info:\n  tags:\n  - a\n  - b: 1\n    é: [x, y]\nlast: {'k' : v, \"l\": }\n"
    items = at(3, 3, {0: at(3, 5), 1: at(4, 5, {"b": at(4, 5), "é": at(5, 5, {0: at(5, 9), 1: at(5, 12)})})})
    tags = at(2, 3, items.children)
    last = at(6, 1, {"k": at(6, 8), "l": at(6, 17)})
    assert tree(text) == Source(
        {"info": {"tags": ["a", {"b": 1, "é": ["x", "y"]}]}, "last": {"k": "v", "l": None}},
        at(1, 1, {"info": at(1, 1, {"tags": tags}), "last": last}),
    )


def test_columns_count_characters_and_not_bytes() -> None:
    assert tree("{'é🚢': 1, b: 2}").positions.of("b") == Span("f.yml", 1, 11)


def test_the_mark_of_the_byte_order_takes_no_column() -> None:
    assert tree("\ufeffa: 1").positions.of("a") == Span("f.yml", 1, 1)


def test_the_place_of_what_is_not_there_is_the_nearest_place_above() -> None:
    positions = tree("a:\n  b: 1\n").positions
    places = [positions.of(), positions.of("a", "b", "c", 0), positions.of("a", "x"), positions.of("x", "b")]
    assert [str(place) for place in places] == ["f.yml:1:1", "f.yml:2:3", "f.yml:1:1", "f.yml:1:1"]


@pytest.mark.parametrize(
    ("location", "place"),
    [
        ((), "f.yml:1:1"),
        (("exposes", 0, "mcp", "port"), "f.yml:3:3"),
        (("exposes", 0, "mcp", "tools", 0, "nothing"), "f.yml:4:11"),
        (("exposes", 0, "mcp", "nothing"), "f.yml:2:3"),
        (("exposes", 1, "rest"), "f.yml:5:3"),
        (("items", "<list>", 1, "value"), "f.yml:6:19"),
        (("items", "<one>"), "f.yml:6:1"),
    ],
)
def test_a_location_with_the_tags_of_unions_leads_to_what_was_written(
    location: tuple[Key, ...], place: str
) -> None:
    text = "exposes:\n- type: mcp\n  port: 0\n  tools: [{name: x}]\n- type: rest\n"
    assert str(tree(text + "items: [1, {a: 2, value: 3}]").locate(location)) == place


def test_a_key_given_twice_is_reported_each_time() -> None:
    data, said = read("a: 1\nb: {c: 1, c: 2}\na: 2\n'a': 3\n")
    assert data == {"a": 3, "b": {"c": 2}}
    assert said == [
        "f.yml:2:11: error[Y002]: duplicate key 'c'",
        "f.yml:3:1: error[Y002]: duplicate key 'a'",
        "f.yml:4:1: error[Y002]: duplicate key 'a'",
    ]


BRACES = "\n  hint: a value that begins with braces needs quotes: '{{name}}'"


@pytest.mark.parametrize(("key", "hint"), [("[a, b]", ""), ("{a: b}", BRACES), ("*word", "")])
def test_a_key_that_is_no_scalar_is_reported_and_left_out(key: str, hint: str) -> None:
    text = f"w: &word x\n? {key}\n: 1\n? {key}\n: 2\nz: 3\n"
    said = f"error[Y007]: a key must be a plain word{hint}"
    assert read(text) == ({"w": "x", "z": 3}, [f"f.yml:2:3: {said}", f"f.yml:4:3: {said}"])


def test_an_alias_stands_for_what_its_anchor_marks() -> None:
    source = tree("a: &a {b: [1]}\nc: *a\nd: [*a]\n&key k: *key\n&n !!str 1: *n\n")
    assert source.data == {"a": {"b": [1]}, "c": {"b": [1]}, "d": [{"b": [1]}], "k": "k", "1": "1"}
    places = [source.positions.of("c"), source.positions.of("d", 0), source.positions.of("d", 0, "b")]
    assert [str(place) for place in places] == ["f.yml:2:1", "f.yml:3:5", "f.yml:1:8"]


@pytest.mark.parametrize(
    ("text", "place", "data"),
    [
        ("a: &x [1, *x]", "1:11", {"a": [1, None]}),
        ("a: &x {b: {c: *x}}", "1:15", {"a": {"b": {"c": None}}}),
        ("&x a: 1\nb: &x [*x]", "2:8", {"a": 1, "b": [None]}),
    ],
)
def test_an_alias_inside_its_own_anchor_is_reported(text: str, place: str, data: Json) -> None:
    assert read(text) == (data, [f"f.yml:{place}: error[Y004]: alias '*x' refers to itself"])


def test_an_alias_before_its_anchor_is_reported() -> None:
    said = "f.yml:1:4: error[Y004]: no anchor '&x' before this alias"
    assert read("a: *x\nb: &x 1\n") == ({"a": None, "b": 1}, [said])


def test_a_file_that_expands_too_far_is_refused() -> None:
    ten = ("," + "*a{0}") * 10
    text = "a0: &a0 x\n" + "".join(f"a{n}: &a{n} [{ten[1:].format(n - 1)}]\n" for n in range(1, 9))
    said = "f.yml:7:22: error[Y005]: file expands to more than 500000 values"
    assert read(text) == (None, [said])


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[" * 102 + "]" * 102, "1:102"),
        ("{a: " * 102, "1:405"),
        ("[" * 100_000, "1:102"),
        ("".join(f"{n}: &a{n} [{f'*a{n - 1}' if n else 'x'}]\n" for n in range(101)), "100:11"),
        ("a: &a [[x]]\nb: " + "[" * 98 + "*a" + "]" * 98, "2:102"),
        ("a: &a [[[x]], &b x]\nb: " + "[" * 97 + "*a" + "]" * 97, "2:101"),
    ],
    ids=[
        "lists",
        "mappings",
        "an unfinished file",
        "aliases of aliases",
        "an alias deep down",
        "an anchor within",
    ],
)
def test_a_file_that_is_nested_too_deep_is_refused(text: str, place: str) -> None:
    assert read(text) == (None, [f"f.yml:{place}: error[Y005]: values are nested more than 100 deep"])


def test_a_hundred_levels_are_read_with_and_without_aliases() -> None:
    assert read("[" * 101 + "]" * 101)[1] == []
    assert read("a: &a [[x]]\nb: " + "[" * 97 + "*a" + "]" * 97)[1] == []
    assert read("a: &a " + "[" * 99 + "]" * 99 + "\nc: &c [[x]]\nd: " + "[" * 97 + "*c" + "]" * 97)[1] == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: \x00", "1:4: error[Y001]: character U+0000 is not allowed in YAML"),
        ("a: é\n# é\nb: '\x07'\n", "3:5: error[Y001]: character U+0007 is not allowed in YAML"),
        ("\ufeffa\x1b: 1", "1:2: error[Y001]: character U+001B is not allowed in YAML"),
        ("a: \x7f", "1:4: error[Y001]: character U+007F is not allowed in YAML"),
        ("a: \x80", "1:4: error[Y001]: character U+0080 is not allowed in YAML"),
        ("a: '\ud800'", "1:5: error[Y001]: character U+D800 is not allowed in YAML"),
        ("a: \udcff", "1:4: error[Y001]: character U+DCFF is not allowed in YAML"),
        ("a: \uffff", "1:4: error[Y001]: character U+FFFF is not allowed in YAML"),
    ],
)
def test_a_character_that_yaml_does_not_allow_is_reported_where_it_stands(text: str, said: str) -> None:
    assert read(text) == (None, [f"f.yml:{said}"])


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a: b: c", "1:5"),
        ("a: 1\n b: 2", "2:2"),
        ("a: [1, 2", "1:4"),
        ("a: 'x", "1:4"),
        ("\ta: b", "1:1"),
        ("a: @b", "1:4"),
        ("a: 1\n...\nb: 2", "3:1"),
        ("%YAML 3.0\n---\na: 1", "1:1"),
        ('a: "\\ud83d\\ude00"', "1:7"),
        ("capability:\nconsumes:\n- type: http\nnamespace:'x'\n", "4:1"),
    ],
)
def test_what_is_not_yaml_is_reported_where_it_stops_being_yaml(text: str, place: str) -> None:
    report = Report()
    assert load(text, "f.yml", report) is None
    assert [(item.code, str(item.span)) for item in report] == [("Y001", f"f.yml:{place}")]


def test_a_double_key_before_the_place_where_a_text_stops_being_yaml_is_told_as_well() -> None:
    said = ["f.yml:2:1: error[Y002]: duplicate key 'a'", "f.yml:3:1: error[Y001]: 'c' is no key with a value"]
    hint = "\n  hint: write 'key: value', with a blank after the colon"
    assert read("a: 1\na: 2\nc\nb: 3\n") == (None, [said[0], said[1] + hint])


def test_every_mistake_is_reported_at_once() -> None:
    data, said = read("b: *x\na: &a [*a]\na: !vault 1\n? [k]\n: 2\n---\n")
    assert data == {"b": None, "a": "1"}
    assert said == [
        "f.yml:1:4: error[Y004]: no anchor '&x' before this alias",
        "f.yml:2:8: error[Y004]: alias '*a' refers to itself",
        "f.yml:3:1: error[Y002]: duplicate key 'a'",
        "f.yml:3:4: error[Y008]: tag '!vault' is not supported here",
        "f.yml:4:3: error[Y007]: a key must be a plain word",
        "f.yml:6:1: error[Y006]: a second document starts here; one is allowed",
    ]
