import pytest

from naftiko_runtime.expr.scope import Argument, BindValue, Expr, Scope
from naftiko_runtime.expr.sections import Hole
from naftiko_runtime.expr.sink import Unsendable
from naftiko_runtime.expr.template import compile_path_template, hole_names
from naftiko_runtime.values import Json, Secret, Text


def find(word: str) -> Expr | None:
    if word == "unknown":
        return None
    return BindValue(word) if word.startswith("env.") else Argument(word)


def render(path: str, **arguments: Json) -> Text:
    binds = {"env.KEY": Secret("a/b"), "env.UP": Secret("..")}
    return compile_path_template(path, find).render(Scope(arguments=arguments, binds=binds))


@pytest.mark.parametrize(
    ("path", "rendered"),
    [
        ("", ""),
        ("/", "/"),
        ("/a", "/a"),
        ("a/b", "/a/b"),
        ("/a/", "/a/"),
        ("/{id}", "/x%2Fy"),
        ("{id}", "/x%2Fy"),
        ("/a/{id}/b/{n}/", "/a/x%2Fy/b/5/"),
        ("/{{id}}/{{ n }}", "/x%2Fy/5"),
        ("/{{{id}}}", "/x%2Fy"),
        ("/{id+}", "/x%2Fy"),
        ("/{+id}", "/x%2Fy"),
        ("/{ id }", "/x%2Fy"),
        ("/v{n}.{n}/{n}{n}", "/v5.5/55"),
        ("/a{n}b", "/a5b"),
        ("/{unknown}/{id}", "/{unknown}/x%2Fy"),
        ("/{}/{n}", "/{}/5"),
        ("/a//b/{n}", "/a//b/5"),
        ("/a:cancel/{n}:run", "/a:cancel/5:run"),
    ],
)
def test_a_path_is_what_the_file_says_with_the_values_in_its_holes(path: str, rendered: str) -> None:
    assert render(path, id="x/y", n=5) == rendered


@pytest.mark.parametrize(
    ("value", "rendered"),
    [
        ("a/b", "/j/a%2Fb/cancel"),
        ("../x", "/j/..%2Fx/cancel"),
        ("%2e%2E", "/j/%252e%252E/cancel"),
        ("?a=1#f", "/j/%3Fa%3D1%23f/cancel"),
        ("\r\n\0", "/j/%0D%0A%00/cancel"),
        ("é🚢 +", "/j/%C3%A9%F0%9F%9A%A2%20%2B/cancel"),
        ("~a-b_c.d", "/j/~a-b_c.d/cancel"),
        ("...", "/j/.../cancel"),
        ("{id}", "/j/%7Bid%7D/cancel"),
        (" ", "/j/%20/cancel"),
        (5, "/j/5/cancel"),
        (False, "/j/false/cancel"),
        ([1], "/j/%5B1%5D/cancel"),
    ],
)
def test_no_value_leaves_its_segment(value: Json, rendered: str) -> None:
    assert render("/j/{id}/cancel", id=value) == rendered


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("/{id}", None, "id: is missing, but the path needs it"),
        ("/a/{id}", "", "id: gives '' as a path segment, which cannot be sent"),
        ("/a/{id}", ".", "id: gives '.' as a path segment, which cannot be sent"),
        ("/a/{id}/b", "..", "id: gives '..' as a path segment, which cannot be sent"),
        ("/.{id}", ".", "id: gives '..' as a path segment, which cannot be sent"),
        ("/{id}{other}", "", "id, other: gives '.' as a path segment, which cannot be sent"),
        ("/{id}-{none}", "x", "id, none: is missing, but the path needs it"),
        ("/{id}", "a\ud800", "id: has half a surrogate pair, which UTF-8 cannot hold"),
    ],
)
def test_a_value_that_cannot_be_a_segment_is_refused_by_its_name(path: str, value: Json, said: str) -> None:
    with pytest.raises(Unsendable) as refusal:
        render(path, id=value, other=".")
    assert str(refusal.value) == said


def test_a_secret_in_a_path_makes_the_path_secret() -> None:
    assert render("/bot{env.KEY}/send") == Secret("/bota%2Fb/send")


def test_a_secret_that_cannot_be_a_segment_is_refused_too() -> None:
    with pytest.raises(Unsendable, match=r"^env.UP: gives '..' as a path segment, which cannot be sent$"):
        render("/{env.UP}")


@pytest.mark.parametrize(
    ("path", "text", "holes"),
    [
        ("", "/", ()),
        ("/", "/", ()),
        ("/a/b", "/a/b", ()),
        ("a/{{ id }}/v{n}", "/a/{id}/v{n}", ("id", "n")),
        ("/{unknown}/{id}", "/{unknown}/{id}", ("id",)),
    ],
)
def test_a_path_prints_as_authors_write_it_and_lists_its_holes(
    path: str, text: str, holes: tuple[str, ...]
) -> None:
    template = compile_path_template(path, find)
    assert str(template) == text
    assert template.holes() == tuple(Hole(name, Argument(name)) for name in holes)


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("/a/{id}/{{n}}/{x+}", ("id", "n", "x")),
        ("/{a}{b}", ("a", "b")),
        ("/{}/{ }/{{}}", ()),
        ("/{a/b}", ()),
        ("/{fine-tune_id}", ("fine-tune_id",)),
    ],
)
def test_single_braces_count_in_paths(path: str, names: tuple[str, ...]) -> None:
    assert hole_names(path, single=True) == names


def test_neighbouring_fixed_segments_are_one_piece() -> None:
    template = compile_path_template("/a/b/{id}/c/d", find)
    assert [type(segment).__name__ for segment in template.segments] == ["str", "Template", "str"]
    assert compile_path_template("/{id}/{n}", find).segments[0] != "/"


@pytest.mark.parametrize("path", ["/a{{#x}}/b{{/x}}", "/{{! a/b }}", "/{{$.id}}", "{{.}}"])
def test_a_path_with_sections_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match=r"^'\{\{.*\}\}' cannot stand in a path, where only holes"):
        compile_path_template(path, find)
    assert hole_names(path, single=True) == ()
