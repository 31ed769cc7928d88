"""The manual is read entry by entry."""

import re
from pathlib import Path

from naftiko_runtime.cli.manual import Entry, read_manual

MANUAL = Path(__file__).parents[2] / "docs" / "diagnostics.md"


def test_every_entry_is_read() -> None:
    codes = re.findall(r"^\*\*([A-Z]\d{3})\*\* ", MANUAL.read_text(encoding="utf-8"), re.MULTILINE)
    assert list(read_manual()) == codes
    assert len(codes) > 100


def test_an_entry_has_its_parts() -> None:
    assert read_manual()["Y002"] == Entry(
        code="Y002",
        severity="error",
        meaning="A mapping has the same key twice, and only one of them could count.",
        sample="capability.yaml:14:15: error[Y002]: duplicate key 'method'",
        advice="Remove one.",
    )
