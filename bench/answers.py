"""What the upstream answers: one job of about 3 KB, and a list of 20 of its rows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_EVENTS = 13
_ROWS = 20


def write_answers(folder: Path) -> None:
    """Write a file for every id that the upstream knows."""
    jobs = folder / "v1" / "jobs"
    jobs.mkdir(parents=True, exist_ok=True)
    for name in ANSWERS:
        (jobs / f"{name}.json").write_bytes(written(name))


def written(name: str) -> bytes:
    """Write an answer as it goes over the wire."""
    return json.dumps(ANSWERS[name], separators=(",", ":"), ensure_ascii=False).encode()


def _row(number: int) -> dict[str, Any]:
    return {
        "id": f"ft-{number:08x}",
        "status": "completed",
        "model": "example-org/instruct-8b",
        "created_at": f"2026-05-19T12:{number:02}:00Z",
        "total_price": 1_250_000 + number,
        "is_public": False,
    }


def _event(number: int) -> dict[str, Any]:
    return {
        "object": "fine-tune-event",
        "created_at": f"2026-05-19T13:{number:02}:00Z",
        "level": "info",
        "type": "epoch_complete",
        "message": f"Epoch {number} is complete; the loss is 0.{987 - number} ± 0.001, as expected",
        "step": 100 * number,
        "loss": 0.987 - number / 1000,
    }


def _job() -> dict[str, Any]:
    settings = {"n_epochs": _EVENTS, "learning_rate": 1e-05, "batch_size": 8, "lora": {"r": 64, "alpha": 128}}
    events = [_event(number) for number in range(1, _EVENTS + 1)]
    return {**_row(1), "training_file": "file-train", "suffix": None, **settings, "events": events}


ANSWERS = {"job": _job(), "list": {"data": [_row(number) for number in range(1, _ROWS + 1)]}}
