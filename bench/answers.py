"""What the upstream answers: one job of about 3 KB, 20 rows in a list of about the same size, large files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_EVENTS = 13
_ROWS = 20
MB = 1_000_000
DOWNLOADS: Mapping[str, int] = {"10 MB": 10 * MB, "1 GiB": 1 << 30}


def write_answers(folder: Path) -> None:
    """Write a file for every id that the upstream knows; the large ones are holes and take no room."""
    jobs = folder / "v1" / "jobs"
    jobs.mkdir(parents=True, exist_ok=True)
    for name in ANSWERS:
        (jobs / f"{name}.json").write_bytes(written(name))
    files = folder / "v1" / "files"
    files.mkdir(exist_ok=True)
    for size in DOWNLOADS.values():
        with (files / str(size)).open("wb") as file:
            file.truncate(size)


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


def shaped() -> object:
    """Give the rows as the capability shapes them."""
    return [
        {
            "id": row["id"],
            "state": row["status"],
            "model": {"name": row["model"]},
            "price": row["total_price"],
        }
        for row in ROWS
    ]


def reported() -> object:
    """Give what the flow of two calls makes of the job and the rows."""
    first = ROWS[0]
    return {
        "job": {"id": ANSWERS["job"]["id"], "file": ANSWERS["job"]["training_file"]},
        "row": {"status": first["status"], "total_price": first["total_price"]},
    }


ROWS = [_row(number) for number in range(1, _ROWS + 1)]
ANSWERS: Mapping[str, Any] = {"job": _job(), "rows": ROWS}
