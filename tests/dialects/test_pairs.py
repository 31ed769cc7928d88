"""Files of every dialect, and the canonical tree of each; ``--update-golden`` writes the trees anew."""

import json
from pathlib import Path

import pytest

from naftiko_runtime.source.diagnostics import Report
from naftiko_runtime.source.tree import load
from naftiko_runtime.spec.dialects import VERSIONS, upgrade
from naftiko_runtime.spec.document import parse

CASES = sorted(
    path for path in Path(__file__).parent.iterdir() if path.is_dir() and path.name != "__pycache__"
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_file_becomes_its_canonical_tree_without_a_word(case: Path, *, update_golden: bool) -> None:
    report, expected = Report(), case / "canonical.json"
    source = load((case / "old.yaml").read_text(encoding="utf-8"), "old.yaml", report)
    assert source is not None
    canonical = upgrade(source, report)
    assert canonical is not None
    assert parse(canonical, report) is not None
    assert str(report) == ""
    if update_golden:
        expected.write_text(json.dumps(canonical.data, indent=2) + "\n", encoding="utf-8")
    assert canonical.data == json.loads(expected.read_text(encoding="utf-8"))


def read(text: str) -> tuple[object, Report]:
    report = Report()
    source = load(text, "old.yaml", report)
    assert source is not None
    canonical = upgrade(source, report)
    assert canonical is not None
    return canonical.data, report


def as_version(case: str, stated: str) -> str:
    """Return the file of a case under another version."""
    first, _, rest = (Path(__file__).parent / case / "old.yaml").read_text(encoding="utf-8").partition("\n")
    assert tuple(first.split(": ")) in VERSIONS
    return f"{stated}\n{rest}"


@pytest.mark.parametrize(
    ("case", "stated"),
    [
        ("alpha1", "naftiko: 1.0.0-alpha3"),
        ("alpha2", "naftiko: 1.0.0-alpha3"),
        ("ikanos-alpha3", "ikanos: 1.0.0-alpha4"),
        ("ikanos-beta1", "ikanos: 1.0.0-beta2"),
        ("ikanos-beta5", "ikanos: 1.0.0-beta2"),
        ("ikanos-beta5", "ikanos: 1.0.0-beta3"),
        ("ikanos-beta5", "ikanos: 1.0.0-beta4"),
    ],
)
def test_versions_that_differ_in_no_word_give_the_same_tree_without_a_word(case: str, stated: str) -> None:
    data, report = read(as_version(case, stated))
    number = stated.partition(": ")[2]
    expected = json.loads((Path(__file__).parent / case / "canonical.json").read_text(encoding="utf-8"))
    assert (data, report.items) == (expected | {"naftiko": number}, [])


@pytest.mark.parametrize(
    ("case", "stated"), [("alpha2", "naftiko: 1.0.0-alpha9"), ("ikanos-beta5", "ikanos: 1.0.0")]
)
def test_a_newer_version_gives_the_tree_of_the_newest_with_a_warning(case: str, stated: str) -> None:
    data, report = read(as_version(case, stated))
    number = stated.partition(": ")[2]
    expected = json.loads((Path(__file__).parent / case / "canonical.json").read_text(encoding="utf-8"))
    assert (data, [item.code for item in report]) == (expected | {"naftiko": number}, ["D101"])


def test_there_is_a_pair_for_every_family_of_versions() -> None:
    shown = {(case / "old.yaml").read_text(encoding="utf-8").partition("\n")[0] for case in CASES}
    families = ("naftiko: '0.2'", "naftiko: '0.3'", "naftiko: '0.4'", "naftiko: '0.5'")
    assert {*families, "naftiko: 1.0.0-alpha1", "naftiko: 1.0.0-alpha2"} <= shown
    assert {"ikanos: 1.0.0-alpha3", "ikanos: 1.0.0-beta1", "ikanos: 1.0.0-beta5"} <= shown
    assert all(tuple(line.replace("'", "").split(": ")) in VERSIONS for line in shown)
