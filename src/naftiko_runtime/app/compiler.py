"""From a file's text to its plan; every mistake in one report."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..link.linker import link
from ..plan.explain import Plan
from ..source.diagnostics import Report
from ..source.tree import load as load_source
from ..spec.dialects import upgrade
from ..spec.document import Document, parse


class CompileError(Exception):
    """A file from which no plan can be made; ``report`` says all that is wrong with it."""

    def __init__(self, report: Report) -> None:
        super().__init__(str(report))
        self.report = report


@dataclass(frozen=True, slots=True)
class Compiled:
    """What a text gave: a plan unless the report has errors, the document, and in any case the report."""

    plan: Plan | None
    report: Report
    document: Document | None


def compile_text(text: str, file: str, folder: Path | None = None) -> Compiled:
    """Compile a text; ``file`` is the name that diagnostics show, ``folder`` has the files it imports."""
    report = Report()
    document = _read(text, file, report)
    return Compiled(link(document, file, report, folder) if document else None, report, document)


def compile(path: str | Path) -> Plan:
    """Compile a capability file; raises CompileError with every mistake.

    What cannot be read at all is OSError, what is not UTF-8 UnicodeDecodeError.
    """
    compiled = compile_text(Path(path).read_text(encoding="utf-8"), str(path), Path(path).parent)
    if compiled.plan is None:
        raise CompileError(compiled.report)
    return compiled.plan


def load(path: str | Path) -> Document:
    """Read a capability file as its author wrote it, typed and frozen; raises as ``compile`` does."""
    report = Report()
    document = _read(Path(path).read_text(encoding="utf-8"), str(path), report)
    if document is None or report.has_errors:
        raise CompileError(report)
    return document


def _read(text: str, file: str, report: Report) -> Document | None:
    source = load_source(text, file, report)
    upgraded = upgrade(source, report) if source else None
    return parse(upgraded, report) if upgraded else None
