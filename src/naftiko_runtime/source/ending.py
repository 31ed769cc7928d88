"""Finds where a text breaks off, so that what is whole can still be read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from .mistake import Stop

_MARK = re.compile(r"[ \t]*#.*\btruncated\b")
_TAIL = 4_000
_MARK_LINES = 4
_TRIES = 6
_SHARE = 10  # without a mark, a tenth of the lines may be left out at most
_ITEM = re.compile(r"([ \t]*)-(?: |$)")


def mark_of(text: str) -> int | None:
    """Return the line, from 0, of a comment at the end which says that the text was truncated."""
    for behind, line in enumerate(reversed(text[-_TAIL:].rstrip().splitlines()[-_MARK_LINES:])):
        if _MARK.match(line):
            return len(text.rstrip().splitlines()) - 1 - behind
        if _is_written(line):
            return None
    return None


def beginnings(text: str, stop: Stop, mark: int | None) -> Iterator[str]:
    """List shorter and shorter beginnings of a text that breaks off, a few at most.

    Without a mark a text breaks off when the parser was still waiting for more at its end.
    """
    lines = text.splitlines(keepends=True)
    end = _written(lines)
    if mark is None and not _is_at_end(stop, lines, end):
        return
    least = 1 if mark is not None else max(1, end - len(lines) // _SHARE)
    first = min(stop.culprit, end - 1)
    for number in islice(_boundaries(lines, first, least), _TRIES):
        yield "".join(lines[:number])


def _boundaries(lines: Sequence[str], first: int, least: int) -> Iterator[int]:
    """List the lines before which a text may end: the first, then items that are less and less deep."""
    deepest: int | None = None
    for number in range(first, least - 1, -1):
        item = _ITEM.match(lines[number])
        depth = len(item[1]) if item else None
        if number == first or (depth is not None and (deepest is None or depth < deepest)):
            yield number
            deepest = depth if depth is not None else deepest


def _written(lines: Sequence[str]) -> int:
    """Count the lines up to the last that is neither blank nor a comment."""
    numbers = range(len(lines), 0, -1)
    return next((number for number in numbers if _is_written(lines[number - 1])), 0)


def _is_written(line: str) -> bool:
    return line.strip() != "" and not line.lstrip().startswith("#")


def _is_at_end(stop: Stop, lines: Sequence[str], end: int) -> bool:
    line, column = stop.stopped
    return line >= end or (line == end - 1 and column >= len(lines[end - 1].rstrip()))
