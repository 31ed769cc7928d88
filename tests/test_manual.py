"""The examples of the manual of diagnostics show what its entries say."""

from pathlib import Path

import pytest

from manual import FILE, Example
from naftiko_runtime.app.compiler import compile_text
from naftiko_runtime.cli.manual import Entry, read_manual
from naftiko_runtime.rules.lint import RULES, lint
from naftiko_runtime.source.diagnostics import Diagnostic, Severity

MANUAL = read_manual()
KINDS = {"bad", "good"}
# that each has both is asserted in test_docs.py, which says what to add
WITH_EXAMPLES = [
    entry for entry in MANUAL.entries.values() if {block.name for block in entry.blocks} >= KINDS
]
NOT_SERVED = ("L015", "L018")  # what the examples of rules may show all the same


def test_the_capability_that_examples_change_has_nothing_to_be_said_about(tmp_path: Path) -> None:
    compiled = compile_text(MANUAL.base, FILE, tmp_path)
    assert compiled.document is not None
    lint(compiled.document, compiled.report, RULES)
    assert compiled.report.items == []


@pytest.mark.parametrize("entry", WITH_EXAMPLES, ids=lambda entry: entry.code)
def test_the_bad_example_gives_the_code_and_the_good_one_does_not(entry: Entry, tmp_path: Path) -> None:
    bad, good = (Example.of(entry, kind, MANUAL) for kind in ("bad", "good"))
    heard = bad.said(tmp_path)
    told = [item for item in heard if item.code == entry.code]
    assert {item.severity.value for item in told} == {entry.severity}, f"{bad}\ngives {shown(heard)}"
    away = [item for item in told if not bad.concerns(item.span, good)]
    assert away == [], f"{bad}\nis not about the place of {shown(away)}"
    against = [item for item in good.said(tmp_path) if is_against(item, entry.code)]
    assert against == [], f"{good}\nis good, and gives {shown(against)}"


def shown(items: list[Diagnostic]) -> str:
    return "".join(f"\n{item}" for item in items) or "nothing"


def is_against(item: Diagnostic, code: str) -> bool:
    """Tell what nobody may say about a good example."""
    if code.startswith("R") and item.code in NOT_SERVED:
        return False
    return item.code == code or item.severity is not Severity.WARNING
