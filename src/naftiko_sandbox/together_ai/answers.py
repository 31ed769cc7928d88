"""How a job looks to a caller."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from ..values import Json, JsonObject
from .catalogue import TOKENS_PER_ROW, Estimate, estimate
from .history import events, is_trained, model_path, timestamp
from .lifecycle import Job, Status

_BYTES_PER_ROW: Final = 512


def short(job: Job, now_ns: int, scale_s: float) -> JsonObject:
    """Show a job as create, list and cancel do: no events, and a batch size only when it is a number."""
    shown = {**_common(job, now_ns, scale_s), "events": ()}
    if shown["batch_size"] == "max":
        del shown["batch_size"]
    return shown


def full(job: Job, now_ns: int, scale_s: float) -> JsonObject:
    return {
        **_common(job, now_ns, scale_s),
        **({"model_output_path": model_path(job)} if job.status is Status.COMPLETED else {}),
        "job_id": job.id.removeprefix("ft-"),
        "trainingfile_numlines": job.rows,
        "trainingfile_size": job.rows * _BYTES_PER_ROW,
        "param_count": job.model.parameters,
        "queue_depth": 0,
        "epochs_completed": job.epochs if is_trained(job) else 0,
        "events": events(job),
    }


def price(job: Job) -> Estimate:
    return estimate(job.rows, job.eval_rows, job.epochs, job.evals)


def _common(job: Job, now_ns: int, scale_s: float) -> dict[str, Json]:
    started_ns = job.entered_ns(Status.RUNNING)
    is_paid = job.status is Status.COMPLETED
    return {
        "id": job.id,
        "status": job.status.value,
        "created_at": timestamp(job.created_ns),
        "updated_at": timestamp(job.updated_ns),
        **({} if started_ns is None else {"started_at": timestamp(started_ns)}),
        "user_id": "user_sim",
        "owner_address": "sim@example.com",
        "model": job.model.name,
        **job.settings,
        "token_count": job.rows * TOKENS_PER_ROW * job.epochs if is_trained(job) else 0,
        "total_price": price(job).nanodollars if is_paid else 0,
        "progress": _progress(job, now_ns, scale_s),
    }


def _progress(job: Job, now_ns: int, scale_s: float) -> Mapping[str, Json]:
    due = job.due_ns(scale_s)
    left_s = 0 if due is None else max(0, math.ceil((due - now_ns) / 1e9))
    return {"estimate_available": due is not None, "seconds_remaining": left_s}
