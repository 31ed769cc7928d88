"""Real files, and whatever the published schemas allow: no rule raises, and no usual one is noise."""

import json
import random
from collections import Counter
from itertools import islice
from pathlib import Path

import pytest

from documents import Documents
from naftiko_runtime.rules.lint import RECOMMENDED, RULES, lint
from naftiko_runtime.source.diagnostics import Report
from naftiko_runtime.source.tree import load
from naftiko_runtime.spec.dialects import upgrade
from naftiko_runtime.spec.document import Document, parse

SHARED = Path(__file__).parents[3] / "shared"
COUNT = 100

pytestmark = [
    pytest.mark.full,
    pytest.mark.skipif(not SHARED.is_dir(), reason="needs ../shared beside the repository"),
    pytest.mark.timeout(180),
]


def parsed(text: str) -> Document | None:
    report = Report()
    source = load(text, "f.yml", report)
    upgraded = upgrade(source, report) if source else None
    return parse(upgraded, report) if upgraded else None


def linted(document: Document) -> Report:
    report = Report()
    lint(document, report, RULES)
    return report


def test_no_rule_that_is_recommended_finds_fault_with_more_than_a_third_of_real_files() -> None:
    files, by_code = 0, Counter[str]()
    for path in sorted(path for path in (SHARED / "corpus").rglob("*") if path.is_file()):
        if document := parsed(path.read_text(encoding="utf-8")):
            files += 1
            by_code.update({item.code for item in linted(document)})
    assert files > 600
    recommended = {rule.code for rule in RECOMMENDED}
    assert {code for code, count in by_code.items() if code in recommended and count > files / 3} == set()


@pytest.mark.parametrize("schema", sorted(path.name for path in (SHARED / "schemas").glob("*.json")))
def test_whatever_a_schema_allows_can_be_linted(schema: str) -> None:
    chance = random.Random(schema)  # noqa: S311 - nothing here is secret, and every run makes the same
    documents = Documents(json.loads((SHARED / "schemas" / schema).read_text(encoding="utf-8")), chance)
    for made in islice(documents, COUNT):
        document = parsed(json.dumps(made))
        assert document is not None
        assert {item.span.file for item in linted(document)} <= {"f.yml"}
