"""The life of a fine-tuning job: its states, their order, how long each lasts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from ..values import JsonObject
from .catalogue import Model
from .intake import whole

STEPS_PER_EPOCH: Final = 10


class Status(StrEnum):
    """States a job can be in."""

    PENDING = "pending"
    QUEUED = "queued"
    RUNNING = "running"
    COMPRESSING = "compressing"
    UPLOADING = "uploading"
    COMPLETED = "completed"
    CANCEL_REQUESTED = "cancel_requested"
    CANCELLED = "cancelled"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a state leads by itself, after which share of the whole job's time."""

    following: Status
    share: float


STAGES: Final[Mapping[Status, Stage]] = MappingProxyType(
    {
        Status.PENDING: Stage(Status.QUEUED, 0.1),
        Status.QUEUED: Stage(Status.RUNNING, 0.1),
        Status.RUNNING: Stage(Status.COMPRESSING, 0.5),
        Status.COMPRESSING: Stage(Status.UPLOADING, 0.15),
        Status.UPLOADING: Stage(Status.COMPLETED, 0.15),
        Status.CANCEL_REQUESTED: Stage(Status.CANCELLED, 0.1),
    }
)


@dataclass(frozen=True, slots=True)
class Move:
    """A state and the moment it was entered."""

    to: Status
    at_ns: int


@dataclass(frozen=True, slots=True)
class Job:
    """A job is its settings and the moves it made; everything else is computed from them."""

    id: str
    model: Model
    settings: JsonObject
    rows: int
    eval_rows: int
    moves: tuple[Move, ...]

    @property
    def status(self) -> Status:
        return self.moves[-1].to

    @property
    def is_over(self) -> bool:
        return self.status not in STAGES

    @property
    def created_ns(self) -> int:
        return self.moves[0].at_ns

    @property
    def updated_ns(self) -> int:
        return self.moves[-1].at_ns

    @property
    def epochs(self) -> int:
        return whole(self.settings, "n_epochs")

    @property
    def evals(self) -> int:
        return whole(self.settings, "n_evals")

    @property
    def total_steps(self) -> int:
        return STEPS_PER_EPOCH * self.epochs

    def entered_ns(self, status: Status) -> int | None:
        return next((move.at_ns for move in self.moves if move.to is status), None)

    def move(self, to: Status, at_ns: int) -> Job:
        return replace(self, moves=(*self.moves, Move(to, at_ns)))

    def due_ns(self, scale_s: float) -> int | None:
        """When the clock moves this job next; never, when it is over or moved by hand."""
        stage = STAGES.get(self.status)
        if stage is None or not scale_s:
            return None
        return self.updated_ns + int(stage.share * scale_s * 1e9)

    def settle(self, now_ns: int, scale_s: float) -> Job:
        """Make the moves that are due, each dated when it was due rather than when somebody looked."""
        due = self.due_ns(scale_s)
        if due is None or due > now_ns:
            return self
        return self.move(STAGES[self.status].following, due).settle(now_ns, scale_s)


def route_to(job: Job, to: Status) -> tuple[Status, ...] | None:
    """Name the moves that lead a job to a state; None when no road leads there."""
    if job.status is to:
        return ()
    if job.is_over:
        return None
    for road in (tuple(_ahead(job.status)), (Status.CANCEL_REQUESTED, Status.CANCELLED), (Status.ERROR,)):
        if to in road:
            return road[: road.index(to) + 1]
    return None


def _ahead(status: Status) -> Iterator[Status]:
    """Follow the stages from a state to the end of the job."""
    while (stage := STAGES.get(status)) is not None:
        status = stage.following
        yield status
