"""What was measured with: the machine, and versions of everything."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
import timeit
from collections.abc import Iterator, Sequence
from pathlib import Path

from .answers import written
from .servers import OURS, RIVALS_PYTHON
from .stage import Pace, program

_PACKAGES = ("mcp", "starlette", "uvicorn", "uvloop", "httptools", "aiohttp", "orjson", "pydantic")
_ASK_VERSIONS = "import importlib.metadata as m, sys; [print(n, m.version(n)) for n in sys.argv[1:]]"


def conditions(pace: Pace, busy: float) -> Iterator[str]:
    """Write the last part of the report; ``busy`` is the machine's load average before the start."""
    yield "## Conditions\n"
    yield f"- Each load of {pace.load_s} s, of one caller {pace.one_s} s, warmed for {pace.warm_s} s."
    job, rows = (f"{len(written(name)):,}" for name in ("job", "rows"))
    yield f"- The upstream answers {job} bytes of JSON, or {rows} of 20 rows."
    yield f"- {_machine()}, load average before the start {busy:.1f}."
    yield f"- Adding a million numbers takes Python {_adding_ms():.0f} ms, by which other machines compare."
    yield f"- {OURS}: {_versions(sys.executable, ('naftiko-runtime', *_PACKAGES))}."
    yield f"- Rivals: {_versions(str(RIVALS_PYTHON), ('fastmcp', *_PACKAGES, 'httpx2'))}."
    yield f"- nginx {_version_of('nginx')} (upstream and rival), wrk {_version_of('wrk')}.\n"


def _machine() -> str:
    processor = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    system = platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
    name = processor[1] if processor else platform.machine()
    return f"{name}, {os.cpu_count()} cores; {system}; Python {platform.python_version()}"


def _adding_ms() -> float:
    """Tell how fast the machine is, so that two runs can be compared."""
    return min(timeit.repeat("for number in range(1_000_000): total += number", "total = 0", number=1)) * 1000


def _versions(python: str, packages: Sequence[str]) -> str:
    done = subprocess.run(
        [python, "-c", _ASK_VERSIONS, *packages], capture_output=True, text=True, check=True
    )
    return ", ".join(done.stdout.split("\n")).strip(", ")


def _version_of(name: str) -> str:
    """Ask a program for its version; both say it on one of the outputs, and wrk fails as it does."""
    done = subprocess.run([program(name), "-v"], capture_output=True, text=True, check=False)
    found = re.search(r"\d+(\.\d+)+", done.stdout + done.stderr)
    return found[0] if found else "of unknown version"
