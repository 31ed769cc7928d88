import pytest

from naftiko_runtime.expr.tags import Tag, Token, tokens


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("{{x}}", Tag("", "x", "{{x}}")),
        ("{{{x}}}", Tag("", "x", "{{{x}}}")),
        ("{{&x}}", Tag("", "x", "{{&x}}")),
        ("{{$this.tools.x}}", Tag("", "$this.tools.x", "{{$this.tools.x}}")),
        ("{{{$this.tools.x}}}", Tag("", "$this.tools.x", "{{{$this.tools.x}}}")),
        ("{{.}}", Tag(".", ".", "{{.}}")),
        ("{{{ . }}}", Tag(".", ".", "{{{ . }}}")),
        ("{{#x}}", Tag("#", "x", "{{#x}}")),
        ("{{ # a.b }}", Tag("#", "a.b", "{{ # a.b }}")),
        ("{{^x}}", Tag("^", "x", "{{^x}}")),
        ("{{/x}}", Tag("/", "x", "{{/x}}")),
        ("{{>x}}", Tag(">", "x", "{{>x}}")),
        ("{{=<% %>=}}", Tag("=", "<% %>=", "{{=<% %>=}}")),
        ("{{$.x}}", Tag("$", ".x", "{{$.x}}")),
        ("{{#}}", Tag("#", "", "{{#}}")),
        ("{{! a {b} \n c }}", Tag("!", "", "{{! a {b} \n c }}")),
        ("{{!}}", Tag("!", "", "{{!}}")),
    ],
)
def test_a_tag_is_a_mark_and_a_word(text: str, tag: Tag) -> None:
    assert list(tokens(text)) == [tag]
    assert list(tokens(f"a{text}b")) == ["a", tag, "b"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("{{ }} {x} {{", ["{{ }} {x} {{"]),
        ("{{{#x}}}", ["{", Tag("#", "x", "{{#x}}"), "}"]),
        ("{{{! x}}}", ["{", Tag("!", "", "{{! x}}"), "}"]),
        ("{{! open", ["{{! open"]),
    ],
)
def test_braces_that_are_no_tag_are_text(text: str, found: list[Token]) -> None:
    assert list(tokens(text)) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("/{x}", ["/", Tag("", "x", "{x}")]),
        ("/{#x}/{.}", ["/", Tag("", "#x", "{#x}"), "/", Tag("", ".", "{.}")]),
        ("{{x}}{{{y}}}", [Tag("", "x", "{{x}}"), Tag("", "y", "{{{y}}}")]),
    ],
)
def test_single_braces_are_holes_where_they_count(text: str, found: list[Token]) -> None:
    assert list(tokens(text, single=True)) == found


SECTION, END, COMMENT = Tag("#", "x", "{{#x}}"), Tag("/", "x", "{{/x}}"), Tag("!", "", "{{! c }}")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a\n  {{#x}} \nb\n{{/x}}\nc", ["a\n", SECTION, "b\n", END, "c"]),
        ("{{#x}}\r\nb\r\n\t{{/x}}", [SECTION, "b\r\n", END]),
        ("{{! c }}\n{{! c }}\na", [COMMENT, COMMENT, "a"]),
        ("{{#x}} {{/x}}\n", [SECTION, " ", END, "\n"]),
        ("a {{#x}}\n", ["a ", SECTION, "\n"]),
        ("{{! c }} a {{x}}\n", [COMMENT, " a ", Tag("", "x", "{{x}}"), "\n"]),
        (" {{x}}\n", [" ", Tag("", "x", "{{x}}"), "\n"]),
    ],
)
def test_a_line_with_nothing_but_a_tag_that_writes_nothing_goes_with_it(
    text: str, found: list[Token]
) -> None:
    assert list(tokens(text)) == found
