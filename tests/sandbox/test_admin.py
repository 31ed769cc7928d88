from collections.abc import Callable

import httpx2
import pytest

MODEL = "meta-llama/Meta-Llama-3.1-8B-Instruct-Reference"
LIST = "/v1/fine-tunes"


def order(api: httpx2.Client, switch: str, **fields: object) -> httpx2.Response:
    return api.post(f"/__sim__/{switch}", json=fields)


def test_the_switches_need_no_key(by_hand_url: str) -> None:
    assert httpx2.post(f"{by_hand_url}/__sim__/reset").json() == {"reset": True}


def test_reset_forgets_everything(api: httpx2.Client, job: str) -> None:
    order(api, "fault", op="list", status=500)
    order(api, "mode", size=5)
    order(api, "rate", limit=0)
    order(api, "reset")
    answer = api.get(LIST)
    assert (answer.status_code, answer.json()) == (200, {"data": []})
    log = order(api, "log").json()
    assert [entry["path"] for entry in log["requests"]] == [LIST]


def test_a_fault_replaces_as_many_answers_as_it_says(api: httpx2.Client) -> None:
    assert order(api, "fault", op="list", times=2, status=503).json() == {"waiting": 1}
    assert [api.get(LIST).status_code for _ in range(3)] == [503, 503, 200]


def test_a_fault_without_a_body_has_one_of_the_apis_form(api: httpx2.Client) -> None:
    order(api, "fault", op="list", status=500)
    answer = api.get(LIST)
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["error"] == {
        "message": "a fault was ordered for list",
        "type": "server_error",
        "param": None,
        "code": "ordered_fault",
    }


def test_a_fault_brings_its_own_headers_and_body(api: httpx2.Client) -> None:
    headers = {"Retry-After": "7", "X-Request-Id": "r1"}
    order(api, "fault", op="list", status=502, body="<h1>Bad</h1>", media_type="text/html", headers=headers)
    answer = api.get(LIST)
    assert (answer.status_code, answer.text) == (502, "<h1>Bad</h1>")
    assert (answer.headers["retry-after"], answer.headers["x-request-id"]) == ("7", "r1")
    assert answer.headers["content-type"] == "text/html"


def test_a_fault_can_answer_with_json(api: httpx2.Client) -> None:
    order(api, "fault", op="supported", status=200, body={"models": [2**62 + 1]})
    assert api.get("/v1/fine-tunes/models/supported").json() == {"models": [4611686018427387905]}


def test_a_fault_can_have_no_body_at_all(api: httpx2.Client) -> None:
    order(api, "fault", op="list", status=204, headers={"X-Seen": "yes"})
    answer = api.get(LIST)
    assert (answer.status_code, answer.content, answer.headers["x-seen"]) == (204, b"", "yes")


def test_faults_of_one_operation_come_one_after_the_other(api: httpx2.Client) -> None:
    order(api, "fault", op="supported", status=418)
    order(api, "fault", op="list", status=500)
    order(api, "fault", op="list", status=501)
    assert [api.get(LIST).status_code for _ in range(3)] == [500, 501, 200]
    assert api.get("/v1/fine-tunes/models/supported").status_code == 418


def test_an_operation_that_is_answered_by_a_fault_does_not_happen(api: httpx2.Client) -> None:
    order(api, "fault", op="create", status=500)
    assert api.post(LIST, json={"training_file": "file-a", "model": MODEL}).status_code == 500
    assert api.get(LIST).json() == {"data": []}


def test_a_late_answer_is_the_operations_own(api: httpx2.Client) -> None:
    order(api, "fault", op="supported", delay=0.05)
    answer = api.get("/v1/fine-tunes/models/supported")
    assert MODEL in answer.json()["models"]
    assert answer.elapsed.total_seconds() >= 0.05


def test_a_late_refusal_is_a_refusal(api: httpx2.Client) -> None:
    order(api, "fault", op="retrieve", delay=0.01)
    assert api.get("/v1/fine-tunes/ft-none").status_code == 404


@pytest.mark.parametrize("fault", [{}, {"status": 500}])
def test_an_answer_can_be_cut(api: httpx2.Client, fault: dict[str, object]) -> None:
    order(api, "fault", op="supported", cut_after=5, **fault)
    with pytest.raises(httpx2.RemoteProtocolError):
        api.get("/v1/fine-tunes/models/supported")


@pytest.mark.parametrize(
    ("op", "method", "path"),
    [
        ("create", "POST", "/v1/fine-tunes"),
        ("list", "GET", "/v1/fine-tunes"),
        ("estimate", "POST", "/v1/fine-tunes/estimate-price"),
        ("limits", "GET", "/v1/fine-tunes/models/limits"),
        ("supported", "GET", "/v1/fine-tunes/models/supported"),
        ("retrieve", "GET", "/v1/fine-tunes/x"),
        ("delete", "DELETE", "/v1/fine-tunes/x"),
        ("cancel", "POST", "/v1/fine-tunes/x/cancel"),
        ("checkpoints", "GET", "/v1/fine-tunes/x/checkpoints"),
        ("events", "GET", "/v1/fine-tunes/x/events"),
        ("metrics", "GET", "/v1/fine-tunes/x/metrics"),
        ("download", "GET", "/v1/finetune/download"),
    ],
)
def test_every_operation_can_fail(api: httpx2.Client, op: str, method: str, path: str) -> None:
    order(api, "fault", op=op, status=599)
    assert api.request(method, path).status_code == 599


def test_a_mode_is_set_whole(api: httpx2.Client) -> None:
    usual = {
        "size": 1_048_583,
        "ignore_range": False,
        "chunked": False,
        "redirect": None,
        "cut_after": None,
        "slow": 0,
        "delete_live": False,
    }
    assert order(api, "mode", size=10, chunked=True).json() == {**usual, "size": 10, "chunked": True}
    assert order(api, "mode", slow=0.5, redirect=False).json() == {**usual, "slow": 0.5}
    assert order(api, "mode").json() == usual


def test_a_spent_rate_is_refused_until_the_next_window(
    api: httpx2.Client, wait: Callable[[float], None]
) -> None:
    assert order(api, "rate", limit=2, window=30).json() == {"limit": 2, "window": 30}
    left = [api.get(LIST).headers["x-ratelimit-remaining"] for _ in range(2)]
    wait(10)
    refused = api.get(LIST)
    assert left == ["1", "0"]
    assert refused.status_code == 429
    assert refused.json()["error"]["type"] == "rate_limit"
    names = ("retry-after", "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")
    assert [refused.headers[name] for name in names] == ["20", "2", "0", "20"]
    wait(20)
    assert api.get(LIST).status_code == 200


def test_without_a_limit_nothing_is_said_of_it(api: httpx2.Client) -> None:
    order(api, "rate", limit=0)
    assert api.get(LIST).status_code == 429
    order(api, "rate", limit=None)
    answer = api.get(LIST)
    assert answer.status_code == 200
    assert "x-ratelimit-limit" not in answer.headers


@pytest.mark.parametrize(
    ("switch", "fields", "param"),
    [
        ("reset", {"all": True}, "all"),
        ("log", {"limit": 1}, "limit"),
        ("advance", {}, "id"),
        ("advance", {"id": 5, "to": "running"}, "id"),
        ("fault", {}, "op"),
        ("fault", {"op": "explode"}, "op"),
        ("fault", {"op": ["list"]}, "op"),
        ("fault", {"op": "list", "times": 0}, "times"),
        ("fault", {"op": "list", "status": 600}, "status"),
        ("fault", {"op": "list", "status": True}, "status"),
        ("fault", {"op": "list", "delay": -1}, "delay"),
        ("fault", {"op": "list", "delay": "1"}, "delay"),
        ("fault", {"op": "list", "delay": 1e9}, "delay"),
        ("fault", {"op": "list", "media_type": ""}, "media_type"),
        ("fault", {"op": "list", "media_type": "a\nb"}, "media_type"),
        ("fault", {"op": "list", "headers": ["a"]}, "headers"),
        ("fault", {"op": "list", "headers": {"a": 1}}, "headers"),
        ("fault", {"op": "list", "headers": {"a b": "1"}}, "headers"),
        ("fault", {"op": "list", "headers": {"a": "1\r\n2"}}, "headers"),
        ("fault", {"op": "list", "headers": {"a": "\u20ac"}}, "headers"),
        ("fault", {"op": "list", "headers": {"Content-Length": "1"}}, "headers"),
        ("fault", {"op": "list", "staus": 500}, "staus"),
        ("mode", {"size": -1}, "size"),
        ("mode", {"chunked": 1}, "chunked"),
        ("mode", {"redirect": "files.example"}, "redirect"),
        ("mode", {"redirect": "http://files.example/path"}, "redirect"),
        ("mode", {"redirect": 1}, "redirect"),
        ("rate", {"limit": 1.5}, "limit"),
        ("rate", {"limit": 1, "per": 1}, "per"),
    ],
)
def test_an_order_that_cannot_be_read_is_named(
    api: httpx2.Client, switch: str, fields: dict[str, object], param: str
) -> None:
    answer = api.post(f"/__sim__/{switch}", json=fields)
    error = answer.json()["error"]
    assert (answer.status_code, error["param"]) == (400, param)
    assert param in error["message"]


@pytest.mark.parametrize("body", [b"{", b"[]"])
def test_an_order_is_a_json_object(api: httpx2.Client, body: bytes) -> None:
    assert api.post("/__sim__/rate", content=body).status_code == 400


def test_an_unknown_status_is_refused(api: httpx2.Client, job: str) -> None:
    answer = order(api, "advance", id=job, to="finished")
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "to")


def test_an_unknown_job_cannot_be_advanced(api: httpx2.Client) -> None:
    assert order(api, "advance", id="ft-none", to="running").status_code == 404


def test_an_unknown_switch_is_told_which_there_are(api: httpx2.Client) -> None:
    answer = order(api, "explode")
    assert answer.status_code == 404
    message = "there is no 'explode'; there are reset, advance, fault, mode, rate, log"
    assert answer.json()["error"]["message"] == message


def test_switches_are_posted(api: httpx2.Client) -> None:
    answer = api.get("/__sim__/reset")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


def test_a_huge_order_is_refused(api: httpx2.Client) -> None:
    assert api.post("/__sim__/mode", content=b" " * (10 * 1024 * 1024 + 1)).status_code == 413
