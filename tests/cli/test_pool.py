"""Many files are checked at once, and what is found comes in their order."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from checks import check_or_die
from naftiko_runtime.cli.checking import Checked, Outcome, check_place
from naftiko_runtime.cli.files import Place, places
from naftiko_runtime.cli.pool import check_many
from process import COMMANDS, STOP_S, environ_of


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Fill a folder with more files than one process checks."""
    for number in range(20):
        (tmp_path / f"{number:02}.yaml").write_text(f"naftiko: {'x' * number}\n", encoding="utf-8")
    return tmp_path


def test_many_files_give_what_each_of_them_gives(folder: Path) -> None:
    listed = places([str(folder)])
    assert list(check_many(listed, "all")) == [check_place(place, "all") for place in listed]


@pytest.mark.parametrize("deadly", [{0}, {7, 8}, {29}])
def test_a_file_that_ends_its_process_takes_no_other_with_it(deadly: set[int]) -> None:
    names = [f"deadly-{number}" if number in deadly else f"file-{number}" for number in range(30)]
    told = [
        Checked(name, outcome=Outcome.CRASHED, reason=f"cannot check {name}: its process died")
        if name.startswith("deadly")
        else Checked(name, reason="all")
        for name in names
    ]
    assert list(check_many([Place(name) for name in names], "all", check_or_die)) == told


def is_read(writer: int) -> bool:
    try:
        return os.write(writer, b"#") > 0
    except BrokenPipeError:
        return False


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (signal.SIGINT, 130),
        (signal.SIGTERM, 128 + signal.SIGTERM),
        (signal.SIGKILL, -signal.SIGKILL),
    ],
)
def test_who_is_told_to_stop_waits_for_no_file_and_leaves_no_process(
    folder: Path, number: signal.Signals, code: int
) -> None:
    fifo = folder / "99.yaml"  # whoever reads it waits for who writes
    os.mkfifo(fifo)
    command = [str(COMMANDS / "naftiko"), "check", str(folder)]
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environ_of(folder)
    ) as process:
        writer = os.open(fifo, os.O_WRONLY)
        process.send_signal(number)
        _, said = process.communicate(timeout=STOP_S)
    assert (process.returncode, said) == (code, b"")
    deadline = time.monotonic() + STOP_S
    while is_read(writer):
        assert time.monotonic() < deadline
    os.close(writer)
