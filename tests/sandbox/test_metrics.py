import httpx2
import pytest

MODEL = "meta-llama/Meta-Llama-3.1-8B-Instruct-Reference"


def rows(api: httpx2.Client, job: str, query: str = "", body: object = None) -> list[dict[str, float]]:
    answer = api.request("GET", f"/v1/fine-tunes/{job}/metrics{query}", json=body)
    found: list[dict[str, float]] = answer.raise_for_status().json()["metrics"]
    return found


def steps(found: list[dict[str, float]], kind: str = "train") -> list[float]:
    return [row["train/global_step"] for row in found if f"{kind}/loss" in row]


@pytest.fixture
def evaluated_job(api: httpx2.Client) -> str:
    """Create a finished job of 20 steps with two evaluations."""
    settings = {
        "training_file": "file-train",
        "validation_file": "file-validation",
        "n_evals": 2,
        "n_epochs": 2,
    }
    job = str(api.post("/v1/fine-tunes", json={"model": MODEL, **settings}).json()["id"])
    api.post("/__sim__/advance", json={"id": job, "to": "completed"}).raise_for_status()
    return job


def test_there_are_no_metrics_before_training_has_ended(api: httpx2.Client, job: str) -> None:
    assert rows(api, job) == []
    api.post("/__sim__/advance", json={"id": job, "to": "running"})
    assert rows(api, job) == []


def test_every_step_has_a_row(api: httpx2.Client, done_job: str) -> None:
    found = rows(api, done_job)
    first = found[0]
    assert steps(found) == list(range(1, 11))
    assert first == {
        "train/global_step": 1,
        "train/loss": 2.0,
        "train/learning_rate": 1e-05,
        "timestamp": first["timestamp"],
    }


def test_times_are_nanoseconds_that_no_double_holds(api: httpx2.Client, done_job: str) -> None:
    times = [row["timestamp"] for row in rows(api, done_job)]
    assert times == sorted(set(times))
    assert all(isinstance(time, int) and time > 2**60 and int(float(time)) != time for time in times)


def test_evaluations_are_rows_of_their_own_in_the_order_of_time(
    api: httpx2.Client, evaluated_job: str
) -> None:
    found = rows(api, evaluated_job)
    assert steps(found, "eval") == [10, 20]
    assert [row["timestamp"] for row in found] == sorted(row["timestamp"] for row in found)
    assert set(found[10]) == {"train/global_step", "eval/loss", "timestamp"}


def test_without_a_validation_file_nothing_is_evaluated(api: httpx2.Client) -> None:
    settings = {"training_file": "file-train", "model": MODEL, "n_evals": 3}
    job = api.post("/v1/fine-tunes", json=settings).json()["id"]
    api.post("/__sim__/advance", json={"id": job, "to": "completed"})
    assert steps(rows(api, job), "eval") == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?global_step_from=9", [9, 10]),
        ("?global_step_to=2", [1, 2]),
        ("?global_step_from=-1&global_step_to=1", [1]),
        ("?resolution=1", [10]),
        ("?resolution=2", [1, 10]),
        ("?resolution=4", [1, 4, 7, 10]),
        ("?resolution=10", list(range(1, 11))),
        ("?resolution=1000", list(range(1, 11))),
        ("?global_step_to=5&resolution=2", [1, 5]),
        ("?unknown=1", list(range(1, 11))),
    ],
)
def test_the_query_filters_rows(api: httpx2.Client, done_job: str, query: str, expected: list[int]) -> None:
    assert steps(rows(api, done_job, query)) == expected


def test_the_body_filters_too_and_wins(api: httpx2.Client, done_job: str) -> None:
    assert steps(rows(api, done_job, body={"global_step_from": 10})) == [10]
    assert steps(rows(api, done_job, "?global_step_from=2&resolution=1", {"global_step_from": 9})) == [10]
    assert steps(rows(api, done_job, "?global_step_from=10", {"global_step_from": None})) == [10]
    assert len(rows(api, done_job, body={})) == 10


def test_evaluations_are_not_thinned_out(api: httpx2.Client, evaluated_job: str) -> None:
    found = rows(api, evaluated_job, "?resolution=1")
    assert (steps(found), steps(found, "eval")) == ([20], [10, 20])


def test_rows_are_found_by_their_time(timed_api: httpx2.Client) -> None:
    job = timed_api.post("/v1/fine-tunes", json={"training_file": "file-a", "model": MODEL}).json()["id"]
    timed_api.post("/__sim__/advance", json={"id": job, "to": "completed"})
    started = timed_api.get(f"/v1/fine-tunes/{job}").json()["started_at"]
    before, after = started.replace("Z", ""), started.replace("Z", "+00:00").replace("20", "21", 1)
    assert len(rows(timed_api, job, f"?logged_at_from={before}")) == 10
    assert rows(timed_api, job, f"?logged_at_to={started}") == []
    assert rows(timed_api, job, body={"logged_at_from": after}) == []
    assert len(rows(timed_api, job, body={"logged_at_to": after})) == 10


@pytest.mark.parametrize(
    ("query", "body", "param"),
    [
        ("?resolution=0", None, "resolution"),
        ("?resolution=ten", None, "resolution"),
        ("?global_step_from=1.5", None, "global_step_from"),
        ("?global_step_to=" + "9" * 5000, None, "global_step_to"),
        ("?logged_at_from=yesterday", None, "logged_at_from"),
        ("", {"global_step_from": True}, "global_step_from"),
        ("", {"logged_at_to": 5}, "logged_at_to"),
        ("", [], "body"),
    ],
)
def test_a_filter_that_cannot_be_read_is_named(
    api: httpx2.Client, done_job: str, query: str, body: object, param: str
) -> None:
    answer = api.request("GET", f"/v1/fine-tunes/{done_job}/metrics{query}", json=body)
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)


def test_a_body_that_is_not_json_is_refused(api: httpx2.Client, done_job: str) -> None:
    answer = api.request("GET", f"/v1/fine-tunes/{done_job}/metrics", content=b"{")
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "body")
