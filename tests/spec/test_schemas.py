"""Whatever a published schema allows can be read."""

import json
import random
from itertools import islice
from pathlib import Path

import pytest

from documents import Documents
from naftiko_runtime.source.diagnostics import Report, Severity
from naftiko_runtime.source.tree import load
from naftiko_runtime.spec.dialects import upgrade
from naftiko_runtime.spec.document import parse

SCHEMAS = Path(__file__).parents[3] / "shared" / "schemas"
COUNT = 200

pytestmark = [
    pytest.mark.full,
    pytest.mark.skipif(not SCHEMAS.is_dir(), reason="needs ../shared/schemas beside the repository"),
    pytest.mark.timeout(180),
]


def said(text: str) -> list[str]:
    report = Report()
    source = load(text, "f.yml", report)
    upgraded = upgrade(source, report) if source else None
    document = parse(upgraded, report) if upgraded else None
    wrong = [str(item) for item in report if item.severity is Severity.ERROR or item.code == "S002"]
    return wrong if document else [*wrong, "no document"]


@pytest.mark.parametrize("schema", sorted(path.name for path in SCHEMAS.glob("*.json")))
def test_what_a_schema_allows_is_read_and_every_key_of_it_is_known(schema: str) -> None:
    chance = random.Random(schema)  # noqa: S311 - nothing here is secret, and every run makes the same
    documents = Documents(json.loads((SCHEMAS / schema).read_text(encoding="utf-8")), chance)
    for document in islice(documents, COUNT):
        text = json.dumps(document)
        assert said(text) == [], text
    assert set(documents.schema["$defs"]) - documents.reached == set()
