"""Files with one mistake each: what is said about it, and that its hint mends it.

A case is what to change in ``mistakes/capability.yaml``, which has none: lines to take away (``-``)
and to put there (``+``), then the diagnostics; ``--update-golden`` writes these anew.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from naftiko_runtime.app.compiler import compile_text
from naftiko_runtime.source.diagnostics import Diagnostic

FOLDER = Path(__file__).with_name("mistakes")
RIGHT = (FOLDER / "capability.yaml").read_text(encoding="utf-8")
FILES = sorted((FOLDER / "cases").glob("*.txt"))
MEANT = re.compile(r"^did you mean '(.*)'\?$")
QUOTED = re.compile(r"'([^']+)'")


@dataclass(frozen=True)
class Mistake:
    """A file with a mistake, how it was made, and what is said about it."""

    change: str
    text: str
    said: str

    @classmethod
    def of(cls, file: Path) -> "Mistake":
        change, _, said = file.read_text(encoding="utf-8").partition("\n\n")
        lines = change.split("\n")
        wrong, right = (
            "".join(f"{line[1:]}\n" for line in lines if line.startswith(sign)) for sign in ("+", "-")
        )
        assert RIGHT.count(right) == 1, file.name
        return cls(change, RIGHT.replace(right, wrong), said)


def report(text: str) -> list[Diagnostic]:
    return list(compile_text(text, "capability.yaml", FOLDER).report)


def mended(text: str, item: Diagnostic, meant: str) -> list[str]:
    """Put the suggested word in the place of each quoted one that stands where the diagnostic points."""
    lines = text.splitlines(keepends=True)
    line, start = lines[item.span.line - 1], item.span.column - 1
    texts = []
    for word in QUOTED.findall(item.message):
        if word in line[start:]:
            written = line[:start] + line[start:].replace(word, meant, 1)
            texts.append("".join((*lines[: item.span.line - 1], written, *lines[item.span.line :])))
    return texts


def suggestions(file: Path) -> list[tuple[Diagnostic, str]]:
    found = ((item, MEANT.match(item.hint or "")) for item in report(Mistake.of(file).text))
    return [(item, match[1]) for item, match in found if match]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_mistake_is_told_where_it_is_with_what_would_be_right(file: Path, *, update_golden: bool) -> None:
    mistake = Mistake.of(file)
    found = report(mistake.text)
    said = "".join(f"{item}\n" for item in found)
    if update_golden:
        file.write_text(f"{mistake.change}\n\n{said}", encoding="utf-8")
    assert said == Mistake.of(file).said
    assert any(item.hint for item in found)


@pytest.mark.parametrize("file", [file for file in FILES if suggestions(file)], ids=lambda file: file.stem)
def test_the_suggested_word_mends_the_file(file: Path) -> None:
    text = Mistake.of(file).text
    for item, meant in suggestions(file):
        assert any(
            item.code not in {left.code for left in report(fixed)} for fixed in mended(text, item, meant)
        )


def test_there_are_sixty_mistakes_at_least() -> None:
    assert len(FILES) >= 60


def test_nothing_is_said_about_the_file_without_mistakes() -> None:
    assert report(RIGHT) == []
