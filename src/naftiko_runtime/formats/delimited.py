"""Answers with rows of cells between commas, tabs or bars; the first row names the columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator

from ..values import Json
from .charset import decode_text
from .door import Hints

_MAX_CELL = 2**31 - 1


def delimited_by(delimiter: str) -> Callable[[bytes, Hints], Json]:
    """Make the decoder for one delimiter."""

    def decode(data: bytes, hints: Hints) -> Json:
        """Give a list of objects whose values are texts; raises ValueError with the line."""
        csv.field_size_limit(_MAX_CELL)  # of the whole process; 128 KiB are less than honest answers have
        text = io.StringIO(decode_text(data, hints.charset), newline="")
        reader = csv.reader(text, delimiter=delimiter, strict=True)
        try:
            return list(_objects((row, reader.line_num) for row in reader if row))
        except csv.Error as error:
            raise ValueError(f"line {reader.line_num}: {error}") from None

    return decode


def _objects(rows: Iterator[tuple[list[str], int]]) -> Iterator[Json]:
    header, _ = next(rows, ([], 0))
    if not header:
        raise ValueError("there is no row that names the columns")
    names = [name.strip() for name in header]
    for row, line in rows:
        if len(row) > len(names):
            raise ValueError(f"line {line}: {len(row)} cells, but {len(names)} columns have names")
        yield dict(zip(names, row, strict=False))  # a short row leaves its last columns out
