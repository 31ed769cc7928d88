"""The table of rules, and what running it does."""

from pathlib import Path

from linting import GOOD, changed, document_of, found
from naftiko_runtime.rules.lint import RECOMMENDED, RULES, lint
from naftiko_runtime.source.diagnostics import Diagnostic, Report, Severity, Span


def test_no_rule_finds_fault_with_the_good_capability() -> None:
    assert found(GOOD) == []


def test_no_rule_finds_fault_with_the_shipped_capability(together: Path) -> None:
    assert found(together.read_text(encoding="utf-8")) == []


def test_a_finding_is_a_warning_that_names_its_rule() -> None:
    report = Report()
    lint(document_of(changed(("port: 9100", "port: 9090"))), report)
    message = "port 9090 is taken by the mcp server on line 36 (ports-unique)"
    hint = "give each server a port of its own"
    place = Span("shop.yaml", 40, 5)
    assert report.items == [Diagnostic("R118", message, place, Severity.WARNING, hint)]


def test_matters_of_taste_are_found_only_when_asked_for() -> None:
    document = document_of(changed((", tags: [shop]", "")))
    asked, usual = Report(), Report()
    lint(document, asked, RULES)
    lint(document, usual)
    assert [item.code for item in asked] == ["R143"]
    assert usual.items == []


def test_codes_and_names_are_unique_and_codes_stand_in_order() -> None:
    codes = [rule.code for rule in RULES]
    assert codes == sorted(set(codes))
    assert len({rule.name for rule in RULES}) == len(RULES)


def test_every_rule_that_is_no_taste_is_recommended() -> None:
    assert tuple(rule for rule in RULES if rule.code not in ("R140", "R141", "R142", "R143")) == RECOMMENDED
