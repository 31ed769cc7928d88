"""One JSON list of all diagnostics."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...values.json import encode_pretty
from ..checking import Checked


def write_json(files: Iterable[Checked], strict: bool) -> Iterator[str]:
    """Write when the last file has been checked: a list is of use as a whole."""
    yield encode_pretty([item.as_json() for file in files for item in file.found]).decode() + "\n"
