"""Writes what was measured: a table for every wire, the ratios, and what it was measured with."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TypeAlias

from .answers import written
from .contestants import OURS, RIVALS_PYTHON, Row, Wire
from .measure import MANY, Sample
from .stage import program

Samples: TypeAlias = Mapping[Row, Sequence[Sample]]
Figure: TypeAlias = Callable[[Sample], float]


@dataclass(frozen=True, slots=True)
class Settings:
    """How much is measured, and on which answer of the upstream."""

    rounds: int
    duration_s: int
    answer: str


_COLUMNS: tuple[tuple[str, Figure, str], ...] = (
    ("req/s, 1 caller", lambda sample: sample.one.requests_per_s, ",.0f"),
    ("p50 ms", lambda sample: sample.one.p50_ms, ".2f"),
    ("p99 ms", lambda sample: sample.one.p99_ms, ".2f"),
    (f"req/s, {MANY} callers", lambda sample: sample.many.requests_per_s, ",.0f"),
    ("p50 ms", lambda sample: sample.many.p50_ms, ".1f"),
    ("p99 ms", lambda sample: sample.many.p99_ms, ".1f"),
    ("CPU s per 10,000", lambda sample: sample.cpu_s_per_10k, ".2f"),
    ("peak MB", lambda sample: sample.peak_mb, ".0f"),
    ("start s", lambda sample: sample.start_s, ".2f"),
)
_RATIOS: tuple[tuple[str, Figure], ...] = (
    (f"req/s, {MANY} callers", lambda sample: sample.many.requests_per_s),
    ("p50, 1 caller", lambda sample: sample.one.p50_ms),
    (f"p99, {MANY} callers", lambda sample: sample.many.p99_ms),
    ("CPU per call", lambda sample: sample.cpu_s_per_10k),
    ("memory", lambda sample: sample.peak_mb),
)
# what `make soak` has written there
_SOAK = re.compile(r"(?ms)^## Soak\n.*?(?=^## |\Z)")
_PACKAGES = ("mcp", "starlette", "uvicorn", "uvloop", "httptools", "aiohttp", "orjson", "pydantic")
_ASK_VERSIONS = "import importlib.metadata as m, sys; [print(n, m.version(n)) for n in sys.argv[1:]]"


def write_results(path: Path, samples: Samples, settings: Settings, busy: float) -> None:
    """Write the report; ``busy`` is the machine's load average before the start."""
    wires = dict.fromkeys(row.wire for row in samples)
    parts = [_HEAD, *(_table(wire, samples) for wire in wires), _ratios(samples), _conditions(settings, busy)]
    kept = _SOAK.search(path.read_text(encoding="utf-8")) if path.exists() else None
    path.write_text("\n".join([*parts, *([kept[0]] if kept else [])]), encoding="utf-8")


_HEAD = """# Results

Written by `make bench` and `make soak`; [docs/performance.md](../docs/performance.md) says how it measures.
"""


def _table(wire: Wire, samples: Samples) -> str:
    lines = [
        f"## {wire.name}",
        "",
        _line("server", *(title for title, _, _ in _COLUMNS)),
        _rule(len(_COLUMNS)),
    ]
    for row in (row for row in samples if row.wire is wire):
        medians = (format(median(map(figure, samples[row])), form) for _, figure, form in _COLUMNS)
        lines.append(_line(row.server, *medians))
    return "\n".join([*lines, ""])


def _ratios(samples: Samples) -> str:
    lines = [
        f"## {OURS} : rival",
        "",
        "Medians of the ratios within a round, and their range. More requests are better, else less is.",
        "",
        _line("", *(title for title, _ in _RATIOS)),
        _rule(len(_RATIOS)),
    ]
    ours = {row.wire: samples[row] for row in samples if row.server == OURS}
    for row in (row for row in samples if row.server != OURS):
        cells = (_ratio(figure, ours[row.wire], samples[row]) for _, figure in _RATIOS)
        lines.append(_line(f"{row.wire.name}, to {row.server}", *cells))
    return "\n".join([*lines, ""])


def _ratio(figure: Figure, ours: Sequence[Sample], theirs: Sequence[Sample]) -> str:
    ratios = [figure(our) / figure(their) for our, their in zip(ours, theirs, strict=True)]
    return f"{median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"


def _conditions(settings: Settings, busy: float) -> str:
    rounds = f"{settings.rounds} round{'s' if settings.rounds > 1 else ''}"
    lines = [
        "## Conditions",
        "",
        f"- Medians of {rounds}, each load of {settings.duration_s} s.",
        f"- The upstream answers {len(written(settings.answer)):,} bytes of JSON.",
        f"- {_machine()}, load average before the start {busy:.1f}.",
        f"- {OURS}: {_versions(sys.executable, ('naftiko-runtime', *_PACKAGES))}.",
        f"- Rivals: {_versions(str(RIVALS_PYTHON), ('fastmcp', *_PACKAGES, 'httpx2'))}.",
        f"- nginx {_version_of('nginx')} (upstream and rival), wrk {_version_of('wrk')}.",
    ]
    return "\n".join([*lines, ""])


def _machine() -> str:
    processor = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    system = platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
    name = processor[1] if processor else platform.machine()
    return f"{name}, {os.cpu_count()} cores; {system}; Python {platform.python_version()}"


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


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _rule(figures: int) -> str:
    return f"|---|{'---:|' * figures}"
