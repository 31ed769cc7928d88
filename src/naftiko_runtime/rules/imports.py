"""What a file takes from others."""

from __future__ import annotations

from collections.abc import Iterator

from ..spec.imports import ImportedSpec, ImportSpec
from .repeat import repeats
from .rule import Finding
from .survey import Survey


def import_names_entry(survey: Survey) -> Iterator[Finding]:
    """Find imports that do not name an entry; those that name no file are told by L025."""
    for spec in survey.every(ImportSpec):
        if spec.source and not spec.name:
            message = f"this import does not say which entry of {spec.source!r} it takes"
            yield Finding(message, spec.span(), "name one by its namespace with 'import'")


def aliases_unique(survey: Survey) -> Iterator[Finding]:
    """Find two imports that get one name here; among consumed APIs L111 tells it."""
    for imported in survey.every(ImportedSpec):
        for section in (imported.exposes, imported.aggregates, imported.binds):
            for first, second in repeats(section or (), _name):
                message = f"{_name(second)!r} is imported a second time, after line {first.span().line}"
                yield Finding(message, second.span("as"), "give one another name with 'as'")


def _name(spec: ImportSpec) -> str | None:
    return spec.alias or spec.name


def shared_without_imports(survey: Survey) -> Iterator[Finding]:
    """Find imports in a file that is there to be imported itself, where nobody follows them."""
    for spec in survey.every(ImportSpec) if survey.is_shared else ():
        message = "this file has no 'capability'; when it is imported, its own imports are not followed"
        yield Finding(message, spec.span(), "import both files where they are used")
