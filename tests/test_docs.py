"""The documentation says what the code does."""

import argparse
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from naftiko_runtime.cli.manual import read_manual
from naftiko_runtime.cli.parser import parser_of_naftiko, parser_of_run

ROOT = Path(__file__).parents[1]
CODE = re.compile(r'"([A-Z]\d{3})"')
DOCUMENTED = re.compile(r"^\*\*([A-Z]\d{3})\*\* \((error|refused|warning)\)", re.MULTILINE)
SHOWN = re.compile(r": (error|refused|warning)\[([A-Z]\d{3})\]: ")


def texts(paths: Iterable[Path]) -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(paths))


def codes_in_source() -> set[str]:
    return set(CODE.findall(texts((ROOT / "src" / "naftiko_runtime").rglob("*.py"))))


def codes_in_manual() -> dict[str, str]:
    return dict(DOCUMENTED.findall(texts([ROOT / "docs" / "diagnostics.md"])))


def codes_in_golden_files() -> dict[str, str]:
    shown = SHOWN.findall(texts((ROOT / "tests" / "golden").rglob("diagnostics.txt")))
    return {code: severity for severity, code in shown}


def test_every_code_is_documented_and_no_other() -> None:
    assert sorted(codes_in_manual()) == sorted(codes_in_source())


def test_every_code_is_shown_by_a_golden_file_with_the_severity_that_is_documented() -> None:
    assert codes_in_golden_files() == codes_in_manual()


def test_codes_are_documented_once_and_in_order_within_their_letter() -> None:
    found = [code for code, _ in DOCUMENTED.findall(texts([ROOT / "docs" / "diagnostics.md"]))]
    letters = "".join(dict.fromkeys(code[0] for code in found))
    assert letters == "YDSLBR"
    assert found == sorted(set(found), key=lambda code: (letters.index(code[0]), code))


def test_every_documented_example_shows_its_own_code() -> None:
    manual = texts([ROOT / "docs" / "diagnostics.md"]).split("\n**")[1:]
    wrong = [entry[:4] for entry in manual if f"[{entry[:4]}]: " not in entry]
    assert wrong == []


EXAMPLE = """
docs/diagnostics.md: {code} has no {kind} example. Below its advice add (and run tests/test_manual.py)

```yaml {kind}
what {change}, as a change of the capability at the top of that page
```

or a whole file that begins with its version, or for a command ```sh {kind}. Look at the entry of S002.
"""
WORDS = {"bad": "gives the code", "good": "mends it"}


def test_every_code_has_a_bad_and_a_good_example() -> None:
    lacking = [
        EXAMPLE.format(code=code, kind=kind, change=change)
        for code, entry in read_manual().entries.items()
        for kind, change in WORDS.items()
        if kind not in [block.name for block in entry.blocks]
    ]
    assert not lacking, "".join(lacking)


def options(parser: argparse.ArgumentParser) -> Iterator[str]:
    """List the long options of a parser and of its subcommands."""
    for action in parser._actions:
        yield from (name for name in action.option_strings if name.startswith("--"))
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                yield from options(below)


def test_every_option_and_setting_is_documented() -> None:
    usage = (ROOT / "docs" / "usage.md").read_text(encoding="utf-8")
    settings = {
        name
        for path in (ROOT / "src" / "naftiko_runtime").rglob("*.py")
        for name in re.findall(r"\bNAFTIKO_[A-Z_]+\b", path.read_text(encoding="utf-8"))
    }
    known = {*options(parser_of_naftiko()), *options(parser_of_run()), *settings} - {"--help"}
    assert len(known) > 15
    assert {name for name in known if name not in usage} == set()
