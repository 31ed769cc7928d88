"""Writes what was measured: the targets, a table for every group, the ratios, and the conditions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from .conditions import conditions
from .figures import CPU, MANY, P50, P99, PEAK, RATE, Figures, at, shown
from .rows import GROUPS, UPSTREAM, Group, Row
from .servers import OURS
from .stage import Pace
from .targets import TARGETS

# what `make soak` has written there
_SOAK = re.compile(r"(?ms)^## Soak\n.*?(?=^## |\Z)")
_COMPARED = (at(CPU, MANY), at(RATE, MANY), at(P50, 1), at(P99, MANY), PEAK)
_HEAD = """# Results

Written by `make bench` and `make soak`; [docs/performance.md](../docs/performance.md) says how it measures.
Figures are medians of the rounds, `@32` is with 32 callers.
"""


@dataclass(slots=True)
class Outcome:
    """What a run came to; ``failed`` and ``left_out`` are sentences about rows."""

    pace: Pace
    groups: Sequence[Group]
    busy: float  # the machine's load average before the start
    rounds: list[dict[tuple[str, str], Figures]] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def samples(self, group: Group, row: Row) -> list[Figures]:
        key = group.name, row.name
        return [measured[key] for measured in self.rounds if key in measured]


def write_results(path: Path, outcome: Outcome) -> None:
    """Write the report, and keep what the soak has written."""
    parts = [
        _HEAD,
        *_targets(outcome),
        *_told("Left out", outcome.left_out),
        *_told("Failed", outcome.failed),
    ]
    for group in outcome.groups:
        parts += _table(outcome, group)
    parts += [*_ratios(outcome), *conditions(outcome.pace, outcome.busy)]
    kept = _SOAK.search(path.read_text(encoding="utf-8")) if path.exists() else None
    path.write_text("\n".join([*parts, *([kept[0]] if kept else [])]), encoding="utf-8")


def _targets(outcome: Outcome) -> Iterator[str]:
    lines, is_whole = [], len(outcome.groups) == len(GROUPS)
    for target in TARGETS:
        reached = target.reached(outcome.rounds)
        bound = f"{'>=' if target.is_least else '<='} {target.bound:g} {target.unit}"
        if reached is not None:
            middle, least, most = (f"{value:.2f}" for value in reached)
            met = "met" if target.is_met_by(reached[0]) else "**not met**"
            lines.append(_line(target.what, bound, f"{middle} ({least} to {most})", met))
        elif is_whole:
            lines.append(_line(target.what, bound, "", "not measured"))
    if lines:
        yield from ("## Targets", "", "Ratios and differences are taken within a round.", "")
        yield from (_line("", "target", "median (range)", ""), "|---|---:|---:|---|", *lines, "")


def _told(title: str, sentences: Sequence[str]) -> Iterator[str]:
    if sentences:
        yield from (f"## {title}", "", *(f"- {sentence}" for sentence in dict.fromkeys(sentences)), "")


def _table(outcome: Outcome, group: Group) -> Iterator[str]:
    measured = {row.name: samples for row in group.rows if (samples := outcome.samples(group, row))}
    if not measured:
        return
    columns = list(dict.fromkeys(name for samples in measured.values() for name in samples[0]))
    count = max(map(len, measured.values()))
    yield from (f"## {group.title}", "", f"{count} round{'s' if count > 1 else ''}.", "")
    yield from (_line("", *columns), f"|---|{'---:|' * len(columns)}")
    for name, samples in measured.items():
        yield _line(name, *(_median(column, samples) for column in columns))
    yield ""


def _median(column: str, samples: Sequence[Figures]) -> str:
    return shown(column, median(sample[column] for sample in samples)) if column in samples[0] else ""


def _ratios(outcome: Outcome) -> Iterator[str]:
    lines: list[str] = []
    for group in outcome.groups:
        ours = {row.what: row for row in group.rows if row.server == OURS}
        for row in group.rows:
            if row.server not in ("", OURS, UPSTREAM) and row.what in ours:
                lines += _ratio(outcome, group, ours[row.what], row)
    if lines:
        yield from (f"## {OURS} : others", "", "More requests are better, else less is.", "")
        yield from (_line("", *_COMPARED), f"|---|{'---:|' * len(_COMPARED)}", *lines, "")


def _ratio(outcome: Outcome, group: Group, ours: Row, other: Row) -> Iterator[str]:
    pairs = [
        (measured[group.name, ours.name], measured[group.name, other.name])
        for measured in outcome.rounds
        if {(group.name, ours.name), (group.name, other.name)} <= measured.keys()
    ]
    cells = [_divided(column, pairs) for column in _COMPARED]
    if any(cells):
        yield _line(f"{group.name}: {other.name}", *cells)


def _divided(column: str, pairs: Sequence[tuple[Figures, Figures]]) -> str:
    ratios = [our[column] / their[column] for our, their in pairs if column in our and their.get(column)]
    return f"{median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})" if ratios else ""


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
