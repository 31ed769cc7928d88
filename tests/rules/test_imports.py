"""Imports."""

import pytest

from linting import changed, found

SHARED = """\
naftiko: 1.0.0-alpha2
consumes:
- {type: http, namespace: shop, baseUri: 'https://shop.example', description: The shop}
"""


def importing(section: str, *entries: str) -> str:
    lines = "".join(f"  - {entry}\n" for entry in entries)
    return changed((f"  {section}:\n", f"  {section}:\n{lines}"))


@pytest.mark.parametrize(
    ("section", "entries", "expected"),
    [
        ("consumes", ("{from: ./x.yaml}",), [("R105", "{from: ./x.yaml}")]),
        (
            "aggregates",
            ("{import: a, from: ./x.yaml}", "{import: a, from: ./y.yaml}"),
            "{import: a, from: ./y.yaml}",
        ),
        ("exposes", ("{import: a, from: ./x.yaml}", "{import: b, from: ./y.yaml, as: a}"), "as: a}"),
    ],
)
def test_what_is_imported_has_a_name_of_its_own(
    section: str, entries: tuple[str, ...], expected: str | list[tuple[str, str]]
) -> None:
    assert found(importing(section, *entries)) == (
        expected if isinstance(expected, list) else [("R106", expected)]
    )


@pytest.mark.parametrize(
    ("section", "entries"),
    [
        ("consumes", ("{import: a, from: ./x.yaml}",)),
        ("consumes", ("{import: a, from: ./x.yaml}", "{import: a, from: ./y.yaml}")),
        ("aggregates", ("{import: a, from: ./x.yaml}", "{import: a, from: ./x.yaml, as: b}")),
        ("exposes", ("{import: a}",)),
    ],
)
def test_other_imports_are_fine_or_told_by_the_linker(section: str, entries: tuple[str, ...]) -> None:
    assert found(importing(section, *entries)) == []


def test_a_file_for_others_imports_nothing() -> None:
    entry = "{import: store, from: ./x.yaml}"
    assert found(f"{SHARED}- {entry}\n") == [("R143", "naftiko: 1.0.0-alpha2"), ("R107", entry)]
    assert found(SHARED) == [("R143", "naftiko: 1.0.0-alpha2")]
