import hashlib
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import islice
from urllib.parse import urlsplit

import httpx2
import orjson
import pytest

from naftiko_sandbox.bearer import mask
from naftiko_sandbox.journal import LIMIT_BYTES, Journal
from naftiko_sandbox.wire import Request, Upload

LIST = "/v1/fine-tunes"
AUTHORIZATION = "Authorization: Bearer sandbox-key\r\n"


def taken(api: httpx2.Client) -> list[dict[str, object]]:
    requests: list[dict[str, object]] = api.get("/__sim__/log").json()["requests"]
    return requests


def first_entry(api: httpx2.Client) -> dict[str, object]:
    """Look until a request has ended; looking takes time of its own, so there is no need to sleep."""
    for _ in range(5000):
        if found := taken(api):
            return found[0]
    raise AssertionError("no request ended")


def until_running(api: httpx2.Client, operation: str) -> dict[str, object]:
    for _ in range(5000):
        running: list[dict[str, object]] = api.get("/__sim__/log").json()["running"]
        if running:
            assert running[0]["operation"] == operation
            return running[0]
    raise AssertionError("no request arrived")


@contextmanager
def raw_call(api: httpx2.Client, text: str) -> Iterator[socket.socket]:
    """Send text as it is, and hang up at the end of the block."""
    address = urlsplit(str(api.base_url))
    with closing(socket.create_connection((address.hostname, address.port), timeout=10)) as wire:
        wire.sendall(text.encode("latin-1"))
        yield wire


def answer_to(api: httpx2.Client, text: str) -> bytes:
    with raw_call(api, text) as wire:
        return b"".join(iter(lambda: wire.recv(65536), b""))


def request(path: bytes = b"/", body: bytes = b"") -> Request:
    return Request("GET", path, b"", (), body, Upload.WHOLE)


def test_an_entry_holds_what_was_on_the_wire(api: httpx2.Client) -> None:
    head = f"POST /v1/fine-tunes/a%2Fb%20c/cancel?x=%41+b&x HTTP/1.1\r\nHost: h\r\n{AUTHORIZATION}"
    answer_to(
        api,
        f"{head}X-Twice: 1\r\nX-Twice: 2\r\nConnection: close\r\nContent-Length: 5\r\n\r\n{{\xc3\xa9\xff}}",
    )
    [entry] = taken(api)
    assert entry == {
        "method": "POST",
        "path": "/v1/fine-tunes/a%2Fb%20c/cancel",
        "query": "x=%41+b&x",
        "headers": [
            ["host", "h"],
            ["authorization", f"bearer sha256:{hashlib.sha256(b'sandbox-key').hexdigest()}"],
            ["x-twice", "1"],
            ["x-twice", "2"],
            ["connection", "close"],
            ["content-length", "5"],
        ],
        "body": "{\u00e9\\xff}",
        "operation": "cancel",
        "status": 404,
        "outcome": "answered",
    }


def test_an_encoded_slash_stays_inside_its_segment(api: httpx2.Client, job: str) -> None:
    answer = api.get(f"/v1/fine-tunes/{job}%2Fevents")
    assert answer.json()["error"]["message"] == f"fine-tune job '{job}/events' was not found"


def test_reading_the_log_clears_it_and_leaves_no_trace(api: httpx2.Client) -> None:
    api.get(LIST)
    assert len(api.post("/__sim__/log").json()["requests"]) == 1
    assert api.get("/__sim__/log").json() == {"requests": [], "running": [], "dropped": 0}


def test_requests_that_lead_nowhere_are_logged_too(api: httpx2.Client) -> None:
    missing, wrong = api.get("/v2/fine-tunes"), api.post("/v1/fine-tunes/preview")
    assert (missing.status_code, missing.json()["error"]["code"]) == (404, "not_found")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "DELETE, GET")
    assert [(entry["operation"], entry["status"]) for entry in taken(api)] == [(None, 404), (None, 405)]


def test_a_path_with_an_empty_id_is_no_path(api: httpx2.Client) -> None:
    assert api.get("/v1/fine-tunes/").status_code == 404


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("Authorization", "Bearer wrong-key")],
        [("Authorization", "Bearer  sandbox-key")],
        [("Authorization", "Basic sandbox-key")],
        [("Authorization", "sandbox-key")],
        [("Authorization", "Bearer sandbox-key"), ("Authorization", "Bearer sandbox-key")],
    ],
)
def test_only_the_exact_key_passes(api: httpx2.Client, headers: list[tuple[str, str]]) -> None:
    sent = "".join(f"{name}: {value}\r\n" for name, value in headers)
    answer = answer_to(api, f"GET {LIST} HTTP/1.1\r\nHost: h\r\n{sent}Connection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 401 ")
    assert b"\r\nwww-authenticate: Bearer\r\n" in answer
    assert orjson.loads(answer.partition(b"\r\n\r\n")[2])["error"] == {
        "message": "the API key is not valid",
        "type": "invalid_request_error",
        "param": None,
        "code": "invalid_api_key",
    }


def test_the_word_bearer_may_be_in_any_case(api: httpx2.Client) -> None:
    assert api.get(LIST, headers={"Authorization": "bEARER sandbox-key"}).status_code == 200


def test_credentials_are_nowhere_in_the_log(api: httpx2.Client) -> None:
    for header in ("Authorization", "Proxy-Authorization"):
        for value in ("Bearer topsecret", "Basic topsecret", "topsecret", "topsecret1 more"):
            api.get(LIST, headers={header: value})
    assert "topsecret" not in str(taken(api))


@pytest.mark.parametrize(
    ("credential", "shown", "hashed"),
    [
        (b"Bearer k", "bearer ", b"k"),
        (b"BASIC dTpw", "basic ", b"dTpw"),
        (b"AWS4-x y", "", b"AWS4-x y"),
        (b"k", "", b"k"),
        (b"", "", b""),
    ],
)
def test_a_credential_is_shown_as_a_hash(credential: bytes, shown: str, hashed: bytes) -> None:
    assert mask(credential) == f"{shown}sha256:{hashlib.sha256(hashed).hexdigest()}"


def test_a_body_that_is_too_large_is_refused_and_the_connection_lives_on(api: httpx2.Client) -> None:
    answer = api.post(LIST, content=b"x" * (10 * 1024 * 1024 + 1))
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "request_too_large")
    assert api.get(LIST).status_code == 200


def test_a_body_of_the_largest_size_is_read(api: httpx2.Client) -> None:
    filler = b" " * (10 * 1024 * 1024 - 2)
    answer = api.post(LIST, content=b"{" + filler + b"}")
    assert answer.json()["error"]["param"] == "training_file"


def test_a_caller_who_hangs_up_during_a_delay_is_noticed_at_once(api: httpx2.Client) -> None:
    api.post("/__sim__/fault", json={"op": "list", "delay": 3600})
    with raw_call(api, f"GET {LIST} HTTP/1.1\r\nHost: h\r\n{AUTHORIZATION}\r\n"):
        assert until_running(api, "list")["outcome"] == "running"
    entry = first_entry(api)
    assert (entry["operation"], entry["status"], entry["outcome"]) == ("list", 200, "abandoned")


@pytest.mark.parametrize("mode", [{"slow": 0.01, "size": 10**12}, {"slow": 3600}, {"size": 10**15}])
def test_a_caller_who_hangs_up_during_a_download_is_noticed_at_once(
    api: httpx2.Client, done_job: str, mode: dict[str, object]
) -> None:
    api.post("/__sim__/mode", json=mode)
    taken(api)
    path = f"/v1/finetune/download?ft_id={done_job}&checkpoint=merged"
    with raw_call(api, f"GET {path} HTTP/1.1\r\nHost: h\r\n{AUTHORIZATION}\r\n") as wire:
        assert wire.recv(12) == b"HTTP/1.1 200"
    entry = first_entry(api)
    assert (entry["operation"], entry["status"], entry["outcome"]) == ("download", 200, "abandoned")


def test_a_caller_who_hangs_up_in_his_own_body_is_noticed(api: httpx2.Client) -> None:
    with raw_call(api, f"POST {LIST} HTTP/1.1\r\nHost: h\r\n{AUTHORIZATION}Content-Length: 9\r\n\r\n{{"):
        pass
    entry = first_entry(api)
    assert (entry["body"], entry["status"], entry["outcome"]) == ("{", None, "abandoned")


def test_a_cut_download_was_answered(api: httpx2.Client, done_job: str) -> None:
    api.post("/__sim__/mode", json={"cut_after": 10})
    taken(api)
    with pytest.raises(httpx2.RemoteProtocolError):
        api.get(f"/v1/finetune/download?ft_id={done_job}&checkpoint=merged")
    assert first_entry(api)["outcome"] == "answered"


def test_a_download_is_in_the_log_when_its_last_byte_has_arrived(api: httpx2.Client, done_job: str) -> None:
    for _ in range(20):
        api.get(f"/v1/finetune/download?ft_id={done_job}&checkpoint=merged")
        assert taken(api)[-1]["outcome"] == "answered"


def test_what_ends_after_a_reset_is_not_logged(api: httpx2.Client) -> None:
    api.post("/__sim__/fault", json={"op": "list", "delay": 0.5})
    with raw_call(api, f"GET {LIST} HTTP/1.1\r\nHost: h\r\n{AUTHORIZATION}Connection: close\r\n\r\n") as wire:
        until_running(api, "list")
        api.post("/__sim__/reset")
        assert wire.recv(12) == b"HTTP/1.1 200"
    assert api.get("/__sim__/log").json() == {"requests": [], "running": [], "dropped": 0}


def test_the_log_keeps_the_last_thousand_requests() -> None:
    journal = Journal()
    for number in range(1005):
        journal.close(journal.open(request(str(number).encode()), None), "answered")
    assert [entry.request.path for entry in islice(journal.finished, 1)] == [b"5"]
    assert (len(journal.finished), journal.take()["dropped"]) == (1000, 5)


def test_the_log_keeps_no_more_bytes_than_it_may() -> None:
    journal = Journal()
    body = b"x" * (10 * 1024 * 1024)
    for _ in range(20):
        journal.close(journal.open(request(body=body), None), "answered")
    assert (len(journal.finished), journal.dropped) == (3, 17)
    assert journal.size_bytes <= LIMIT_BYTES


def test_of_two_endings_the_first_counts() -> None:
    journal = Journal()
    entry = journal.open(request(), None)
    journal.close(entry, "answered")
    journal.close(entry, "abandoned")
    assert [found.outcome for found in journal.finished] == ["answered"]
