"""`make bench`: measures every row in turn, round after round, and writes bench/results.md."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

from .contestants import ROWS, Row
from .measure import MANY, Load, Sample, measure
from .profile import write_profile
from .report import Settings, write_results
from .stage import ROOT, BenchError, Stage, open_stage

_FOLDER = ROOT / ".cache" / "bench"


def main() -> int:
    """Measure or profile, as the arguments say."""
    arguments = _arguments()
    rounds, duration_s = (1, 1) if arguments.quick else (arguments.rounds, 3)
    settings = Settings(rounds, duration_s, arguments.answer)
    try:
        with open_stage(_FOLDER) as stage:
            if arguments.profile:
                written = write_profile(stage, settings.answer, say)
            else:
                written = _bench(stage, settings, _FOLDER if arguments.quick else ROOT / "bench")
            say(f"wrote {written.relative_to(ROOT)}")
    except BenchError as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short round, written to .cache/bench")
    parser.add_argument(
        "--rounds", type=int, default=5, metavar="N", help="rounds to take medians of (default: 5)"
    )
    parser.add_argument("--answer", choices=("job", "list"), default="job", help="what the upstream answers")
    parser.add_argument(
        "--profile", action="store_true", help="say where our servers spend their time instead"
    )
    return parser.parse_args()


def _bench(stage: Stage, settings: Settings, folder: Path) -> Path:
    samples: dict[Row, list[Sample]] = {row: [] for row in ROWS}
    busy, began, path = os.getloadavg()[0], time.monotonic(), folder / "results.md"
    for number in range(1, settings.rounds + 1):
        for row in ROWS:
            sample = measure(stage, row, settings.answer, settings.duration_s)
            samples[row].append(sample)
            say(f"round {number} of {settings.rounds}, {row.name}: {_figures(sample)}")
    say(f"measured for {time.monotonic() - began:.0f} s")
    write_results(path, samples, settings, busy)
    print(path.read_text(encoding="utf-8"))
    return path


def _figures(sample: Sample) -> str:
    return f"1 caller {_load(sample.one)}; {MANY} callers {_load(sample.many)}"


def _load(load: Load) -> str:
    return f"{load.requests_per_s:,.0f} req/s, p50 {load.p50_ms:.2f}, p99 {load.p99_ms:.2f} ms"


def say(line: str) -> None:
    print(f"bench: {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
