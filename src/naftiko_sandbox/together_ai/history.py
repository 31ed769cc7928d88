"""What a job leaves behind, computed from its moves: events, checkpoints, metrics."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final, cast

from ..values import JsonObject
from .intake import whole
from .lifecycle import STEPS_PER_EPOCH, Job, Move, Status


@dataclass(frozen=True, slots=True)
class Happening:
    """An event before it is dated."""

    kind: str
    message: str
    level: str = "info"
    step: int = 0
    checkpoint_path: str = ""
    model_path: str = ""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A model version that can be downloaded."""

    step: int
    path: str
    kind: str
    at_ns: int

    def as_json(self) -> JsonObject:
        return {
            "step": self.step,
            "created_at": timestamp(self.at_ns),
            "path": self.path,
            "checkpoint_type": self.kind,
        }


def timestamp(at_ns: int) -> str:
    moment = datetime.fromtimestamp(at_ns // 1_000_000 / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def model_path(job: Job) -> str:
    return f"s3://sim/{job.id}/model"


def checkpoint_path(job: Job, step: int) -> str:
    return f"s3://sim/{job.id}/step-{step}"


def is_trained(job: Job) -> bool:
    return job.entered_ns(Status.COMPRESSING) is not None


def checkpoint_steps(job: Job) -> tuple[int, ...]:
    """Spread the checkpoints evenly; the last is always the end of training."""
    wanted = max(1, whole(job.settings, "n_checkpoints"))
    return tuple(sorted({job.total_steps * (number + 1) // wanted for number in range(wanted)}))


def checkpoints(job: Job) -> tuple[Checkpoint, ...]:
    trained_ns = job.entered_ns(Status.COMPRESSING)
    if trained_ns is None:
        return ()
    training = cast(JsonObject, job.settings["training_type"])
    product = "adapter" if training["type"] == "Lora" else "model"
    last = job.total_steps
    return tuple(
        Checkpoint(
            step,
            checkpoint_path(job, step),
            f"{'Final' if step == last else 'Intermediate'} ({product})",
            trained_ns,
        )
        for step in checkpoint_steps(job)
    )


def events(job: Job) -> list[JsonObject]:
    dated = [(move, happening) for move in job.moves for happening in _HAPPENINGS[move.to](job)]
    return [_event(job, place, move, happening) for place, (move, happening) in enumerate(dated)]


def _event(job: Job, place: int, move: Move, happening: Happening) -> JsonObject:
    mark = f"{job.id}/{place}/{happening.kind}"
    return {
        "object": "fine-tune-event",
        "created_at": timestamp(move.at_ns),
        "level": happening.level,
        "message": happening.message,
        "type": happening.kind,
        "param_count": 0,
        "token_count": 0,
        "total_steps": job.total_steps,
        "wandb_url": "",
        "step": happening.step,
        "checkpoint_path": happening.checkpoint_path,
        "model_path": happening.model_path,
        "training_offset": 0,
        "hash": hashlib.sha256(mark.encode()).hexdigest()[:40],
    }


def _at_pending(job: Job) -> Iterator[Happening]:
    yield Happening("job_pending", "Job pending")


def _at_queued(job: Job) -> Iterator[Happening]:
    yield from ()  # the API says nothing of the queue


def _at_running(job: Job) -> Iterator[Happening]:
    yield Happening("job_start", "Job started")
    yield Happening("model_downloading", "Downloading the model")
    yield Happening("model_download_complete", "Model downloaded")
    yield Happening("training_data_downloading", "Downloading the training data")
    yield Happening("training_data_download_complete", "Training data downloaded")
    yield Happening("training_start", "Training started")


def _at_compressing(job: Job) -> Iterator[Happening]:
    for step in checkpoint_steps(job):
        path = checkpoint_path(job, step)
        yield Happening(
            "checkpoint_save", f"Checkpoint saved at step {step}", step=step, checkpoint_path=path
        )
    for epoch in range(1, job.epochs + 1):
        yield Happening("epoch_complete", f"Epoch {epoch} complete", step=epoch * STEPS_PER_EPOCH)
    yield Happening("training_complete", "Training complete")
    yield Happening("model_compressing", "Compressing the model")


def _at_uploading(job: Job) -> Iterator[Happening]:
    yield Happening("model_compression_complete", "Model compressed")
    yield Happening("model_uploading", "Uploading the model")


def _at_completed(job: Job) -> Iterator[Happening]:
    yield Happening("model_upload_complete", "Model uploaded", model_path=model_path(job))
    yield Happening("job_complete", "Job finished")


def _at_cancel_requested(job: Job) -> Iterator[Happening]:
    yield Happening("cancel_requested", "Cancellation requested")


def _at_cancelled(job: Job) -> Iterator[Happening]:
    yield Happening("job_stopped", "Job stopped")


def _at_error(job: Job) -> Iterator[Happening]:
    yield Happening("job_error", "Job failed", level="error")


_HAPPENINGS: Final[Mapping[Status, Callable[[Job], Iterator[Happening]]]] = MappingProxyType(
    {
        Status.PENDING: _at_pending,
        Status.QUEUED: _at_queued,
        Status.RUNNING: _at_running,
        Status.COMPRESSING: _at_compressing,
        Status.UPLOADING: _at_uploading,
        Status.COMPLETED: _at_completed,
        Status.CANCEL_REQUESTED: _at_cancel_requested,
        Status.CANCELLED: _at_cancelled,
        Status.ERROR: _at_error,
    }
)
