from collections.abc import Callable

import httpx2
import pytest

from naftiko_sandbox.together_ai.catalogue import MODELS
from naftiko_sandbox.together_ai.lifecycle import Job, Move, Status
from naftiko_sandbox.together_ai.world import Jobs

MODEL = "meta-llama/Meta-Llama-3.1-8B-Instruct-Reference"
Wait = Callable[[float], None]

STAGES = ("queued", "running", "compressing", "uploading", "completed")


def create(api: httpx2.Client, **settings: object) -> httpx2.Response:
    return api.post("/v1/fine-tunes", json={"training_file": "file-train", "model": MODEL, **settings})


def advance(api: httpx2.Client, job: str, to: str) -> httpx2.Response:
    return api.post("/__sim__/advance", json={"id": job, "to": to})


def status(api: httpx2.Client, job: str) -> str:
    return str(api.get(f"/v1/fine-tunes/{job}").json()["status"])


def test_create_answers_with_the_settings_and_their_defaults(api: httpx2.Client) -> None:
    job = create(api, suffix="mine").json()
    name = f"acct/Meta-Llama-3.1-8B-Instruct-Reference-mine--{job['id'][3:11]}"
    assert job == {
        "id": job["id"],
        "status": "pending",
        "created_at": job["created_at"],
        "updated_at": job["created_at"],
        "user_id": "user_sim",
        "owner_address": "sim@example.com",
        "model": MODEL,
        "model_output_name": name,
        "adapter_output_name": f"{name}-adapter",
        "training_file": "file-train",
        "validation_file": "",
        "packing": True,
        "n_epochs": 1,
        "n_checkpoints": 1,
        "n_evals": 0,
        "learning_rate": 1e-05,
        "lr_scheduler": {
            "lr_scheduler_type": "cosine",
            "lr_scheduler_args": {"min_lr_ratio": 0.0, "num_cycles": 0.5},
        },
        "warmup_ratio": 0.0,
        "max_grad_norm": 1.0,
        "weight_decay": 0.0,
        "suffix": "mine",
        "training_method": {"method": "sft", "train_on_inputs": "auto"},
        "training_type": {
            "type": "Lora",
            "lora_r": 8,
            "lora_alpha": 16,
            "lora_dropout": 0.0,
            "lora_trainable_modules": "all-linear",
        },
        "token_count": 0,
        "total_price": 0,
        "progress": {"estimate_available": False, "seconds_remaining": 0},
        "events": [],
    }


def test_secrets_of_other_services_are_not_echoed(api: httpx2.Client) -> None:
    answer = create(api, wandb_api_key="w-secret", hf_api_token="h-secret", wandb_name="run")
    assert "secret" not in answer.text
    assert answer.json()["wandb_name"] == "run"


def test_a_batch_size_is_shown_short_only_as_a_number(api: httpx2.Client) -> None:
    assert create(api, batch_size=16).json()["batch_size"] == 16
    most = create(api, batch_size="max").json()
    assert "batch_size" not in most
    assert api.get(f"/v1/fine-tunes/{most['id']}").json()["batch_size"] == "max"


def test_list_shows_all_jobs_in_the_order_of_their_creation(api: httpx2.Client) -> None:
    assert api.get("/v1/fine-tunes").json() == {"data": []}
    jobs = [create(api).json(), create(api, n_epochs=2).json()]
    assert api.get("/v1/fine-tunes").json() == {"data": jobs}


def test_only_the_last_thousand_jobs_are_remembered() -> None:
    jobs = Jobs(clock_ns=lambda: 0, scale_s=0)
    for number in range(1002):
        jobs.put(Job(f"ft-{number}", MODELS[MODEL], {}, 0, 0, (Move(Status.PENDING, 0),)))
    found = [job.id for job in jobs.all()]
    assert (len(found), found[0], found[-1]) == (1000, "ft-2", "ft-1001")


def test_retrieve_shows_what_the_list_leaves_out(api: httpx2.Client, done_job: str) -> None:
    job = api.get(f"/v1/fine-tunes/{done_job}").json()
    assert job["model_output_path"] == f"s3://sim/{done_job}/model"
    assert job["job_id"] == done_job.removeprefix("ft-")
    assert (job["trainingfile_numlines"], job["param_count"], job["epochs_completed"]) == (
        1000,
        8030261248,
        1,
    )
    assert (job["token_count"], job["total_price"]) == (120000, 57600000)
    assert len(job["events"]) == 16


def test_a_job_moved_by_hand_stays_where_it_is_put(api: httpx2.Client, job: str) -> None:
    for stage in STAGES:
        assert advance(api, job, stage).json() == {"id": job, "status": stage, "passed": [stage]}
        assert status(api, job) == stage


def test_a_job_has_a_start_only_when_it_runs(api: httpx2.Client, job: str) -> None:
    advance(api, job, "queued")
    assert "started_at" not in api.get(f"/v1/fine-tunes/{job}").json()
    advance(api, job, "running")
    assert "started_at" in api.get(f"/v1/fine-tunes/{job}").json()


def test_advancing_far_passes_every_stage_between(api: httpx2.Client, job: str) -> None:
    assert advance(api, job, "completed").json()["passed"] == list(STAGES)


def test_advancing_to_where_a_job_is_changes_nothing(api: httpx2.Client, job: str) -> None:
    assert advance(api, job, "pending").json()["passed"] == []


@pytest.mark.parametrize(
    ("start", "to", "passed"),
    [
        ("running", "error", ["error"]),
        ("running", "cancelled", ["cancel_requested", "cancelled"]),
        ("cancel_requested", "cancelled", ["cancelled"]),
        ("cancel_requested", "error", ["error"]),
    ],
)
def test_a_live_job_can_be_ended_early(
    api: httpx2.Client, job: str, start: str, to: str, passed: list[str]
) -> None:
    advance(api, job, start)
    assert advance(api, job, to).json()["passed"] == passed


@pytest.mark.parametrize(
    ("start", "to"),
    [
        ("running", "pending"),
        ("completed", "error"),
        ("cancelled", "running"),
        ("cancel_requested", "completed"),
    ],
)
def test_a_job_does_not_go_back(api: httpx2.Client, job: str, start: str, to: str) -> None:
    advance(api, job, start)
    answer = advance(api, job, to)
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == "to"
    assert status(api, job) == start


def test_the_clock_moves_a_job_through_its_life(timed_api: httpx2.Client, wait: Wait) -> None:
    job = create(timed_api).json()["id"]
    seen = [status(timed_api, job)]
    for seconds in (10, 10, 50, 15, 15):
        wait(seconds - 0.001)
        assert status(timed_api, job) == seen[-1]
        wait(0.001)
        seen.append(status(timed_api, job))
    assert seen == ["pending", *STAGES]


def test_a_job_nobody_looked_at_has_the_dates_it_would_have_had(timed_api: httpx2.Client, wait: Wait) -> None:
    watched, alone = create(timed_api).json()["id"], create(timed_api).json()["id"]
    for _ in range(10):
        wait(30)
        status(timed_api, watched)
    dates = [
        [event["created_at"] for event in timed_api.get(f"/v1/fine-tunes/{job}/events").json()["data"]]
        for job in (watched, alone)
    ]
    assert dates[0] == dates[1]


def test_progress_tells_the_seconds_to_the_next_stage(timed_api: httpx2.Client, wait: Wait) -> None:
    job = create(timed_api).json()
    wait(3.5)
    progress = timed_api.get(f"/v1/fine-tunes/{job['id']}").json()["progress"]
    assert job["progress"] == {"estimate_available": True, "seconds_remaining": 10}
    assert progress == {"estimate_available": True, "seconds_remaining": 7}


def test_a_cancelled_job_ends_by_the_clock(timed_api: httpx2.Client, wait: Wait) -> None:
    job = create(timed_api).json()["id"]
    wait(5)
    assert timed_api.post(f"/v1/fine-tunes/{job}/cancel").json()["status"] == "cancel_requested"
    wait(10)
    assert status(timed_api, job) == "cancelled"
    wait(1000)
    assert status(timed_api, job) == "cancelled"


def test_cancelling_twice_is_one_request(api: httpx2.Client, job: str) -> None:
    first = api.post(f"/v1/fine-tunes/{job}/cancel")
    again = api.post(f"/v1/fine-tunes/{job}/cancel", headers={"Content-Type": "application/json"})
    assert first.json() == again.json()
    events = api.get(f"/v1/fine-tunes/{job}/events").json()["data"]
    assert [event["type"] for event in events] == ["job_pending", "cancel_requested"]


def test_a_job_that_is_over_cannot_be_cancelled(api: httpx2.Client, done_job: str) -> None:
    answer = api.post(f"/v1/fine-tunes/{done_job}/cancel")
    assert answer.status_code == 400
    assert answer.json()["error"] == {
        "message": f"fine-tune job {done_job} is completed and cannot be cancelled",
        "type": "invalid_request_error",
        "param": None,
        "code": "invalid_job_status",
    }


@pytest.mark.parametrize("query", ["", "?force=true", "?force=false"])
def test_a_deleted_job_is_gone(api: httpx2.Client, done_job: str, query: str) -> None:
    answer = api.delete(f"/v1/fine-tunes/{done_job}{query}")
    assert answer.json() == {"message": f"Fine-tune job {done_job} deleted successfully"}
    assert api.delete(f"/v1/fine-tunes/{done_job}").status_code == 404


def test_a_live_job_is_deleted_only_where_that_is_switched_on(api: httpx2.Client, job: str) -> None:
    refused = api.delete(f"/v1/fine-tunes/{job}")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "invalid_job_status")
    api.post("/__sim__/mode", json={"delete_live": True})
    assert api.delete(f"/v1/fine-tunes/{job}").status_code == 200


def test_force_is_true_or_false(api: httpx2.Client, done_job: str) -> None:
    answer = api.delete(f"/v1/fine-tunes/{done_job}?force=True")
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "force")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/fine-tunes/ft-none"),
        ("DELETE", "/v1/fine-tunes/ft-none"),
        ("POST", "/v1/fine-tunes/ft-none/cancel"),
        ("GET", "/v1/fine-tunes/ft-none/checkpoints"),
        ("GET", "/v1/fine-tunes/ft-none/events"),
        ("GET", "/v1/fine-tunes/ft-none/metrics"),
        ("GET", "/v1/finetune/download?ft_id=ft-none&checkpoint=merged"),
    ],
)
def test_an_unknown_job_is_not_found_by_any_operation(api: httpx2.Client, method: str, path: str) -> None:
    answer = api.request(method, path)
    assert answer.status_code == 404
    assert answer.json()["error"] == {
        "message": "fine-tune job 'ft-none' was not found",
        "type": "invalid_request_error",
        "param": None,
        "code": "not_found",
    }
