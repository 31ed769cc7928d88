"""Processes on their cores: the upstream, the server that is measured, and what the kernel knows of them."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from string import Template

from .answers import write_answers

ROOT = Path(__file__).parents[1]
KEY = "bench-key"
_STOP_S = 10


class BenchError(Exception):
    """Why nothing can be measured, in a sentence."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a run takes place; one core is the server's, everything else shares the other one."""

    folder: Path
    server_core: int
    load_core: int
    upstream_port: int

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
    with running(nginx(stage, "upstream.conf", stage.upstream_port), stage.folder / "upstream.log"):
        yield stage


@contextmanager
def running(command: list[str], log: Path, core: int | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program while the context lasts; taskset becomes it, so its number is the program's."""
    pinned = ["taskset", "-c", str(core), *command] if core is not None else command
    with log.open("wb") as output:
        process = subprocess.Popen(pinned, stdout=output, stderr=output, env=_environ(log.parent))
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _environ(folder: Path) -> Mapping[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NAFTIKO_")}
    return {**kept, "BENCH_KEY": KEY, "TMPDIR": str(folder)}


def nginx(stage: Stage, name: str, port: int) -> list[str]:
    """Fill in a configuration of nginx, and say how it is started."""
    text = _Conf((ROOT / "bench" / name).read_text(encoding="utf-8"))
    values = {"port": port, "key": KEY, "folder": stage.folder, "upstream": stage.upstream_port}
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


def cpu_s(pid: int) -> float:
    """Read how much processor time a process has used, of its own and in the kernel."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak_mb(pid: int) -> float:
    """Read the most memory that a process has had at once."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:"))
