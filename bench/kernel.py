"""What the kernel knows of a program: processor time and memory, of all its processes together."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def cpu_s(pid: int) -> float:
    """Read how much processor time was used, in the processes and in the kernel for them."""
    fields = [_stat(each) for each in _family(pid)]
    return sum(int(stat[11]) + int(stat[12]) for stat in fields) / _TICKS_PER_S


def rss_mb(pid: int) -> float:
    """Read how much memory is used now."""
    return sum(_status_mb(each, "VmRSS:") for each in _family(pid))


def peak_mb(pid: int) -> float:
    """Read the most memory that was used at once."""
    return sum(_status_mb(each, "VmHWM:") for each in _family(pid))


def forget_peak(pid: int) -> None:
    """Let the peak begin again at what is used now."""
    Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="ascii")


def _family(pid: int) -> Iterator[int]:
    yield pid
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split():
        yield from _family(int(child))


def _stat(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()


def _status_mb(pid: int, name: str) -> float:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(name))
