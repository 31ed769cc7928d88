"""Says where our servers spend their time: py-spy's samples under load, by function and package."""

from __future__ import annotations

import subprocess
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from .figures import MANY
from .load import Load, load_command, put_load
from .rows import Group, Measurement
from .servers import OURS, RIVALS_PYTHON, has_option
from .stage import BenchError, Stage, environ
from .starting import Command, Compiling

_DURATION_S = 10
_SAMPLES_PER_S = 250
_TOP = 60


def write_profile(stage: Stage, groups: Iterable[Group], say: Callable[[str], None]) -> Path:
    """Profile what is ours, one row after the other: loads, and commands that end by themselves."""
    parts = []
    for group in groups:
        for row in group.rows:
            if (row.server and not row.server.startswith(OURS)) or (row.needs and not has_option(row.needs)):
                continue
            name = f"{group.name}: {row.name}"
            if stacks := _record(stage, row.measurement):
                say(f"profiled {name}")
                parts.append(_report(name, stacks))
    path = stage.folder / "profile.txt"
    path.write_text("\n".join(parts), encoding="utf-8")
    return path


def _record(stage: Stage, measured: Measurement) -> list[str]:
    """Sample what is measured; every line is a stack, outermost call first, and how often it was seen."""
    match measured:
        case Load():
            with measured.serving(stage) as target:
                put_load(stage, target, MANY, 1)
                command = load_command(stage, target, MANY, _DURATION_S + 2)
                with subprocess.Popen(command, stdout=subprocess.DEVNULL) as load:
                    lines = _spy(stage, "--duration", str(_DURATION_S), "--pid", str(target.pid))
                    load.terminate()
                return lines
        case Command() | Compiling():
            return _spy(stage, "--", *measured.command(stage))
        case _:
            return []


def _spy(stage: Stage, *on: str) -> list[str]:
    output = stage.folder / "stacks.txt"
    how = ["--format", "raw", "--function", "--rate", str(_SAMPLES_PER_S), "--output", str(output)]
    command = [str(RIVALS_PYTHON.with_name("py-spy")), "record", "--subprocesses", *how, *on]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environ(stage.folder))
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
    return inner if inner and not is_start else f"{_package(stack[-1])}, called by neither"


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
