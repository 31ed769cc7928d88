"""The manual is read entry by entry."""

import re
from pathlib import Path

from naftiko_runtime.cli.manual import Block, Entry, read_manual

MANUAL = Path(__file__).parents[2] / "docs" / "diagnostics.md"


def test_every_entry_is_read() -> None:
    codes = re.findall(r"^\*\*([A-Z]\d{3})\*\* ", MANUAL.read_text(encoding="utf-8"), re.MULTILINE)
    assert list(read_manual().entries) == codes
    assert len(codes) > 100


def test_an_entry_has_its_parts() -> None:
    assert read_manual().entries["B002"] == Entry(
        group="B: values from outside",
        code="B002",
        severity="error",
        meaning="The value of a variable has a line break or control character in it, which no "
        "header can hold.",
        sample="capability.yaml:6:7: error[B002]: SHOP_PASSWORD holds a line break or control character; …",
        advice="Look at how it was set: `$(cat file)` takes the last line break away, many tools do not.",
        blocks=(
            Block("bad", "sh", "SHOP_TOKEN='s3cret\n' naftiko run shop.yaml\n"),
            Block("good", "sh", "SHOP_TOKEN='s3cret' naftiko run shop.yaml\n"),
        ),
    )


def test_the_capability_that_examples_change_is_read() -> None:
    assert read_manual().base.startswith("naftiko: 1.0.0-alpha2\n")
