import httpx2
import pytest

from naftiko_sandbox.content import PIECE_BYTES, Content
from naftiko_sandbox.together_ai.download import Span, read_range

SIZE = 1_048_583


def fetch(api: httpx2.Client, job: str, **headers: str) -> httpx2.Response:
    parameters = {"ft_id": job, "checkpoint": "merged"}
    return api.get("/v1/finetune/download", params=parameters, headers=headers)


def mode(api: httpx2.Client, **settings: object) -> None:
    api.post("/__sim__/mode", json=settings).raise_for_status()


def test_a_whole_file_says_what_it_is(api: httpx2.Client, done_job: str) -> None:
    answer = fetch(api, done_job)
    assert answer.status_code == 200
    assert answer.content == Content().read(0, SIZE)
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-length"] == str(SIZE)
    assert answer.headers["content-disposition"] == f'attachment; filename="{done_job}.tar.zst"'
    assert answer.headers["accept-ranges"] == "bytes"


@pytest.mark.parametrize(
    ("wanted", "start", "stop"),
    [
        ("bytes=0-1", 0, 2),
        ("bytes=0-", 0, SIZE),
        ("bytes=65530-131080", 65530, 131081),
        ("bytes=1048000-9999999", 1048000, SIZE),
        ("bytes=-7", SIZE - 7, SIZE),
        ("bytes=-9999999", 0, SIZE),
        ("Bytes=5-5", 5, 6),
    ],
)
def test_a_range_is_cut_out_exactly(
    api: httpx2.Client, done_job: str, wanted: str, start: int, stop: int
) -> None:
    answer = fetch(api, done_job, Range=wanted)
    assert answer.status_code == 206
    assert answer.content == Content().read(start, stop)
    assert answer.headers["content-range"] == f"bytes {start}-{stop - 1}/{SIZE}"
    assert answer.headers["content-length"] == str(stop - start)


@pytest.mark.parametrize("wanted", ["bytes=5-4", "bytes=-", "bytes=0-1,4-5", "lines=0-1", "bytes=a-b", ""])
def test_what_is_not_one_range_is_ignored(api: httpx2.Client, done_job: str, wanted: str) -> None:
    answer = fetch(api, done_job, Range=wanted)
    assert (answer.status_code, len(answer.content)) == (200, SIZE)


@pytest.mark.parametrize("wanted", [f"bytes={SIZE}-", "bytes=99999999-100000000", "bytes=-0"])
def test_a_range_past_the_end_is_not_satisfiable(api: httpx2.Client, done_job: str, wanted: str) -> None:
    answer = fetch(api, done_job, Range=wanted)
    assert answer.status_code == 416
    assert answer.headers["content-range"] == f"bytes */{SIZE}"
    assert answer.json()["error"]["code"] == "range_not_satisfiable"


def test_an_empty_file_has_no_range(api: httpx2.Client, done_job: str) -> None:
    mode(api, size=0)
    assert fetch(api, done_job).content == b""
    assert fetch(api, done_job, Range="bytes=0-1").status_code == 416


def test_the_tag_is_that_of_one_job_one_model_and_one_size(api: httpx2.Client, done_job: str) -> None:
    tag = fetch(api, done_job).headers["etag"]
    assert fetch(api, done_job, Range="bytes=0-1").headers["etag"] == tag
    other = api.get("/v1/finetune/download", params={"ft_id": done_job, "checkpoint_step": 5})
    mode(api, size=10)
    assert len({tag, other.headers["etag"], fetch(api, done_job).headers["etag"]}) == 3


def test_what_the_caller_has_already_is_not_sent_again(api: httpx2.Client, done_job: str) -> None:
    tag = fetch(api, done_job).headers["etag"]
    for known in (tag, "*"):
        answer = fetch(api, done_job, **{"If-None-Match": known, "Range": "bytes=0-1"})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)
    assert fetch(api, done_job, **{"If-None-Match": '"other"'}).status_code == 200


def test_a_range_of_another_file_becomes_the_whole_file(api: httpx2.Client, done_job: str) -> None:
    tag = fetch(api, done_job).headers["etag"]
    assert fetch(api, done_job, **{"If-Range": tag, "Range": "bytes=0-1"}).status_code == 206
    assert fetch(api, done_job, **{"If-Range": '"other"', "Range": "bytes=0-1"}).status_code == 200


@pytest.mark.parametrize(
    "query", ["checkpoint=adapter", "checkpoint=model_output_path", "checkpoint_step=5", "checkpoint_step=0"]
)
def test_every_model_of_a_job_can_be_downloaded(api: httpx2.Client, done_job: str, query: str) -> None:
    answer = api.get(f"/v1/finetune/download?ft_id={done_job}&{query}")
    assert (answer.status_code, len(answer.content)) == (200, SIZE)


def test_a_step_counts_more_than_a_kind(api: httpx2.Client, done_job: str) -> None:
    path = f"/v1/finetune/download?ft_id={done_job}&checkpoint_step=10"
    tags = {
        api.get(path + more).headers["etag"] for more in ("", "&checkpoint=merged", "&checkpoint=strange")
    }
    assert len(tags) == 1


@pytest.mark.parametrize(
    ("query", "status", "param"),
    [
        ("", 400, "ft_id"),
        ("ft_id={job}", 400, "checkpoint"),
        ("ft_id={job}&checkpoint=strange", 400, "checkpoint"),
        ("ft_id={job}&checkpoint_step=last", 400, "checkpoint_step"),
        ("ft_id={job}&checkpoint_step=4", 404, "checkpoint_step"),
    ],
)
def test_a_download_that_names_nothing_is_refused(
    api: httpx2.Client, done_job: str, query: str, status: int, param: str
) -> None:
    answer = api.get("/v1/finetune/download?" + query.format(job=done_job))
    assert (answer.status_code, answer.json()["error"]["param"]) == (status, param)


def test_a_job_that_is_not_completed_has_nothing_to_download(api: httpx2.Client, job: str) -> None:
    answer = fetch(api, job)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_job_status")


def test_ranges_can_be_ignored(api: httpx2.Client, done_job: str) -> None:
    mode(api, ignore_range=True)
    answer = fetch(api, done_job, Range="bytes=0-1")
    assert (answer.status_code, len(answer.content)) == (200, SIZE)
    assert "accept-ranges" not in answer.headers


def test_a_file_can_come_without_its_length(api: httpx2.Client, done_job: str) -> None:
    mode(api, chunked=True, size=200_000)
    answer = fetch(api, done_job)
    assert answer.headers["transfer-encoding"] == "chunked"
    assert "content-length" not in answer.headers
    assert answer.content == Content().read(0, 200_000)


def test_a_file_can_lie_elsewhere_where_no_key_is_needed(api: httpx2.Client, done_job: str) -> None:
    mode(api, redirect=True, size=1000)
    answer = fetch(api, done_job)
    assert (answer.status_code, answer.headers["location"]) == (302, f"/__store__/{done_job}/merged")
    stored = httpx2.get(f"{api.base_url}/__store__/{done_job}/merged", headers={"Range": "bytes=10-"})
    assert (stored.status_code, stored.content) == (206, Content().read(10, 1000))


def test_a_file_can_lie_at_another_origin(api: httpx2.Client, done_job: str) -> None:
    mode(api, redirect="http://files.example:81")
    location = fetch(api, done_job).headers["location"]
    assert location == f"http://files.example:81/__store__/{done_job}/merged"


def read_into(received: bytearray, api: httpx2.Client, job: str) -> None:
    with api.stream("GET", f"/v1/finetune/download?ft_id={job}&checkpoint=merged") as answer:
        for piece in answer.iter_bytes():
            received += piece


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("cut_after", [0, 100, PIECE_BYTES, 70_000])
def test_a_download_that_is_cut_looks_broken(
    api: httpx2.Client, done_job: str, cut_after: int, chunked: bool
) -> None:
    mode(api, cut_after=cut_after, chunked=chunked, size=200_000)
    received = bytearray()
    with pytest.raises(httpx2.RemoteProtocolError):
        read_into(received, api, done_job)
    assert bytes(received) == Content().read(0, cut_after)


def test_a_download_shorter_than_the_cut_is_whole(api: httpx2.Client, done_job: str) -> None:
    mode(api, cut_after=200_000, size=200_000)
    assert fetch(api, done_job).content == Content().read(0, 200_000)


def test_a_slow_download_arrives_whole(api: httpx2.Client, done_job: str) -> None:
    mode(api, slow=0.01, size=3 * PIECE_BYTES + 1)
    answer = fetch(api, done_job)
    assert answer.content == Content().read(0, 3 * PIECE_BYTES + 1)
    assert answer.elapsed.total_seconds() >= 0.04


def test_content_depends_on_nothing_but_its_place() -> None:
    content = Content()
    whole = content.read(0, 3_000_000)
    assert whole == b"".join(Content().pieces(0, 3_000_000))
    for start, stop in ((0, 1), (999_990, 1_000_020), (1_000_003, 1_100_000), (2_999_999, 3_000_000), (5, 5)):
        assert content.read(start, stop) == whole[start:stop]


@pytest.mark.parametrize("shift", [1, 1000, 4096, PIECE_BYTES, 1_000_000, 1024 * 1024, 10 * 1024 * 1024])
def test_misplaced_content_is_different_content(shift: int) -> None:
    content = Content()
    assert content.read(0, 64) != content.read(shift, shift + 64)


def test_no_piece_is_larger_than_it_should_be() -> None:
    assert {len(piece) for piece in Content().pieces(7, 7 + 40 * PIECE_BYTES)} == {PIECE_BYTES}


def test_a_range_is_read_without_asking_for_the_file() -> None:
    assert read_range("bytes=2-3", 10) == Span(2, 4)
    assert read_range("bytes=2-3", 3) == Span(2, 3)
    assert read_range("items=2-3", 10) is None
