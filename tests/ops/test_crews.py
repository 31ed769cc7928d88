"""Crews of real processes: who is replaced, when it is given up, and how all of them end."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from naftiko_runtime.ops.crew import Crew, GaveUp, Shift
from naftiko_runtime.ops.process import how_it_ended
from process import STOP_S

# what a worker does is filled in; it says its number and process first
SCRIPT = """
import logging, os, signal, sys, time
from naftiko_runtime.ops.crew import Crew, GaveUp, Shift
from naftiko_runtime.ops.supervisor import supervise

logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(levelname)s %(message)s")

def work(number, until):
    os.write(1, f"worker {number} {os.getpid()}\\n".encode())
    WORK

def stage(number, until):
    os.write(1, f"stage {number} {os.getpid()}\\n".encode())
    os.read(until, 1)
    os.write(1, b"the stage ends\\n")

crews = [Crew("stage", 1, stage, lambda: None), Crew("worker", 2, work, lambda: os.write(1, b"released\\n"))]
try:
    supervise(crews[FIRST:], GRACE, lambda: os.write(1, b"ready\\n"))
except GaveUp as error:
    sys.exit(str(error))
"""


@contextmanager
def supervising(
    work: str, *, staged: bool = False, grace_s: float = STOP_S
) -> Iterator[subprocess.Popen[str]]:
    text = (
        SCRIPT.replace("WORK", work).replace("FIRST", "0" if staged else "1").replace("GRACE", str(grace_s))
    )
    command = [sys.executable, "-c", text]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert line(process) == "ready"
            yield process
        finally:
            process.kill()


def line(process: subprocess.Popen[str]) -> str:
    """Read a line and nothing beyond it, which would be lost for who reads the rest."""
    assert process.stdout is not None
    read = b""
    while not read.endswith(b"\n"):
        byte = os.read(process.stdout.fileno(), 1)
        assert byte, read
        read += byte
    return read.decode().rstrip()


def said(process: subprocess.Popen[str], count: int) -> dict[str, int]:
    """Read what so many processes say when they begin: who they are, and their numbers."""
    words = [line(process).split() for _ in range(count)]
    return {f"{name} {number}": int(pid) for name, number, pid in words}


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


WAITS = "os.read(until, 1)"
SLEEPS = "time.sleep(600)"


def test_who_dies_is_replaced_and_all_finish_in_their_order() -> None:
    with supervising(WAITS + "; os.write(1, b'a worker ends\\n')", staged=True) as process:
        first = said(process, 3)
        os.kill(first["stage 1"], signal.SIGKILL)
        assert said(process, 1)["stage 1"] != first["stage 1"]
        os.kill(first["worker 2"], signal.SIGTERM)
        assert said(process, 1)["worker 2"] != first["worker 2"]
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=STOP_S)
    assert process.returncode == 0
    assert out.splitlines() == ["released", "a worker ends", "a worker ends", "the stage ends"]
    assert err.splitlines() == [
        f"WARNING stage 1 (process {first['stage 1']}) was ended by SIGKILL; another one starts in 0.1 s",
        f"WARNING worker 2 (process {first['worker 2']}) was ended by SIGTERM; another one starts in 0.1 s",
    ]


def test_who_dies_at_once_again_and_again_is_given_up() -> None:
    began = time.monotonic()
    with supervising("if number == 2: raise ZeroDivisionError\n    os.read(until, 1)") as process:
        out, err = process.communicate(timeout=STOP_S)
    assert process.returncode == 1
    assert 3 < time.monotonic() - began < 10
    pids = [int(line.split()[2]) for line in out.splitlines() if line.startswith("worker ")]
    assert len(pids) == 7
    assert not any(map(lives, pids))
    assert err.count("ERROR this process cannot go on\nTraceback") == 6
    waits = [line.split()[-2] for line in err.splitlines() if line.startswith("WARNING")]
    assert waits == ["0.1", "0.2", "0.4", "0.8", "1.6"]
    assert err.splitlines()[-1] == (
        f"worker 2 (process {pids[-1]}) ended with exit code 1; it was the 6th time in a row, "
        "each within 5 s of its start"
    )


# the clock is the test's: this one would have to wait for 5 s
LONG = """
import os
from naftiko_runtime.ops.crew import Crew, Shift

shift = Shift(Crew("worker", 1, lambda number, until: None, lambda: None), [])
for now_s in (0.0, 10.0, 20.0):
    assert shift.tend(now_s) is None
    os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)
assert shift.tend(24.9) == 25.0
shift.dismiss()
assert shift.is_gone()
"""


def test_who_lived_for_long_is_replaced_at_once() -> None:
    done = subprocess.run([sys.executable, "-c", LONG], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("another one starts in 0 s"), done.stdout) == (0, 2, "")
    assert "another one starts in 0.1 s" in done.stderr


def test_a_process_that_does_not_finish_in_time_is_ended() -> None:
    with supervising(SLEEPS, grace_s=0.3) as process:
        pids = said(process, 2).values()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=STOP_S)
    assert (process.returncode, err) == (0, "WARNING a worker does not end, and is ended\n")
    assert not any(map(lives, pids))


def test_a_process_that_fails_while_it_finishes_is_told_of() -> None:
    with supervising("os.read(until, 1); os._exit(number - 1)") as process:
        pids = said(process, 2)
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=STOP_S)
    assert process.returncode == 0
    expected = f"worker 2 (process {pids['worker 2']}) ended with exit code 1 while it finished"
    assert err == f"WARNING {expected}\n"


def test_a_second_signal_does_not_wait() -> None:
    with supervising(SLEEPS, staged=True) as process:
        pids = said(process, 3).values()
        process.send_signal(signal.SIGTERM)
        assert line(process) == "released"
        process.send_signal(signal.SIGINT)
        assert process.wait(STOP_S) == 128 + signal.SIGINT
    assert not any(map(lives, pids))


def test_a_process_that_cannot_be_started_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def full() -> int:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr("os.fork", full)
    shift = Shift(Crew("worker", 1, lambda number, until: None, lambda: None), [])
    due_s = [shift.tend(now_s) for now_s in (0.0, 0.05, 1.0, 2.0, 3.0, 4.0)]
    assert due_s == pytest.approx([0.1, 0.1, 1.2, 2.4, 3.8, 5.6])
    with pytest.raises(
        GaveUp, match=r"^worker 1 cannot be started: Resource temporarily unavailable; it was"
    ):
        shift.tend(6.0)
    shift.dismiss()


def test_how_a_process_ended_is_said_in_words() -> None:
    assert how_it_ended(3) == "ended with exit code 3"
    assert how_it_ended(-signal.SIGSEGV) == "was ended by SIGSEGV"
    assert how_it_ended(-40) == "was ended by signal 40"
