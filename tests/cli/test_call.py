"""One operation, called from the terminal: what it is given, what it gives, how it ends."""

import asyncio
import json
import os
import pty
import signal
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from calling import SECRET
from process import COMMANDS, STOP_S, Done, environ_of, run_command
from wire import Seen, Upstream, answer, hang_up, silence

Command = Callable[..., Done]
Call = Callable[..., Done]

ROOT = Path(__file__).parents[2]
SAMPLE = "sample:together-ai-fine-tuning"
RAW = ROOT / "tests" / "golden" / "body-raw" / "capability.yaml"

OPEN = """\
naftiko: 1.0.0-alpha2
capability:
  consumes:
  - type: http
    namespace: api
    baseUri: https://api.example
    resources: [{name: x, path: /x, operations: [{name: get, method: GET}]}]
  exposes:
  - type: rest
    namespace: rest
    port: 8080
    resources: [{name: x, path: /x, operations: [{name: get, method: GET, call: api.get}]}]
"""

ASKING = """\
naftiko: 1.0.0-alpha2
capability:
  exposes:
  - type: mcp
    namespace: tools
    port: 9090
    tools: [{name: where, description: Where., steps: [{type: ask, name: folders, roots: true}]}]
"""


def test_a_passed_answer_is_written_as_it_came(call: Call, beside: Upstream) -> None:
    beside.respond = answer(b'{ "big": 12345678901234567890.10,\n\t"a": 1 }')
    assert call("GET /ships/{imo}", "--arg", "imo=7", "--arg", "fields=a b") == Done(
        0, '{ "big": 12345678901234567890.10,\n\t"a": 1 }', ""
    )
    [seen] = beside.seen
    assert (seen.method, seen.target) == ("GET", "/ships/7?fields=a%20b")
    assert seen.header("authorization") == f"Bearer {SECRET}"


def test_a_shaped_answer_is_compact_json_on_a_line(call: Call, beside: Upstream) -> None:
    beside.respond = answer('{"ship": {"name": "Ærø"}}'.encode())
    assert call("GET /names/{imo}", "--arg", "imo=7") == Done(0, '"Ærø"\n', "")


def test_nothing_is_nothing(call: Call, beside: Upstream) -> None:
    assert call("GET /names/{imo}", "--arg", "imo=7") == Done(0, "", "")


def test_what_the_file_states_needs_no_upstream(call: Call, beside: Upstream) -> None:
    assert call("motd") == Done(0, '{"text":"ahoy"}\n', "")
    assert beside.seen == []


@pytest.mark.parametrize("word", ["GET /names/{imo}", "/names/{imo}", "rest.names.name", "names.name"])
def test_an_operation_goes_by_any_name_that_plan_takes(call: Call, beside: Upstream, word: str) -> None:
    beside.respond = answer(b'{"ship":{"name":"Vega"}}')
    assert call(word, "--arg", "imo=7") == Done(0, '"Vega"\n', "")


def test_a_name_in_full_goes_before_one_in_part(call: Call, beside: Upstream) -> None:
    assert call("name", "--arg", "imo=7") == Done(0, "{}", "")


def test_a_word_that_may_mean_several_operations_names_them(call: Call, ships: Path) -> None:
    assert call("/ships/{imo}") == Done(
        2,
        "",
        "naftiko: '/ships/{imo}' may mean several operations; did you mean one of these?\n"
        "  rest.ship.read  (GET /ships/{imo})\n"
        "  rest.ship.find  (PUT /ships/{imo})\n"
        "  rest.ship.scrap  (DELETE /ships/{imo})\n",
    )


def test_an_unknown_operation_is_wrong_usage_with_what_it_may_mean(call: Call, ships: Path) -> None:
    near, far = call("moro"), call("?")
    assert near == Done(2, "", f"naftiko: {ships} exposes no operation 'moro'; did you mean 'moor'?\n")
    assert far == Done(2, "", f"naftiko: {ships} exposes no operation '?'; naftiko plan {ships} prints all\n")


def test_a_file_with_errors_is_told_as_check_tells_it(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text("naftiko: 1.0.0-alpha2\ncapability: 3\n", encoding="utf-8")
    done = command("naftiko", "call", str(path), "x")
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith(f"{path}:2:1: error[S001]: ")


def test_texts_are_coerced_by_the_contract_and_repeated_ones_are_a_list(
    call: Call, beside: Upstream, tmp_path: Path
) -> None:
    (tmp_path / "berth.txt").write_text("B7\n", encoding="utf-8")
    words = ("imo=7", "ropes=a", "ropes=@@b", 'body={"x": 1}', f"berth=@{tmp_path / 'berth.txt'}")
    assert call("moor", *(part for word in words for part in ("--arg", word))).code == 0
    assert (beside.seen[0].target, beside.seen[0].body) == ("/ships/7", b'{"x":1}')


def test_arguments_as_json_keep_their_types(call: Call, beside: Upstream) -> None:
    given = {"imo": 7, "berth": "B7", "ropes": ["a"], "body": {"deep": [1, None]}}
    assert call("moor", "--json", json.dumps(given)).code == 0
    assert beside.seen[0].body == b'{"deep":[1,null]}'


def test_every_wrong_argument_is_told_at_once(call: Call, beside: Upstream, tmp_path: Path) -> None:
    (tmp_path / "latin").write_bytes(b"\xff")
    words = ("imo=x", "imoo=1", "body=3", f"ropes=@{tmp_path}/none", f"berth=@{tmp_path}/latin")
    done = call("moor", *(part for word in words for part in ("--arg", word)))
    assert done == Done(
        2,
        "",
        "naftiko: 5 wrong arguments\n"
        f"  ropes: cannot read {tmp_path}/none: No such file or directory\n"
        f"  berth: byte 0 of {tmp_path}/latin is not UTF-8\n"
        "  imoo: is not an argument of this operation; did you mean 'imo'?\n"
        "  imo: must be integer, not string\n"
        "  body: must be object, not string\n",
    )
    assert beside.seen == []


def test_a_missing_argument_is_named_with_its_type_and_description(call: Call) -> None:
    assert call("moor") == Done(
        2,
        "",
        "naftiko: 2 wrong arguments\n"
        "  imo: is required (integer: the number on its hull)\n"
        "  berth: is required (string)\n",
    )


def test_an_argument_that_is_no_list_is_given_once(call: Call) -> None:
    assert call("motd", "--arg", "a=1", "--arg", "a=2").err == (
        "naftiko: 1 wrong argument\n  a: is given more than once, and is no list\n"
    )


def test_a_value_that_its_place_cannot_hold_is_wrong_usage(call: Call, beside: Upstream) -> None:
    assert call("GET /ships/{imo}", "--arg", "imo=..") == Done(
        2,
        "",
        "naftiko: 1 wrong argument\n  imo: gives '..' as a path segment, which cannot be sent\n",
    )
    assert beside.seen == []


def test_a_value_that_a_later_step_cannot_send_is_no_wrong_usage(call: Call, beside: Upstream) -> None:
    beside.respond = answer(b'{"tows": ".."}')
    assert call("two", "--arg", "imo=..").code == 2
    done = call("two", "--arg", "imo=7")
    assert done == Done(
        1,
        "",
        "naftiko: invalid arguments: imo: gives '..' as a path segment, which cannot be sent "
        "(in step 'second', after 'first')\n",
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--json", "{"), "--json: is not JSON: "),
        (("--json", "[1]"), "--json: must be an object, not array"),
        (("--body", "x"), "--body: is not for this operation, which has arguments alone"),
    ],
)
def test_other_wrong_usage_is_told(call: Call, words: tuple[str, ...], said: str) -> None:
    done = call("motd", *words)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"naftiko: 1 wrong argument\n  {said}")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("motd", "--arg", "x"), "argument --arg: 'x' is not NAME=TEXT"),
        (("motd", "--arg", "=x"), "argument --arg: '=x' is not NAME=TEXT"),
        (("motd", "--arg", "a=", "--json", "{}"), "argument --json: not allowed with argument --arg"),
        ((), "the following arguments are required: OPERATION"),
    ],
)
def test_wrong_words_are_told_by_the_parser(call: Call, words: tuple[str, ...], said: str) -> None:
    done = call(*words)
    assert (done.code, done.out) == (2, "")
    assert done.err.endswith(f"naftiko call: error: {said}\n")


def test_standard_input_is_read_once(command: Command) -> None:
    done = command("naftiko", "call", "-", "motd", "--json", "-")
    assert done == Done(
        2,
        "",
        "naftiko: standard input can be read once: give only one of FILE, --arg, --json and --body as -\n",
    )


def test_an_upstream_error_is_told_with_status_words_and_whether_to_retry(
    call: Call, beside: Upstream
) -> None:
    beside.respond = answer(b'{"error":{"message":"full"}}', "503 Service Unavailable", Retry_After="90")
    assert call("GET /names/{imo}", "--arg", "imo=7", "--timeout", "5") == Done(
        1, "", "naftiko: the upstream answered 503 Service Unavailable: full\n  retry after 90 s\n"
    )
    beside.respond = answer(b"gone", "404 Not Found", content_type="text/plain")
    assert call("GET /ships/{imo}", "--arg", "imo=7") == Done(
        1, "", "naftiko: the upstream answered 404 Not Found: gone\n  do not retry it unchanged\n"
    )


def test_a_redirect_that_leads_nowhere_is_no_result(call: Call, beside: Upstream) -> None:
    beside.respond = answer(b"", "302 Found", Location="https://elsewhere.example/x")
    done = call("GET /ships/{imo}", "--arg", "imo=7")
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith(
        "naftiko: the upstream answered 302 Found, which points to https://elsewhere.example/x\n"
    )


def test_an_upstream_that_is_silent_or_hangs_up_is_told(call: Call, beside: Upstream) -> None:
    beside.respond = silence
    assert call("DELETE /ships/{imo}", "--arg", "imo=7", "--timeout", "0.2") == Done(
        1, "", "naftiko: ships gave no answer within 0.2 s\n  a retry may help\n"
    )
    beside.respond = hang_up
    assert call("POST /ships", "--json", '{"body": {}}') == Done(
        1,
        "",
        "naftiko: ships: no usable answer came\n"
        "  the request may have been processed: check before repeating it\n",
    )


def test_an_answer_that_breaks_off_is_a_failure(call: Call, beside: Upstream) -> None:
    async def break_off(seen: Seen, writer: asyncio.StreamWriter) -> None:
        await answer(b'{"half":', content_length="100")(seen, writer)
        await writer.drain()
        writer.close()

    beside.respond = break_off
    assert call("GET /ships/{imo}", "--arg", "imo=7") == Done(
        1, '{"half":', "naftiko: ships: the answer broke off\n  a retry may help\n"
    )


def test_an_operation_that_the_file_leaves_open_is_refused(call: Call) -> None:
    done = call("lost")
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("naftiko: this operation is refused (L001): ")


def test_a_missing_key_is_told_with_its_line(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SHIPS_KEY")
    done = call("motd")
    assert (done.code, done.out) == (1, "")
    assert "error[B001]: SHIPS_KEY is not set" in done.err
    assert done.err.endswith("  or try it without keys: --sandbox\n")


def test_a_forward_is_nothing_to_call(command: Command) -> None:
    place = ROOT / "tests" / "golden" / "forwards" / "capability.yaml"
    assert command("naftiko", "call", str(place), "/only/{id}") == Done(
        2,
        "",
        "naftiko: '/only/{id}' hands on whatever is asked for: serve it, and ask with an HTTP client\n",
    )


def test_there_is_no_sandbox_for_every_api(command: Command, ships: Path) -> None:
    done = command("naftiko", "call", str(ships), "motd", "--sandbox")
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("naftiko: there is no sandbox for ships.example.com; ")


def upload(beside: Upstream, folder: Path, *words: str, stdin: bytes = b"") -> Done:
    base = f"store={beside.url}"
    command = ("naftiko", "call", str(RAW), "PUT /files/{name}", "--arg", "name=a b", "--base-uri", base)
    return run_command(*command, *words, folder=folder, stdin=stdin)


def test_a_raw_body_is_streamed_from_a_file_or_standard_input(beside: Upstream, tmp_path: Path) -> None:
    content = bytes(range(256)) * 1000
    (tmp_path / "a.png").write_bytes(content)
    assert upload(beside, tmp_path, "--body", str(tmp_path / "a.png")) == Done(0, "{}", "")
    assert upload(beside, tmp_path, "--body", "-", stdin=content) == Done(0, "{}", "")
    assert [(seen.target, seen.body) for seen in beside.seen] == [("/files/a%20b", content)] * 2
    described = [(seen.header("content-type"), seen.header("content-length")) for seen in beside.seen]
    assert described == [("image/png", "256000"), ("application/octet-stream", None)]


def test_a_raw_body_comes_through_a_pipe_with_a_name(beside: Upstream, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["sh", "-c", f"printf abc > {pipe}"]) as writing:
        assert upload(beside, tmp_path, "--body", str(pipe)) == Done(0, "{}", "")
        assert writing.wait(STOP_S) == 0
    [seen] = beside.seen
    assert (seen.body, seen.header("content-length")) == (b"abc", None)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "is required: this operation sends a raw body (a file, or - for standard input)"),
        (("--body", "/none"), "cannot read /none: No such file or directory"),
        (("--body", "/"), "cannot read /: Is a directory"),
    ],
)
def test_a_raw_body_that_cannot_be_sent_is_wrong_usage(
    beside: Upstream, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    done = upload(beside, tmp_path, *words)
    assert done == Done(2, "", f"naftiko: 1 wrong argument\n  --body: {said}\n")
    assert beside.seen == []


def test_arguments_come_from_standard_input(ships: Path, beside: Upstream, tmp_path: Path) -> None:
    where = ("--base-uri", f"ships={beside.url}")
    for words, given in (
        (("--json", "-"), b'{"imo":7,"berth":"B","body":[]}'),
        (("--arg", "imo=7", "--arg", "berth=@-"), b"B"),
    ):
        done = run_command(
            "naftiko",
            "call",
            str(ships),
            "moor",
            *words,
            *where,
            folder=tmp_path,
            extra={"SHIPS_KEY": SECRET},
            stdin=given,
        )
        assert done.code == (2 if b"[]" in given else 0), done.err
    assert [seen.target for seen in beside.seen] == ["/ships/7"]


def on_terminal(command: list[str], folder: Path) -> tuple[int, bytes]:
    """Run a command whose standard output is a terminal; its lines end as terminals end them."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(command, stdout=theirs, stderr=subprocess.PIPE, env=environ_of(folder)) as process:
        os.close(theirs)
        written = b""
        try:
            while piece := os.read(ours, 65536):
                written += piece
        except OSError:  # how a terminal says that nobody has it open any more
            pass
        code = process.wait(STOP_S)
    os.close(ours)
    return code, written


@pytest.mark.parametrize(
    ("body", "media_type", "shown"),
    [
        (b'{"a":[1,{}]}', "application/json", b'{\r\n  "a": [\r\n    1,\r\n    {}\r\n  ]\r\n}\r\n'),
        (b"{oops}", "application/problem+json; charset=utf-8", b"{oops}"),
        (b'{"a":1}', "text/plain", b'{"a":1}'),
    ],
)
def test_on_a_terminal_json_is_for_people(
    beside: Upstream, tmp_path: Path, body: bytes, media_type: str, shown: bytes
) -> None:
    beside.respond = answer(body, content_type=media_type)
    path = tmp_path / "open.yaml"
    path.write_text(OPEN, encoding="utf-8")
    command = [str(COMMANDS / "naftiko"), "call", str(path), "GET /x", "--base-uri", f"api={beside.url}"]
    assert on_terminal(command, tmp_path) == (0, shown)


def test_a_stand_in_needs_neither_key_nor_server(tmp_path: Path) -> None:
    done = run_command("naftiko", "call", SAMPLE, "GET /v1/fine-tunes", "--sandbox", folder=tmp_path)
    assert (done.code, json.loads(done.out), done.err) == (0, {"data": []}, "")
    missing = run_command("naftiko", "call", SAMPLE, "cancel-job", "--sandbox", folder=tmp_path)
    assert missing == Done(2, "", "naftiko: 1 wrong argument\n  id: is required (string)\n")


def test_an_interrupt_ends_a_call_that_waits(beside: Upstream, tmp_path: Path) -> None:
    asked = threading.Event()

    async def wait(seen: Seen, writer: asyncio.StreamWriter) -> None:
        asked.set()
        await silence(seen, writer)

    beside.respond = wait
    path = tmp_path / "open.yaml"
    path.write_text(OPEN, encoding="utf-8")
    command = [str(COMMANDS / "naftiko"), "call", str(path), "/x", "--base-uri", f"api={beside.url}"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, env=environ_of(tmp_path)) as calling:
        assert asked.wait(STOP_S)
        calling.send_signal(signal.SIGINT)
        _, told = calling.communicate(timeout=STOP_S)
    assert (calling.returncode, told) == (130, b"")


def test_what_asks_is_to_be_called_by_a_client_that_can_be_asked(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "asking.yaml"
    path.write_text(ASKING, encoding="utf-8")
    done = command("naftiko", "call", str(path), "where")
    assert (done.code, done.out) == (1, "")
    assert "this operation asks whoever calls it (roots): call it by an MCP client that can be" in done.err
