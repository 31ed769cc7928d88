"""How long our commands take: to listen, to check a file, to compile many operations."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from .figures import Figures
from .kernel import cpu_s
from .many import write_many
from .servers import TOGETHER, our_program
from .stage import BenchError, Pace, Stage, environ, free_port, pinned, stopping

_LONGEST_S = 60.0
_PAUSE_S = 0.002
_COMPILE = (
    "import gc, sys, time; from naftiko_runtime import compile; gc.set_threshold(50_000)"
    "; began = time.process_time(); compile(sys.argv[1]); print(time.process_time() - began)"
)


@dataclass(frozen=True, slots=True)
class Listening:
    """From the start of the process until it can be connected to."""

    def measure(self, stage: Stage, pace: Pace) -> Figures:
        """Start the server again and again; the first time fills caches and does not count."""
        return _medians([self._once(stage) for _ in range(pace.starts + 1)][1:])

    def _once(self, stage: Stage) -> Figures:
        port = free_port()
        key = ["env", "TOGETHER_AI_API_KEY=bench"]
        ports = ["--port", f"{TOGETHER.stem}-rest={port}", "--port", f"{TOGETHER.stem}-mcp=0"]
        began = time.perf_counter()
        command = [*key, *our_program("naftiko-run"), str(TOGETHER), *ports]
        process = _start(stage, pinned(command, [stage.server_core]))
        with stopping(process):
            while not _is_listening(port):
                if process.poll() is not None or time.perf_counter() - began > _LONGEST_S:
                    raise BenchError("our server does not listen")
                time.sleep(_PAUSE_S)
            return {"wall s": time.perf_counter() - began, "CPU s": cpu_s(process.pid)}


@dataclass(frozen=True, slots=True)
class Command:
    """A command of ours that ends by itself."""

    words: Sequence[str]

    def measure(self, stage: Stage, pace: Pace) -> Figures:
        """Run it again and again; the first time fills caches and does not count."""
        return _medians([self._once(stage) for _ in range(pace.starts + 1)][1:])

    def _once(self, stage: Stage) -> Figures:
        began = time.perf_counter()
        process = _start(stage, pinned(self.command(stage), [stage.server_core]))
        _, status, used = os.wait4(process.pid, 0)
        took_s = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if status:
            raise BenchError(f"{' '.join(self.words)} failed")
        return {"wall s": took_s, "CPU s": used.ru_utime + used.ru_stime}

    def command(self, stage: Stage) -> list[str]:
        """Write the command line."""
        return [*our_program(self.words[0]), *self.words[1:]]


@dataclass(frozen=True, slots=True)
class Compiling:
    """From the text of a file of so many operations to its plan, without what Python takes to start.

    The collector runs seldom meanwhile, as it does in commands.
    """

    operations: int

    def measure(self, stage: Stage, pace: Pace) -> Figures:
        """Compile once in a process of its own."""
        command = pinned(self.command(stage), [stage.server_core])
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise BenchError(f"cannot compile: {done.stderr[-500:]}")
        return {"CPU s": float(done.stdout)}

    def command(self, stage: Stage) -> list[str]:
        """Write the command line, and the file."""
        file = write_many(stage.folder, self.operations)
        return [sys.executable, "-c", _COMPILE, str(file)]


def _start(stage: Stage, command: list[str]) -> subprocess.Popen[bytes]:
    with (stage.folder / "command.log").open("wb") as log:
        return subprocess.Popen(command, stdout=log, stderr=log, env=environ(stage.folder))


def _is_listening(port: int) -> bool:
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0


def _medians(samples: Sequence[Figures]) -> Figures:
    return {name: median(sample[name] for sample in samples) for name in samples[0]}
