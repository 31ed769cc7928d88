"""Training metrics: the rows of a job, and which of them a caller asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

from ..values import Json, JsonObject, is_integer, read_whole
from ..wire import Request
from .intake import read_object
from .lifecycle import Job, Status
from .refusal import refuse_value

# rows of a job that was moved by hand would otherwise all have the same time
_LEAST_STEP_NS: Final = 1_000_000

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement."""

    kind: str
    step: int
    at_ns: int
    values: JsonObject

    def as_json(self) -> JsonObject:
        named = {f"{self.kind}/{name}": value for name, value in self.values.items()}
        # evaluations name the training step too: real clients look for it in every row
        return {"train/global_step": self.step, **named, "timestamp": self.at_ns}


@dataclass(frozen=True, slots=True)
class Filter:
    """Which rows are wanted; None leaves a side open."""

    global_step_from: int | None = None
    global_step_to: int | None = None
    logged_at_from: int | None = None
    logged_at_to: int | None = None
    resolution: int | None = None

    def wants(self, row: Row) -> bool:
        steps = _is_between(self.global_step_from, row.step, self.global_step_to)
        return steps and _is_between(self.logged_at_from, row.at_ns, self.logged_at_to)


def _is_between(low: int | None, value: int, high: int | None) -> bool:
    return (low is None or low <= value) and (high is None or value <= high)


def rows(job: Job) -> tuple[Row, ...]:
    """Compute all rows in the order of time; there are none before training has ended."""
    started, trained = job.entered_ns(Status.RUNNING), job.entered_ns(Status.COMPRESSING)
    if started is None or trained is None:
        return ()
    steps = job.total_steps
    step_ns = max((trained - started) // steps, _LEAST_STEP_NS)
    evals, rate = _eval_steps(job, steps), job.settings["learning_rate"]
    found: list[Row] = []
    for step in range(1, steps + 1):
        # odd, so that no double holds it: whoever reads it as one is found out
        at_ns = (started + step * step_ns) | 1
        found.append(Row("train", step, at_ns, {"loss": round(2 / step, 4), "learning_rate": rate}))
        if step in evals:
            found.append(Row("eval", step, at_ns + 2, {"loss": round(2.5 / step, 4)}))
    return tuple(found)


def _eval_steps(job: Job, steps: int) -> frozenset[int]:
    wanted = min(job.evals, steps) if job.eval_rows else 0
    return frozenset(steps * (number + 1) // wanted for number in range(wanted))


def select(found: Sequence[Row], wanted: Filter) -> list[Row]:
    """Filter rows; ``resolution`` thins out the training rows and leaves the evaluations alone."""
    kept = [row for row in found if wanted.wants(row)]
    train = [row for row in kept if row.kind == "train"]
    if wanted.resolution is None or wanted.resolution >= len(train):
        return kept
    sample = {row.step for row in _sample(train, wanted.resolution)}
    return [row for row in kept if row.kind != "train" or row.step in sample]


def _sample(found: Sequence[Row], size: int) -> list[Row]:
    """Take rows at even distances, the first and the last among them."""
    if size == 1:
        return [found[-1]]
    return [found[place * (len(found) - 1) // (size - 1)] for place in range(size)]


def read_filter(request: Request) -> Filter:
    """Read the filter from query and body; the body, where older callers have it, wins."""
    body = read_object(request) if request.body.strip() else {}
    given = {**request.parameters(), **body}
    return Filter(**{name: read(name, given[name]) for name, read in _READERS.items() if name in given})


def _whole_number(name: str, value: Json) -> int:
    number = read_whole(value) if isinstance(value, str) else value
    if not is_integer(number):
        refuse_value(name, f"{name} must be a whole number")
    return number


def _resolution(name: str, value: Json) -> int:
    number = _whole_number(name, value)
    if number < 1:
        refuse_value(name, f"{name} must be at least 1")
    return number


def _moment(name: str, value: Json) -> int:
    """Read an ISO-8601 time, to the microsecond; one without a zone is in UTC."""
    try:
        moment = datetime.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        refuse_value(name, f"{name} must be an ISO-8601 time such as 2024-01-01T00:00:00Z")
    passed = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _EPOCH
    return ((passed.days * 86_400 + passed.seconds) * 1_000_000 + passed.microseconds) * 1000


_READERS: Final[Mapping[str, Callable[[str, Json], int]]] = MappingProxyType(
    {
        "global_step_from": _whole_number,
        "global_step_to": _whole_number,
        "logged_at_from": _moment,
        "logged_at_to": _moment,
        "resolution": _resolution,
    }
)
