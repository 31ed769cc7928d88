"""Texts that pages show."""

import pytest

from linting import changed, found

INFO = "description: Sells"
OPERATION = "{name: list, method: GET, description: Lists orders"


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("R137", "<script>x</script>"),
        ("R137", "< SCRIPT src=x>"),
        ("R138", "eval('1')"),
        ("R138", "eval (1)"),
    ],
)
def test_what_a_page_could_run_is_found(code: str, text: str) -> None:
    assert found(changed((INFO, f'description: "{text}"'))) == [
        (code, f'description: "{text}", tags: [shop]}}')
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("label: Shop", "label: <script>"),
        ("label: Shop", "display: <script>"),
        ("description: The shop", "description: <script>"),
        ("description: Orders\n", "description: <script>\n"),
        ("label: Orders", "label: <script>"),
        (
            f"{OPERATION}}}",
            f"{OPERATION}, inputParameters: [{{name: q, in: query, description: <script>}}]}}",
        ),
    ],
)
def test_every_label_and_description_is_looked_at(old: str, new: str) -> None:
    assert [code for code, _ in found(changed((old, new)))] == ["R137"]


@pytest.mark.parametrize("text", ["a retrieval(1)", "evaluates (1)", "<scripts>", "describes scripts"])
def test_words_that_look_like_it_are_not(text: str) -> None:
    assert found(changed((INFO, f"description: '{text}'"))) == []
