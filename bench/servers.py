"""Who is measured: how each server is started on a port."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import TypeAlias

from .many import write_many
from .stage import ROOT, Stage, nginx

Command: TypeAlias = Callable[[Stage, int], list[str]]

OURS = "naftiko-run"
RIVALS_PYTHON = ROOT / ".cache" / "clients" / "bench" / "bin" / "python"
TOGETHER = ROOT / "capabilities" / "together-ai-fine-tuning.yaml"
_SCRIPTS = Path(sys.executable).parent  # where ours was installed
_CAPABILITY = ROOT / "bench" / "capability.yml"


def ours(face: str, *options: str, operations: int = 0) -> Command:
    """Serve one face on the port that is measured, the other one somewhere; of a large file if asked for."""

    def command(stage: Stage, port: int) -> list[str]:
        return our_server(stage, {"rest": 0, "mcp": 0, face: port}, *options, operations=operations)

    return command


def our_server(stage: Stage, ports: Mapping[str, int], *options: str, operations: int = 0) -> list[str]:
    """Write our command line."""
    file = write_many(stage.folder, operations) if operations else _CAPABILITY
    given = [part for face, number in ports.items() for part in ("--port", f"jobs-{face}={number}")]
    return [*our_program("naftiko-run"), str(file), *_quiet(stage), *given, *options]


def our_stdio(stage: Stage) -> list[str]:
    """Serve MCP on standard input and output."""
    return [*our_program("naftiko-run"), str(_CAPABILITY), *_quiet(stage), "--stdio"]


def our_program(name: str) -> list[str]:
    """Begin a command line with a script of ours, from where this Python has it."""
    return [str(_SCRIPTS / name)]


@cache
def has_option(name: str) -> bool:
    """Tell whether our server knows an option."""
    told = subprocess.run([*our_program("naftiko-run"), "--help"], capture_output=True, text=True, check=True)
    return f"{name} " in told.stdout.replace("]", " ")


def rival(script: str, *arguments: str) -> Command:
    """Serve with a script of bench/rivals."""

    def command(stage: Stage, port: int) -> list[str]:
        given = [str(port), stage.upstream, *arguments]
        return [str(RIVALS_PYTHON), str(ROOT / "bench" / "rivals" / script), *given]

    return command


def nginx_proxy(stage: Stage, port: int) -> list[str]:
    """Serve with nginx."""
    return nginx(stage, "proxy.conf", port)


def _quiet(stage: Stage) -> list[str]:
    return ["--log-level", "warning", "--base-uri", f"jobs={stage.upstream}/v1"]
