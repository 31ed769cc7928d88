"""Everything this stand-in remembers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from ..content import Content
from ..faults import Faults
from ..journal import Journal
from ..rate import Rate
from .lifecycle import Job
from .mode import Mode
from .refusal import refuse_unknown_job

LIMIT_JOBS: Final = 1000


@dataclass(slots=True)
class Jobs:
    """Jobs in the order of their creation, moved by the clock whenever somebody looks at them.

    There are no timers: a job's state is a question of what time it is.
    """

    clock_ns: Callable[[], int]
    scale_s: float
    by_id: dict[str, Job] = field(default_factory=dict)

    def put(self, job: Job) -> None:
        """Keep a job; beyond the limit the oldest is forgotten, so that memory stays flat."""
        self.by_id[job.id] = job
        if len(self.by_id) > LIMIT_JOBS:
            del self.by_id[next(iter(self.by_id))]

    def find(self, job_id: str) -> Job:
        job = self.by_id.get(job_id)
        if job is None:
            refuse_unknown_job(job_id)
        return self._settled(job)

    def all(self) -> list[Job]:
        return [self._settled(job) for job in tuple(self.by_id.values())]

    def named(self, name: str) -> Job | None:
        """Find a job by its id or by the name of the model it made."""
        jobs = self.by_id.values()
        return next((job for job in jobs if name in (job.id, job.settings["model_output_name"])), None)

    def remove(self, job: Job) -> None:
        del self.by_id[job.id]

    def _settled(self, job: Job) -> Job:
        settled = job.settle(self.clock_ns(), self.scale_s)
        self.by_id[job.id] = settled
        return settled


@dataclass(slots=True)
class World:
    """The state that requests change; one per built sandbox."""

    clock_ns: Callable[[], int]
    jobs: Jobs
    rate: Rate
    content: Content
    faults: Faults = field(default_factory=Faults)
    journal: Journal = field(default_factory=Journal)
    mode: Mode = field(default_factory=Mode)

    def reset(self) -> None:
        """Forget everything, as if just started."""
        self.jobs.by_id.clear()
        self.rate.set(None, self.rate.window_s)
        self.faults = Faults()
        self.journal = Journal()
        self.mode = Mode()


def new_world(scale_s: float, clock_ns: Callable[[], int]) -> World:
    return World(clock_ns, Jobs(clock_ns, scale_s), Rate(clock_ns), Content())
