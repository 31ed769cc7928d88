"""Workflow commands, which GitHub shows beside the lines of a change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...source.diagnostics import Diagnostic
from ..checking import Checked
from ..complaint import is_wrong


def write_github(files: Iterable[Checked], strict: bool) -> Iterator[str]:
    """Write one line for every diagnostic, and for every file that could not be checked."""
    for file in files:
        yield from (_line(item, is_wrong(item, strict=strict)) for item in file.found)
        if file.reason:
            yield f"::error file={_property(file.name)}::{_data(file.reason)}\n"


def _line(item: Diagnostic, wrong: bool) -> str:
    said = f"{item.message}\nhint: {item.hint}" if item.hint else item.message
    place = f"file={_property(item.span.file)},line={item.span.line},col={item.span.column}"
    return f"::{'error' if wrong else 'warning'} {place},title={item.code}::{_data(said)}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
