import httpx2
import pytest

MODEL = "meta-llama/Meta-Llama-3.1-8B-Instruct-Reference"

START = [
    "job_start",
    "model_downloading",
    "model_download_complete",
    "training_data_downloading",
    "training_data_download_complete",
    "training_start",
]
TRAINED = ["checkpoint_save", "checkpoint_save", "epoch_complete", "training_complete", "model_compressing"]
END = [
    "model_compression_complete",
    "model_uploading",
    "model_upload_complete",
    "job_complete",
]


def advance(api: httpx2.Client, job: str, to: str) -> None:
    api.post("/__sim__/advance", json={"id": job, "to": to}).raise_for_status()


def kinds(api: httpx2.Client, job: str) -> list[str]:
    return [event["type"] for event in api.get(f"/v1/fine-tunes/{job}/events").json()["data"]]


def test_a_new_job_has_one_event(api: httpx2.Client, job: str) -> None:
    [event] = api.get(f"/v1/fine-tunes/{job}/events").json()["data"]
    assert event == {
        "object": "fine-tune-event",
        "created_at": event["created_at"],
        "level": "info",
        "message": "Job pending",
        "type": "job_pending",
        "param_count": 0,
        "token_count": 0,
        "total_steps": 10,
        "wandb_url": "",
        "step": 0,
        "checkpoint_path": "",
        "model_path": "",
        "training_offset": 0,
        "hash": event["hash"],
    }


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        ("queued", []),
        ("running", START),
        ("compressing", [*START, *TRAINED]),
        ("completed", [*START, *TRAINED, *END]),
        ("error", ["job_error"]),
        ("cancelled", ["cancel_requested", "job_stopped"]),
    ],
)
def test_every_stage_leaves_its_events(api: httpx2.Client, job: str, to: str, expected: list[str]) -> None:
    advance(api, job, to)
    assert kinds(api, job) == ["job_pending", *expected]


def test_events_stay_the_same_when_more_are_added(api: httpx2.Client, job: str) -> None:
    advance(api, job, "running")
    before = api.get(f"/v1/fine-tunes/{job}/events").json()["data"]
    advance(api, job, "completed")
    after = api.get(f"/v1/fine-tunes/{job}/events").json()["data"]
    assert after[: len(before)] == before
    assert len({event["hash"] for event in after}) == len(after)


def test_there_are_no_checkpoints_before_training_has_ended(api: httpx2.Client, job: str) -> None:
    advance(api, job, "running")
    assert api.get(f"/v1/fine-tunes/{job}/checkpoints").json() == {"data": []}


def test_checkpoints_are_spread_evenly_and_the_last_is_final(api: httpx2.Client, done_job: str) -> None:
    found = api.get(f"/v1/fine-tunes/{done_job}/checkpoints").json()["data"]
    assert [(point["step"], point["path"], point["checkpoint_type"]) for point in found] == [
        (5, f"s3://sim/{done_job}/step-5", "Intermediate (adapter)"),
        (10, f"s3://sim/{done_job}/step-10", "Final (adapter)"),
    ]


def test_a_fully_trained_job_makes_models_and_one_checkpoint_at_least(api: httpx2.Client) -> None:
    settings = {
        "training_file": "file-a",
        "model": MODEL,
        "training_type": {"type": "Full"},
        "n_checkpoints": 0,
    }
    job = api.post("/v1/fine-tunes", json={**settings, "n_epochs": 3}).json()["id"]
    advance(api, job, "completed")
    [point] = api.get(f"/v1/fine-tunes/{job}/checkpoints").json()["data"]
    assert (point["step"], point["checkpoint_type"]) == (30, "Final (model)")
