"""Says where our servers spend their time: py-spy's samples under load, by function and package."""

from __future__ import annotations

import subprocess
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from .answering import Target
from .figures import MANY
from .load import Load, load_command, put_load
from .rows import Group
from .servers import OURS, RIVALS_PYTHON, has_option
from .stage import BenchError, Stage

_DURATION_S = 10
_SAMPLES_PER_S = 250
_TOP = 60


def write_profile(stage: Stage, groups: Iterable[Group], say: Callable[[str], None]) -> Path:
    """Profile our servers in some groups, one after the other."""
    parts = []
    for group in groups:
        for row in group.rows:
            load = row.measurement
            if (
                isinstance(load, Load)
                and row.server.startswith(OURS)
                and (not row.needs or has_option(row.needs))
            ):
                name = f"{group.name}: {row.name}"
                say(f"profile of {name}, {_DURATION_S} s")
                with load.serving(stage) as target:
                    put_load(stage, target, MANY, 1)
                    parts.append(_report(name, _record(stage, target)))
    path = stage.folder / "profile.txt"
    path.write_text("\n".join(parts), encoding="utf-8")
    return path


def _record(stage: Stage, target: Target) -> list[str]:
    """Sample a server under load; every line is a stack, outermost call first, and how often it was seen."""
    output = stage.folder / "stacks.txt"
    spy = [
        str(RIVALS_PYTHON.with_name("py-spy")),
        "record",
        "--format",
        "raw",
        "--function",
        "--subprocesses",
    ]
    how = ["--rate", str(_SAMPLES_PER_S), "--duration", str(_DURATION_S), "--output", str(output)]
    command = load_command(stage, target, MANY, _DURATION_S + 2)
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as load:
        done = subprocess.run(
            [*spy, *how, "--pid", str(target.pid)], capture_output=True, text=True, check=False
        )
        load.terminate()
    if done.returncode:
        raise BenchError(f"py-spy failed: {done.stderr}")
    return output.read_text(encoding="utf-8").splitlines()


def _report(name: str, lines: Iterable[str]) -> str:
    tables = {title: Counter[str]() for title in _VIEWS}
    for line in lines:
        stack, _, times = line.rpartition(" ")
        for title, view in _VIEWS.items():
            tables[title].update(dict.fromkeys(view(stack.split(";")), int(times)))
    count = tables["own time"].total()
    written = "".join(_table(title, shares, count) for title, shares in tables.items())
    return f"# {name}: {count} samples\n{written}"


def _package(frame: str) -> str:
    """Name the package of a frame, which is written ``function (package/module.py:line)``."""
    place = frame.rpartition("(")[2]
    return place.partition("/")[0] if "/" in place else "the standard library"


def _cause(stack: list[str]) -> str:
    """Find the innermost function of ours or of the SDK: what it calls elsewhere, it causes."""
    ours = (frame for frame in reversed(stack) if _package(frame) in ("naftiko_runtime", "mcp"))
    inner = next(ours, "")
    is_start = any(f"(naftiko_runtime/{room}/" in inner for room in ("cli", "app"))
    return f"{_package(stack[-1])}, called by neither" if is_start else inner


def _causing_file(stack: list[str]) -> str:
    cause = _cause(stack)
    return "the SDK" if _package(cause) == "mcp" else cause.rpartition("(")[2].partition(":")[0]


_VIEWS: Mapping[str, Callable[[list[str]], Iterable[str]]] = {
    "own time by package": lambda stack: [_package(stack[-1])],
    "time by the innermost file of ours, or the SDK, with what it calls": lambda stack: [
        _causing_file(stack)
    ],
    "time by the innermost function of ours or of the SDK, with what it calls": lambda stack: [_cause(stack)],
    "own time": lambda stack: [stack[-1]],
    "total time": lambda stack: stack,
}


def _table(title: str, shares: Counter[str], count: int) -> str:
    lines = [f"{times / count:6.1%}  {name}" for name, times in shares.most_common(_TOP)]
    return "\n".join(["", title, *lines, ""])
