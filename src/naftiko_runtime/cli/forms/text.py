"""Sentences for people; of several files also what was found how often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from ...source.diagnostics import Severity
from ..checking import Checked, Outcome

_HEAD = ("code", "severity", "files", "times")


def write_one(files: Iterable[Checked], strict: bool) -> Iterator[str]:
    """Write the diagnostics of one file and a line that counts them."""
    for file in files:
        yield from (f"{item}\n" for item in file.found)
        if file.outcome is Outcome.CHECKED:
            counts = Counter(item.severity for item in file.found)
            yield f"{file.name}: {_counted(counts) if counts else 'no problems'}\n"
            yield from _more((item.severity, item.code) for item in file.found)


def write_several(files: Iterable[Checked], strict: bool) -> Iterator[str]:
    """Write the diagnostics of each file, then a table of codes and a line that counts all."""
    outcomes, counts = Counter[Outcome](), Counter[Severity]()
    times, holders = Counter[tuple[Severity, str]](), Counter[tuple[Severity, str]]()
    for file in files:
        outcomes[file.outcome] += 1
        found = [(item.severity, item.code) for item in file.found]
        times.update(found)
        holders.update(set(found))
        counts.update(severity for severity, _ in found)
        yield from (f"{item}\n" for item in file.found)
    yield from _table(times, holders)
    yield f"{_files(outcomes)}: {_counted(counts) if counts else 'no problems'}\n"
    yield from _more(times)


def _table(times: Counter[tuple[Severity, str]], holders: Counter[tuple[Severity, str]]) -> Iterator[str]:
    """List codes, the gravest and then the most frequent first."""
    gravity = list(Severity)
    rows = sorted(times, key=lambda row: (gravity.index(row[0]), -times[row], row[1]))
    if rows:
        yield "\n{:<6}{:<10}{:>7}{:>9}\n".format(*_HEAD)
        for row in rows:
            yield f"{row[1]:<6}{row[0].value:<10}{holders[row]:>7}{times[row]:>9}\n"
        yield "\n"


def _more(found: Iterable[tuple[Severity, str]]) -> Iterator[str]:
    """Say where to read on, with the gravest code as the example."""
    gravity = list(Severity)
    codes = sorted((gravity.index(severity), code) for severity, code in found)
    if codes:
        yield f"more about a code: naftiko explain {codes[0][1]}\n"


def _counted(counts: Counter[Severity]) -> str:
    errors, refused, warnings = (counts[severity] for severity in Severity)
    return f"{errors} errors, {refused} refused, {warnings} warnings"


def _files(outcomes: Counter[Outcome]) -> str:
    told = [f"{outcomes[Outcome.CHECKED]} files"]
    told += [
        f"{outcomes[outcome]} {outcome.value}"
        for outcome in Outcome
        if outcome is not Outcome.CHECKED and outcomes[outcome]
    ]
    return ", ".join(told)
