"""The installed commands as processes: what they serve, how they end, what they leave behind."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest

from naftiko_runtime import __version__
from naftiko_sandbox import DEFAULT_KEY
from process import COMMANDS, STOP_S, Done, Running, environ_of, run_command, running

SAMPLE = "sample:together-ai-fine-tuning"
KEY = "key-of-the-test"
REST, MCP = "together-ai-fine-tuning-rest", "together-ai-fine-tuning-mcp"
ON_FREE_PORTS = ("--port", f"{REST}=0", "--port", f"{MCP}=0")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the folder for temporary files of the processes of this module."""
    return tmp_path_factory.mktemp("processes")


@pytest.fixture(scope="module")
def served(folder: Path) -> Iterator[Running]:
    """Serve the user's file against its stand-in, with a key from a file."""
    env_file = folder / ".env"
    env_file.write_text(f"TOGETHER_AI_API_KEY={KEY}\n", encoding="utf-8")
    options = (SAMPLE, "--sandbox", "--env-file", str(env_file), "--timeout", "20", *ON_FREE_PORTS)
    with running("naftiko-run", *options, folder=folder) as server:
        yield server
        if server.process.poll() is None:
            server.stop()


def is_open(url: str) -> bool:
    try:
        socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=5).close()
    except OSError:
        return False
    return True


def request(method: str, url: str, *, key: str = "", body: object = None) -> httpx2.Response:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return httpx2.request(method, url, headers=headers, json=body, trust_env=False, timeout=STOP_S)


def test_the_commands_are_installed(folder: Path) -> None:
    for command in ("naftiko", "naftiko-run"):
        assert run_command(command, "--version", folder=folder) == Done(
            0, f"naftiko-runtime {__version__}\n", ""
        )


def test_a_missing_key_is_exit_code_1_and_nothing_is_served(folder: Path) -> None:
    done = run_command("naftiko-run", SAMPLE, *ON_FREE_PORTS, folder=folder)
    assert (done.code, done.out) == (1, "")
    assert "TOGETHER_AI_API_KEY is not set" in done.err
    assert done.err.endswith("  or try it without keys: --sandbox\n")


def test_wrong_usage_is_exit_code_2(folder: Path) -> None:
    done = run_command("naftiko-run", folder=folder)
    assert (done.code, done.out) == (2, "")
    assert "a capability FILE is needed" in done.err


def test_a_file_comes_through_a_pipe_and_its_plan_leaves_through_one(folder: Path, together: Path) -> None:
    narrow = {"PYTHONIOENCODING": "ascii"}  # as on a terminal that does not know every letter
    done = run_command("naftiko", "plan", "-", folder=folder, extra=narrow, stdin=together.read_bytes())
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("Together APIs \\u2014 Fine-tuning (<stdin>)\n")
    assert done.out.count("  -> ") == 24


def test_a_reader_who_has_seen_enough_is_no_error(folder: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    process = subprocess.run(
        [COMMANDS / "naftiko", "plan", SAMPLE],
        stdout=write,
        stderr=subprocess.PIPE,
        env=environ_of(folder),
        timeout=STOP_S,
        check=False,
    )
    os.close(write)
    assert (process.returncode, process.stderr) == (1, b"")


def test_the_banner_says_what_is_served_and_nothing_secret(served: Running) -> None:
    rest, mcp, sandbox = (served.address(kind) for kind in ("REST", "MCP", "SANDBOX"))
    assert len({rest, mcp, sandbox}) == 3
    assert "nothing real is called; this plays https://api.together.ai/v1" in served.banner
    assert f"curl {rest}/v1/fine-tunes" in served.banner
    assert f"claude mcp add --transport http {MCP} {mcp}/mcp" in served.banner
    settings = next(line for line in served.banner.splitlines() if line.startswith("    {"))
    assert json.loads(settings) == {"mcpServers": {MCP: {"type": "http", "url": f"{mcp}/mcp"}}}
    assert KEY not in served.banner


def test_what_is_served_answers(served: Running) -> None:
    answer = request("GET", f"{served.address('REST')}/v1/fine-tunes")
    assert (answer.status_code, answer.json()["data"]) == (200, [])
    sandbox = served.address("SANDBOX").removesuffix("/v1")
    entries = request("POST", f"{sandbox}/__sim__/log").json()["requests"]
    assert [entry["path"] for entry in entries] == ["/v1/fine-tunes"]


def test_a_server_that_answers_is_healthy(folder: Path, served: Running) -> None:
    done = run_command("naftiko-run", "--healthcheck", folder=folder)
    assert done == Done(0, f"healthy: {served.address('REST')}, {served.address('MCP')}\n", "")


def test_a_server_that_hangs_is_unhealthy(folder: Path, served: Running) -> None:
    served.process.send_signal(signal.SIGSTOP)
    try:
        done = run_command("naftiko-run", "--healthcheck", folder=folder)
    finally:
        served.process.send_signal(signal.SIGCONT)
    assert done == Done(1, f"unhealthy: no answer from {served.address('REST')}\n", "")


def slow_calls(
    served: Running, count: int, *, delay_s: float
) -> tuple[list[Future[int]], ThreadPoolExecutor]:
    """Start calls that the stand-in holds back, and wait until all of them have reached it."""
    sandbox, url = served.address("SANDBOX").removesuffix("/v1"), f"{served.address('REST')}/v1/fine-tunes"
    request("POST", f"{sandbox}/__sim__/fault", body={"op": "list", "times": count, "delay": delay_s})
    pool = ThreadPoolExecutor(count)
    calls = [pool.submit(lambda: request("GET", url).status_code) for _ in range(count)]
    deadline = time.monotonic() + STOP_S
    while len(request("POST", f"{sandbox}/__sim__/log").json()["running"]) < count:
        assert time.monotonic() < deadline
    return calls, pool


def test_calls_that_run_finish_when_the_server_is_terminated(folder: Path, served: Running) -> None:
    calls, pool = slow_calls(served, 4, delay_s=1)
    ended = served.stop(signal.SIGTERM)
    with pool:
        assert [call.result() for call in calls] == [200, 200, 200, 200]
    assert (ended.code, ended.out) == (0, "")
    assert not any(is_open(served.address(kind)) for kind in ("REST", "MCP"))
    calls_told = [line for line in ended.err.splitlines() if "naftiko.calls" in line]
    assert all(": 200 in " in line for line in calls_told)
    assert len(calls_told) >= len(calls)
    assert KEY not in ended.err
    assert list(folder.glob("naftiko-runtime-*/*")) == []


def test_a_second_signal_does_not_wait(tmp_path: Path) -> None:
    with running("naftiko-run", SAMPLE, "--sandbox", *ON_FREE_PORTS, folder=tmp_path) as served:
        calls, pool = slow_calls(served, 1, delay_s=60)
        served.process.send_signal(signal.SIGINT)
        deadline = time.monotonic() + STOP_S
        while is_open(served.address("REST")):
            assert time.monotonic() < deadline
        began = time.monotonic()
        ended = served.stop(signal.SIGINT)
        assert time.monotonic() - began < 5
    pool.shutdown(wait=False, cancel_futures=True)
    assert isinstance(calls[0].exception(), httpx2.HTTPError)
    assert ended.code == 128 + signal.SIGINT
    assert "Traceback" not in ended.err


def test_a_server_that_is_still_starting_ends_at_once(tmp_path: Path) -> None:
    command = [str(Path(sys.executable).parent / "naftiko-run"), "-"]
    # it waits for its file, as it would for anything else before it serves
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as starting:
        time.sleep(1)
        starting.send_signal(signal.SIGTERM)
        assert starting.wait(STOP_S) == 128 + signal.SIGTERM


def address_of(sandbox: Running) -> str:
    return next(word for word in sandbox.banner.split() if word.startswith("http://")).removesuffix(",")


def test_a_sandbox_is_served_until_an_interrupt(tmp_path: Path) -> None:
    options = ("sandbox", "together-ai", "--job-seconds", "0")
    with running("naftiko", *options, folder=tmp_path, last_words="its request log is at") as sandbox:
        url = address_of(sandbox)
        answer = request("GET", f"{url}/fine-tunes", key=DEFAULT_KEY)
        ended = sandbox.stop(signal.SIGINT)
    assert sandbox.banner.startswith("Together AI")
    assert f"accepts the bearer token {DEFAULT_KEY}" in sandbox.banner
    assert answer.status_code == 200
    assert ended == Done(0, "", "")


def test_a_sandbox_does_not_print_a_key_that_it_was_given(tmp_path: Path) -> None:
    options = ("sandbox", "together-ai", "--key", KEY)
    with running("naftiko", *options, folder=tmp_path, last_words="its request log is at") as sandbox:
        url = address_of(sandbox)
        answer = request("GET", f"{url}/fine-tunes", key=KEY)
        ended = sandbox.stop(signal.SIGTERM)
    assert "accepts the given key" in sandbox.banner
    assert KEY not in sandbox.banner
    assert (answer.status_code, ended) == (200, Done(0, "", ""))
