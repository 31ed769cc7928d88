"""Watches over the process that compiles: what it dies of, how long it is silent, how much it takes."""

import json
import os
import selectors
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from soak.files import LIMIT_MB, LIMIT_S, made
from soak.probe import ROOT, seeds

SILENT_S = 20


@dataclass
class Figures:
    """What a run has seen so far; a failure is an input's number and what was wrong with it."""

    inputs: int = 0
    plans: int = 0
    slowest_s: float = 0
    slowest: int = 0
    peak_mb: float = 0
    codes: Counter[str] = field(default_factory=Counter)
    failures: dict[int, str] = field(default_factory=dict)

    def add(self, told: dict[str, Any]) -> None:
        self.inputs += 1
        self.plans += told["has_plan"]
        self.codes.update(told["codes"])
        self.peak_mb = max(self.peak_mb, told["peak_mb"])
        if told["took_s"] > self.slowest_s:
            self.slowest_s, self.slowest = told["took_s"], told["number"]
        if told["took_s"] > LIMIT_S:
            self.failures[told["number"]] = f"took {told['took_s']:.1f} s, more than {LIMIT_S} s"
        if told["peak_mb"] > LIMIT_MB:
            self.failures[told["number"]] = f"took {told['peak_mb']:.0f} MB, more than {LIMIT_MB} MB"

    def __str__(self) -> str:
        return (
            f"{self.inputs} inputs, {self.plans} with a plan, {len(self.codes)} codes, slowest"
            f" {self.slowest_s:.2f} s (number {self.slowest}), peak {self.peak_mb:.0f} MB,"
            f" {len(self.failures)} failures"
        )


def watch(
    seed: int, *, until: float, count: int = sys.maxsize, everything: bool = False
) -> Iterator[Figures]:
    """Run until a time or for a count of inputs; yields the figures after every input.

    A process that dies or is silent, or takes too much memory, is replaced by one that goes on behind it.
    """
    figures, number = Figures(), 0
    while time.monotonic() < until and number < count:
        worker = _start(seed, number, count - number, everything=everything)
        try:
            for told in _heard(worker, until):
                number = told.get("began", number)
                if "number" in told:
                    figures.add(told)
                    yield figures
                if figures.peak_mb > LIMIT_MB:
                    break
            else:
                _blame(worker, number, figures, is_over=time.monotonic() >= until)
        finally:
            worker.kill()
            worker.communicate()
        figures.peak_mb = min(figures.peak_mb, LIMIT_MB)
        number += 1
    yield figures


def save(figures: Figures, seed: int, folder: Path, *, everything: bool) -> list[Path]:
    """Write the inputs that failed, each with what was wrong beside it."""
    texts, saved = seeds(everything=everything), []
    for number, problem in figures.failures.items():
        path = folder / f"{seed}-{number}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(made(texts, seed, number).encode("utf-8", "surrogatepass"))
        path.with_suffix(".txt").write_text(problem, encoding="utf-8")
        saved.append(path)
    return saved


def _start(seed: int, first: int, count: int, *, everything: bool) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "soak.files", f"--seed={seed}", f"--first={first}", f"--count={count}"]
    return subprocess.Popen(
        command + (["--everything"] if everything else []),
        cwd=ROOT / "tests",
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def _heard(worker: subprocess.Popen[bytes], until: float) -> Iterator[dict[str, Any]]:
    """Read what the process tells, until it ends, is silent for too long, or time is up."""
    assert worker.stdout is not None
    with selectors.DefaultSelector() as selector:
        selector.register(worker.stdout, selectors.EVENT_READ)
        rest = b""
        while time.monotonic() < until and selector.select(SILENT_S):
            chunk = os.read(worker.stdout.fileno(), 65536)
            if not chunk:
                return
            *lines, rest = (rest + chunk).split(b"\n")
            yield from map(json.loads, lines)


def _blame(worker: subprocess.Popen[bytes], number: int, figures: Figures, *, is_over: bool) -> None:
    """Say what ended a process: it was silent, it died, or its time or count was over."""
    try:
        worker.wait(0 if is_over else 1)
    except subprocess.TimeoutExpired:
        if not is_over:
            figures.failures[number] = f"nothing was heard for {SILENT_S} s"
        return
    if worker.returncode != 0:
        assert worker.stderr is not None
        figures.failures[number] = worker.stderr.read().decode(errors="replace")[-4000:]
