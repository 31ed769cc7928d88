"""``naftiko explain``: what the manual says about a code."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterable, Iterator
from itertools import groupby
from textwrap import fill, indent, shorten

from ..source.diagnostics import did_you_mean
from .failure import WrongUsage
from .manual import Entry, read_manual

_WIDTH = 100
_MARKS = ("- {}", "[{}", ": null")
_CONVENTION = "In these parts of a file {} is an item as it may be, and null a key that is not there.\n"


def explain(arguments: Namespace) -> int:
    """Print the entry of a code, or one line for each; 2 when there is no such code."""
    entries = read_manual().entries
    if arguments.code is None:
        sys.stdout.writelines(_listed(entries.values()))
        return 0
    code = arguments.code.upper()
    if code not in entries:
        hint = did_you_mean(code, entries) or "naftiko explain lists all"
        raise WrongUsage(f"no code {arguments.code!r}; {hint}")
    sys.stdout.write("\n".join(_paragraphs(entries[code])))
    return 0


def _listed(entries: Iterable[Entry]) -> Iterator[str]:
    """List the codes under the headings of the manual."""
    between = ""
    for group, members in groupby(entries, lambda entry: entry.group):
        yield f"{between}{group}\n"
        for entry in members:
            head = f"  {entry.code} {entry.severity:<8} "
            yield head + shorten(entry.meaning, _WIDTH - len(head), placeholder=" …") + "\n"
        between = "\n"


def _paragraphs(entry: Entry) -> Iterator[str]:
    yield fill(f"{entry.code} ({entry.severity}) {entry.meaning}", _WIDTH) + "\n"
    yield f"  {entry.sample}\n"
    if entry.advice:
        yield fill(entry.advice, _WIDTH) + "\n"
    for block in entry.blocks:
        yield f"{block.name}:\n{indent(block.text, '  ')}"
    if any(mark in block.text for block in entry.blocks for mark in _MARKS):
        yield _CONVENTION
