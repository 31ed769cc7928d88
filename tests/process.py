"""Runs the installed commands as processes of their own."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from canary import SUITE, leaks

COMMANDS = Path(sys.executable).parent
START_S = 30
SERVING: tuple[str, ...] = ()  # what commands that serve are told besides
STOP_S = 20


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    code: int
    out: str
    err: str

    def __post_init__(self) -> None:
        """Search what no test leaves to the plugin that searches the rest."""
        assert leaks({"standard output": self.out, "standard error": self.err}, SUITE) == []


@dataclass(frozen=True)
class Running:
    """A command that serves, and what it had printed when it was ready."""

    process: subprocess.Popen[str]
    banner: str

    def address(self, kind: str) -> str:
        """Find the address of a server in the banner: ``REST``, ``MCP`` or ``SANDBOX``."""
        return next(line.split()[1] for line in self.banner.splitlines() if line.startswith(f"  {kind} "))

    def stop(self, number: signal.Signals = signal.SIGTERM) -> Done:
        """Signal it and wait for its end."""
        self.process.send_signal(number)
        return self.ended()

    def ended(self) -> Done:
        out, err = self.process.communicate(timeout=STOP_S)
        return Done(self.process.returncode, out, err)


def environ_of(folder: Path, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Make a clean environment whose temporary files, health notes among them, are in a folder."""
    foreign = ("NAFTIKO_", "TOGETHER_")
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.upper().startswith(foreign) and not name.upper().endswith("_PROXY")
    }
    return {**kept, "TMPDIR": str(folder), "TEMP": str(folder), **(extra or {})}


def run_command(
    command: str, *arguments: str, folder: Path, extra: Mapping[str, str] | None = None, stdin: bytes = b""
) -> Done:
    """Run a command to its end."""
    done = subprocess.run(
        [COMMANDS / command, *arguments],
        input=stdin,
        capture_output=True,
        env=environ_of(folder, extra),
        timeout=START_S,
        check=False,
    )
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


@contextmanager
def running(
    command: str,
    *arguments: str,
    folder: Path,
    extra: Mapping[str, str] | None = None,
    last_words: str = "stop with Ctrl+C",
) -> Iterator[Running]:
    """Start a command that serves; it is ready when it has said its last words."""
    process = subprocess.Popen(
        [COMMANDS / command, *arguments, *(SERVING if _serves(command, *arguments) else ())],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environ_of(folder, extra),
    )
    try:
        yield Running(process, _banner(process, last_words))
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


def _serves(command: str, *arguments: str) -> bool:
    return command == "naftiko-run" or (command == "naftiko" and arguments[:1] == ("run",))


def _banner(process: subprocess.Popen[str], last_words: str) -> str:
    lines: list[str] = []
    assert process.stderr is not None
    for line in process.stderr:
        lines.append(line)
        if last_words in line:
            break
    else:
        raise AssertionError(f"ended with {process.wait()}: {''.join(lines)}")
    return "".join(lines)
