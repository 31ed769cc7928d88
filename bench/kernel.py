"""What the kernel knows of a program: processor time and memory, of all its processes together."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path


def cpu_s(pid: int) -> float:
    """Read how much processor time was used, in all threads and in the kernel for them.

    The times of processes are told in hundredths of a second, those of threads in nanoseconds.
    """
    threads = (path for each in _family(pid) for path in Path(f"/proc/{each}/task").glob("*/schedstat"))
    return sum(int(path.read_text(encoding="ascii").split()[0]) for path in threads) / 1e9


def rss_mb(pid: int) -> float:
    """Read how much memory is used now."""
    return sum(_status_mb(each, "VmRSS:") for each in _family(pid))


def peak_mb(pid: int) -> float:
    """Read the most memory that was used at once; of several processes, now, shared memory once."""
    family = list(_family(pid))
    if len(family) == 1:
        return _status_mb(pid, "VmHWM:")
    return sum(_mb(Path(f"/proc/{each}/smaps_rollup"), "Pss:") for each in family)


def forget_peak(pid: int) -> None:
    """Let the peak begin again at what is used now."""
    Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="ascii")


def _family(pid: int) -> Iterator[int]:
    yield pid
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split():
        yield from _family(int(child))


def _status_mb(pid: int, name: str) -> float:
    return _mb(Path(f"/proc/{pid}/status"), name)


def _mb(path: Path, name: str) -> float:
    lines = path.read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(name))
