"""`make soak`: broken files for the compiler, and many callers over an upstream that fails.

Each for ten minutes, or as long as ARGS=--minutes=N says; ARGS=files or ARGS=calls runs one of the two.
"""

import argparse
import asyncio
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from soak.calls.record import record
from soak.calls.run import Load, soak
from soak.probe import CORPUS, ROOT
from soak.watch import save, watch

FAILED = ROOT / ".cache" / "soak"
RESULTS = ROOT / "bench" / "results.md"
SAY_EVERY_S = 15
SHOWN = 20
PARTS = ("files", "calls")


def main() -> int:
    """Return 0 when nothing failed."""
    parser = argparse.ArgumentParser(prog="make soak", description=__doc__)
    parser.add_argument("part", nargs="?", choices=PARTS, help="run this one alone")
    parser.add_argument("--minutes", type=float, default=10, metavar="N", help="how long each (default: 10)")
    parser.add_argument("--seed", type=int, default=int(time.time()), metavar="N", help="repeats a run")
    arguments = parser.parse_args()
    run = {"files": soak_files, "calls": soak_calls}
    parts = (arguments.part,) if arguments.part else PARTS
    return max(run[part](arguments.minutes, arguments.seed) for part in parts)


def soak_files(minutes: float, seed: int) -> int:
    """Feed the compiler broken capability files."""
    began, everything = time.monotonic(), CORPUS.is_dir()
    say(f"files: seed {seed}, {minutes:g} min" + (", with real files" if everything else ""))
    said = began
    for figures in watch(seed, until=began + minutes * 60, everything=everything):
        if time.monotonic() - said > SAY_EVERY_S:
            said = time.monotonic()
            say(f"{said - began:.0f} s: {figures}")
    say(f"done: {figures}")
    for path in save(figures, seed, FAILED, everything=everything):
        say(f"failed: {path.relative_to(ROOT)}")
    return 1 if figures.failures else 0


def soak_calls(minutes: float, seed: int) -> int:
    """Let callers at a server whose upstream fails; the figures of a whole run go into bench/results.md."""
    load = Load(minutes * 60, seed=seed)
    say(f"calls: seed {seed}, {minutes:g} min, {load.callers} callers")
    with TemporaryDirectory(prefix="naftiko-soak-") as folder:
        outcome = asyncio.run(soak(load, Path(folder), say))
    complaints = list(outcome.complaints())
    for complaint in complaints[:SHOWN]:
        say(f"failed: {complaint}")
    say(f"done: {outcome.tally.calls} calls, {len(complaints)} complaints, memory {outcome.growth:+.0%}")
    if minutes >= 10:
        record(RESULTS, outcome)
        say(f"wrote {RESULTS.relative_to(ROOT)}")
    return 1 if complaints else 0


def say(text: str) -> None:
    print(f"soak: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
