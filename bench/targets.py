"""What the runtime is meant to reach, one record each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TypeAlias

from .figures import CPU, MANY, P50, P99, Figures, at
from .rows import FASTMCP, PROXY, RAW, SDK, UPSTREAM, VERY_MANY
from .servers import OURS
from .stage import FULL
from .wires import LEGACY, MODERN

Round: TypeAlias = Mapping[tuple[str, str], Figures]
"""What all rows gave in one round, by the names of group and row."""
_Reading: TypeAlias = Callable[[Round], float]

_CPU_MANY = at(CPU, MANY)


@dataclass(frozen=True, slots=True)
class Target:
    """A figure and its bound; ``is_least`` tells whether more is better."""

    what: str
    read: _Reading
    bound: float
    is_least: bool = False
    unit: str = ""

    def reached(self, rounds: Sequence[Round]) -> tuple[float, float, float] | None:
        """Give the median, the least and the most of all rounds that have what is needed."""
        values = list(self._values(rounds))
        return (median(values), min(values), max(values)) if values else None

    def is_met_by(self, value: float) -> bool:
        return value >= self.bound if self.is_least else value <= self.bound

    def _values(self, rounds: Sequence[Round]) -> Iterator[float]:
        for each in rounds:
            try:
                yield self.read(each)
            except KeyError:
                continue  # not measured in this round


def _of(group: str, row: str, figure: str) -> _Reading:
    return lambda measured: measured[group, row][figure]


def _ratio(above: _Reading, below: _Reading) -> _Reading:
    return lambda measured: above(measured) / below(measured)


def _cheaper(group: str, ours: str, theirs: str) -> _Reading:
    """Say how many calls of ours cost as much processor time as one of theirs."""
    return _ratio(_of(group, theirs, _CPU_MANY), _of(group, ours, _CPU_MANY))


def _speed(what: str, group: str, case: str, rival: str, least: float) -> Target:
    read = _cheaper(group, f"{case}, {OURS}", f"{case}, {rival}")
    return Target(f"{what}: calls per CPU second, to {rival}", read, least, is_least=True, unit="x")


def _all() -> Iterator[Target]:
    for version in (LEGACY, MODERN):
        for rival, least in ((FASTMCP, 8), (SDK, 1.4), (RAW, 0.6)):
            yield _speed(f"MCP {version}", "mcp", version, rival, least)
    through = f"pass-through, {OURS}"
    yield _speed("REST pass-through", "rest", "pass-through", PROXY, 0.7)
    shaped = _cheaper("rest", f"shaped, {OURS}", through)
    yield Target("REST shaped: calls per CPU second, to pass-through", shaped, 0.8, is_least=True, unit="x")
    added, usual = (_added(f"pass-through, {server}") for server in (OURS, PROXY))
    yield Target("REST pass-through: p50 of one caller, above the upstream's", added, 0.3, unit="ms")
    # the same bound for machines of any speed: on the one it was set for, the proxy adds 0.26 ms
    what = f"REST pass-through: what is added for one caller, to {PROXY}"
    yield Target(what, _ratio(added, usual), 1.15, unit="x")
    for what, group, row in (
        ("REST pass-through", "rest", through),
        (f"MCP {LEGACY}", "mcp", f"{LEGACY}, {OURS}"),
        (f"MCP {MODERN}", "mcp", f"{MODERN}, {OURS}"),
    ):
        yield _tail(what, group, row, MANY)
    for face in ("REST", "MCP"):
        yield _tail(face, "callers", f"{face}, {OURS}", VERY_MANY)
    yield Target(
        "until naftiko-run listens", _of("start", "naftiko-run until it listens", "wall s"), 0.7, unit="s"
    )
    yield Target(
        "naftiko check of one file", _of("start", "naftiko check of one file", "wall s"), 0.35, unit="s"
    )
    yield Target("memory after tool calls alone", _of("memory", OURS, "MB, tool calls"), 75, unit="MB")
    yield Target("memory with the SDK loaded", _of("memory", OURS, "MB, SDK loaded"), 115, unit="MB")
    yield Target(f"growth over {FULL.growth_calls:,} calls", _growth, 3, unit="%")
    yield Target("compiling 2,000 operations", _of("compile", "2,000 operations", "CPU s"), 2, unit="s")
    for face in ("REST", "MCP"):
        few, many = (
            _of("many", f"{face}, {count} operations, {OURS}", _CPU_MANY) for count in ("12", "2,000")
        )
        yield Target(f"{face}: CPU per call of 2,000 operations, to 12", _ratio(many, few), 1.1, unit="x")
    for face in ("REST", "MCP"):
        one, two = (_of("workers", f"{face}, {OURS}{option}", _CPU_MANY) for option in ("", " --workers 2"))
        yield Target(f"{face}: CPU per call of two workers, to one", _ratio(two, one), 1.1, unit="x")


def _tail(what: str, group: str, row: str, callers: int) -> Target:
    read = _ratio(_of(group, row, at(P99, callers)), _of(group, row, at(P50, callers)))
    return Target(f"{what}: p99 of {callers} callers, to their p50", read, 3, unit="x")


def _added(row: str) -> _Reading:
    """Say by how much a server's answer is later than the upstream's own."""
    theirs, upstream = (_of("rest", name, at(P50, 1)) for name in (row, f"pass-through, {UPSTREAM}"))
    return lambda measured: theirs(measured) - upstream(measured)


def _growth(measured: Round) -> float:
    figures = measured["growth", f"REST and MCP in turn, {OURS}"]
    if figures["calls"] < FULL.growth_calls:
        raise KeyError("too few calls to tell")
    return figures["growth %"]


TARGETS = tuple(_all())
