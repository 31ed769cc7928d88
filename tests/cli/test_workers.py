"""``--workers``: several processes behind the same addresses, and how each of them and all of them end."""

import asyncio
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import httpx2
import pytest

from calling import SECRET
from process import STOP_S, Done, Running, run_command, running
from wire import Seen, Upstream, answer

Command = Callable[..., Done]

SAMPLE = "sample:together-ai-fine-tuning"
REST, MCP = "together-ai-fine-tuning-rest", "together-ai-fine-tuning-mcp"
ON_FREE_PORTS = ("--port", f"{REST}=0", "--port", f"{MCP}=0")
JOB = {"model": "meta-llama/Meta-Llama-3.1-8B-Instruct-Reference", "training_file": "file-train"}


def children(served: Running) -> list[int]:
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True)
    pairs = [line.split() for line in listed.stdout.splitlines()]
    return sorted(int(pid) for pid, parent in pairs if int(parent) == served.process.pid)


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + STOP_S
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def request(method: str, url: str, body: object = None) -> httpx2.Response:
    """Send a request on a connection of its own."""
    return httpx2.request(method, url, json=body, trust_env=False, timeout=STOP_S)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("workers")


@pytest.fixture(scope="module")
def served(folder: Path) -> Iterator[Running]:
    """Serve the user's file by two workers, against one stand-in."""
    options = (SAMPLE, "--sandbox", "--workers", "2", "--timeout", "20", *ON_FREE_PORTS)
    with running("naftiko-run", *options, folder=folder) as server:
        yield server


def test_one_banner_says_how_many_serve(served: Running) -> None:
    lines = served.banner.splitlines()
    assert lines.count("  runs  2 workers; limits, rates and tokens are those of each") == 1
    until(lambda: len(children(served)) == 3)  # one of them plays the stand-in


def test_all_workers_call_one_stand_in(served: Running) -> None:
    url = f"{served.address('REST')}/v1/fine-tunes"
    made = request("POST", url, JOB).json()["id"]
    found = [[job["id"] for job in request("GET", url).json()["data"]] for _ in range(16)]
    assert found == [[made]] * 16


def test_there_is_one_note_for_the_health_check(folder: Path, served: Running) -> None:
    done = run_command("naftiko-run", "--healthcheck", folder=folder)
    assert done == Done(0, f"healthy: {served.address('REST')}, {served.address('MCP')}\n", "")


def test_running_calls_finish_before_workers_and_stand_in_end(folder: Path, served: Running) -> None:
    sandbox, url = served.address("SANDBOX").removesuffix("/v1"), f"{served.address('REST')}/v1/fine-tunes"
    request("POST", f"{sandbox}/__sim__/fault", {"op": "list", "times": 6, "delay": 1})
    pids = children(served)
    pool = ThreadPoolExecutor(6)
    calls = [pool.submit(lambda: request("GET", url).status_code) for _ in range(6)]
    until(lambda: len(request("POST", f"{sandbox}/__sim__/log").json()["running"]) == 6)
    # as a terminal does: to all of them
    for pid in pids:
        os.kill(pid, signal.SIGINT)
    ended = served.stop(signal.SIGINT)
    with pool:
        assert [call.result() for call in calls] == [200] * 6
    assert (ended.code, ended.out) == (0, "")
    told = [line for line in ended.err.splitlines() if "naftiko.calls: rest" in line]
    assert {part for line in told for part in re.findall(r"INFO \[(.*?)\]", line)} == {"worker 1", "worker 2"}
    assert len(told) == len(ended.err.splitlines()) == 23
    assert not any(map(lives, pids))
    assert list(folder.glob("naftiko-runtime-*/*")) == []


@pytest.fixture
def shipping(upstream: Upstream, ships: Path, tmp_path: Path) -> Iterator[Running]:
    """Serve the small capability by two workers, without any word of its calls."""
    ports = ("--port", "rest=0", "--port", "tools=0")
    options = (str(ships), "--base-uri", f"ships={upstream.url}", "--log-level", "warning", *ports)
    extra = {"SHIPS_KEY": SECRET, "NAFTIKO_WORKERS": "2"}
    with running("naftiko-run", *options, folder=tmp_path, extra=extra) as server:
        until(lambda: len(children(server)) == 2)
        yield server


async def test_a_killed_worker_loses_its_calls_alone_and_a_killed_parent_leaves_nobody(
    shipping: Running, upstream: Upstream
) -> None:
    may_answer, lost = asyncio.Event(), 0

    async def hold(request: Seen, writer: asyncio.StreamWriter) -> None:
        nonlocal lost
        try:
            await may_answer.wait()
        except asyncio.CancelledError:
            lost += 1
            raise
        await answer()(request, writer)

    upstream.respond = hold
    before = children(shipping)
    calls = [asyncio.ensure_future(status(shipping)) for _ in range(12)]
    await seen(upstream, 12)
    os.kill(before[0], signal.SIGKILL)
    # they may come to the socket of the dead one, and wait for its successor
    calls += [asyncio.ensure_future(status(shipping)) for _ in range(12)]
    await seen(upstream, 24)
    may_answer.set()
    found = await asyncio.gather(*calls)
    assert found.count(None) == found[:12].count(None) == lost
    assert found.count(200) == 24 - lost
    after = await asyncio.to_thread(children, shipping)
    assert len(after) == 2
    assert before[1] in after
    # whoever lives has standard error, so its end is the end of all
    ended = await asyncio.to_thread(shipping.stop, signal.SIGKILL)
    assert ended.code == -signal.SIGKILL
    until(lambda: not any(map(lives, after)))
    killed = re.fullmatch(r".* WARNING naftiko.workers: worker ([12]) \(process (\d+)\) (.*)\n", ended.err)
    assert killed is not None
    assert killed[2] == str(before[0])
    assert re.fullmatch(r"was ended by SIGKILL; another one starts in 0(.1)? s", killed[3])


async def seen(upstream: Upstream, count: int) -> None:
    async with asyncio.timeout(STOP_S):
        while len(upstream.seen) < count:  # noqa: ASYNC110 - what is recorded is a list
            await asyncio.sleep(0.01)


async def status(served: Running) -> int | None:
    """Call on a connection of its own; nothing comes back from who is killed."""
    async with httpx2.AsyncClient(trust_env=False, timeout=STOP_S) as client:
        try:
            return (await client.get(f"{served.address('REST')}/ships/1")).status_code
        except httpx2.HTTPError:
            return None


async def test_workers_that_die_at_once_again_and_again_end_it(shipping: Running) -> None:
    def killed() -> bool:
        for pid in children(shipping):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return shipping.process.poll() is not None

    until(killed)
    ended = shipping.ended()
    assert (ended.code, ended.out) == (1, "")
    *_, last = ended.err.splitlines()
    said = r"naftiko-run: worker [12] \(process \d+\) was ended by SIGKILL; it was the 6th time in a row, "
    assert re.fullmatch(said + "each within 5 s of its start", last)


def test_what_is_missing_is_told_once_before_any_worker_starts(command: Command, ships: Path) -> None:
    done = command("naftiko-run", str(ships), "--workers", "3")
    assert (done.code, done.out) == (1, "")
    assert done.err.count("SHIPS_KEY is not set") == 1


@pytest.mark.parametrize("number", ["0", "-1"])
@pytest.mark.parametrize("options", [True, False])
def test_nobody_is_no_number_of_workers(
    command: Command, ships: Path, monkeypatch: pytest.MonkeyPatch, number: str, *, options: bool
) -> None:
    if not options:
        monkeypatch.setenv("NAFTIKO_WORKERS", number)
    done = command("naftiko-run", str(ships), *(("--workers", number) if options else ()))
    assert done == Done(1, "", f"naftiko-run: {number} workers serve nothing; at least 1 is needed\n")


def test_standard_input_and_output_are_not_shared(command: Command, ships: Path) -> None:
    done = command("naftiko-run", str(ships), "--workers", "2", "--stdio")
    assert done == Done(
        1, "", "naftiko-run: 2 workers cannot share standard input and output; over stdio 1 serves\n"
    )


def test_a_server_that_asks_its_clients_is_not_shared(command: Command) -> None:
    path = Path(__file__).parents[1] / "golden" / "asks" / "capability.yaml"
    done = command("naftiko-run", str(path), "--workers", "2")
    assert done == Done(
        1,
        "",
        "naftiko-run: shop-tools asks its clients, who have to come back to one of 2 workers; 1 serves\n",
    )


def test_a_system_that_cannot_fork_serves_alone(
    command: Command, ships: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("os.fork")
    done = command("naftiko-run", str(ships), "--workers", "2")
    assert done == Done(
        1, "", "naftiko-run: this system cannot fork processes, which 2 workers need; 1 serves here\n"
    )
