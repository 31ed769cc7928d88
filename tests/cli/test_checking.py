"""One file is checked, whatever it holds."""

import re
from pathlib import Path

import pytest

from naftiko_runtime.cli.checking import Checked, Outcome, check_each, check_place
from naftiko_runtime.cli.files import Place
from naftiko_runtime.source.diagnostics import Diagnostic, Severity, Span

SHOP = "consumes: [{type: http, namespace: shop, baseUri: https://shop.example}]"


@pytest.fixture
def file(tmp_path: Path) -> str:
    """Write a file of another kind."""
    path = tmp_path / "compose.yaml"
    path.write_text("services: {}\n", encoding="utf-8")
    return str(path)


def test_what_is_named_is_checked_and_what_is_found_only_if_it_is_a_capability(file: str) -> None:
    hint = "it looks like a Compose file; a capability file begins with 'naftiko: 1.0.0-alpha2'"
    message = "not a capability file: no 'naftiko' key"
    wrong = Diagnostic("D002", message, Span(file), Severity.ERROR, hint)
    assert list(check_each([Place(file), Place(file, is_found=True)], "all")) == [
        Checked(file, (wrong,)),
        Checked(file, outcome=Outcome.SKIPPED),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "consumes: [{type: http, namespace: shop, baseUri: https://shop.example}]",
        "capability: {consumes: [{type: http, namespace: shop, baseUri: https://shop.example}]}",
        "aggregates: [{namespace: shop, flows: []}]",
        "capability: {consumes: [{import: shop, from: ./shop.yaml}]}",
    ],
)
def test_a_file_that_others_import_need_not_serve(tmp_path: Path, text: str) -> None:
    (tmp_path / "shop.yaml").write_text(f"naftiko: 1.0.0-alpha2\n{SHOP}\n", encoding="utf-8")
    path = tmp_path / "shared.yaml"
    path.write_text(f"naftiko: 1.0.0-alpha2\n{text}\n", encoding="utf-8")
    assert check_place(Place(str(path)), "none") == Checked(str(path))


@pytest.mark.parametrize("text", ["capability: {}", "capability: {exposes: []}", f"exposes: []\n{SHOP}"])
def test_a_file_with_nothing_to_import_or_a_word_of_servers_has_to_serve(tmp_path: Path, text: str) -> None:
    path = tmp_path / "empty.yaml"
    path.write_text(f"naftiko: 1.0.0-alpha2\n{text}\n", encoding="utf-8")
    assert [item.code for item in check_place(Place(str(path)), "none").found] == ["S004"]


def test_a_file_that_cannot_be_read_has_a_reason(tmp_path: Path) -> None:
    place = str(tmp_path / "none.yaml")
    reason = f"cannot read {place}: No such file or directory"
    assert check_place(Place(place, is_found=True), "all") == Checked(place, (), Outcome.UNREADABLE, reason)


def test_a_mistake_of_ours_is_told_with_its_name_and_place(together: Path) -> None:
    checked = check_place(Place(str(together)), "no such rules")
    assert (checked.found, checked.outcome) == ((), Outcome.CRASHED)
    assert re.fullmatch(
        rf"cannot check {re.escape(str(together))}: KeyError in checking\.py:\d+", checked.reason
    )
