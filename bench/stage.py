"""Processes on their cores: the upstream, the server that is measured, and what the kernel knows of them."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from string import Template

from .answers import write_answers, written

ROOT = Path(__file__).parents[1]
KEY = "bench-key"
_STOP_S = 10


class BenchError(Exception):
    """Why nothing can be measured, in a sentence."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How long things are measured."""

    warm_s: int
    one_s: int  # a load of one caller
    load_s: int  # one of many
    starts: int
    growth_calls: int
    growth_s: int


FULL = Pace(warm_s=1, one_s=1, load_s=2, starts=3, growth_calls=200_000, growth_s=100)
QUICK = Pace(warm_s=0, one_s=1, load_s=1, starts=1, growth_calls=200_000, growth_s=3)


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a run takes place; one core is the server's, everything else shares the other one."""

    folder: Path
    server_core: int
    load_core: int
    upstream_port: int
    upstream_pid: int = 0

    @property
    def upstream(self) -> str:
        return f"http://127.0.0.1:{self.upstream_port}"


class _Conf(Template):
    delimiter = "@"  # nginx uses the dollar itself


@contextmanager
def open_stage(folder: Path) -> Iterator[Stage]:
    """Take two cores and start the upstream on the second."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        raise BenchError("two cores are needed, one of them for the server alone")
    folder.mkdir(parents=True, exist_ok=True)
    write_answers(folder / "answers")
    stage = Stage(folder, cores[0], cores[1], free_port())
    os.sched_setaffinity(0, {stage.load_core})  # what we start inherits it
    with running(
        nginx(stage, "upstream.conf", stage.upstream_port), stage.folder / "upstream.log"
    ) as upstream:
        yield replace(stage, upstream_pid=upstream.pid)


@contextmanager
def running(command: list[str], log: Path, cores: Iterable[int] = ()) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program while the context lasts; its output goes into the log."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            pinned(command, cores), stdout=output, stderr=output, env=environ(log.parent)
        )
    with stopping(process):
        yield process


def pinned(command: list[str], cores: Iterable[int]) -> list[str]:
    """Keep a program on its cores; taskset becomes it, so its number is the program's."""
    names = ",".join(map(str, cores))
    return ["taskset", "-c", names, *command] if names else command


@contextmanager
def stopping(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Stop a program when the context ends."""
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def environ(folder: Path) -> Mapping[str, str]:
    """Give programs that are measured what they need, and nothing that sets ours up otherwise."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NAFTIKO_")}
    return {**kept, "BENCH_KEY": KEY, "TMPDIR": str(folder)}


def nginx(stage: Stage, name: str, port: int) -> list[str]:
    """Fill in a configuration of nginx, and say how it is started."""
    text = _Conf((ROOT / "bench" / name).read_text(encoding="utf-8"))
    values = {
        "port": port,
        "key": KEY,
        "folder": stage.folder,
        "upstream": stage.upstream_port,
        "job": written("job").decode(),
    }
    conf = stage.folder / name
    conf.write_text(text.substitute(values), encoding="utf-8")
    return [program("nginx"), "-e", "stderr", "-p", str(stage.folder), "-c", str(conf)]


def program(name: str) -> str:
    """Find a program, also where only root's path leads."""
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    if found is None:
        raise BenchError(f"{name} is not installed")
    return found


def free_port() -> int:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port: int = bound.getsockname()[1]
    return port
