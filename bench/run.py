"""`make bench`: measures every row in turn, round after round, and writes bench/results.md."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from .contestants import GROUPS, Row, rows_of
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
                written = write_profile(stage, rows_of(arguments.rows), settings.answer, say)
            else:
                is_whole = not (arguments.quick or arguments.rows)
                written = _bench(
                    stage, settings, rows_of(arguments.rows), ROOT / "bench" if is_whole else _FOLDER
                )
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
        "--rows",
        type=_groups,
        default=(),
        metavar="GROUP,...",
        help=f"only these, written to .cache/bench: {', '.join(GROUPS)}",
    )
    parser.add_argument(
        "--rounds", type=int, default=5, metavar="N", help="rounds to take medians of (default: 5)"
    )
    parser.add_argument("--answer", choices=("job", "list"), default="job", help="what the upstream answers")
    parser.add_argument(
        "--profile", action="store_true", help="say where our servers spend their time instead"
    )
    return parser.parse_args()


def _groups(text: str) -> list[str]:
    groups = text.split(",")
    if unknown := sorted(set(groups).difference(GROUPS)):
        raise argparse.ArgumentTypeError(f"{', '.join(unknown)}: there are {', '.join(GROUPS)}")
    return groups


def _bench(stage: Stage, settings: Settings, rows: Sequence[Row], folder: Path) -> Path:
    samples: dict[Row, list[Sample]] = {row: [] for row in rows}
    busy, began, path = os.getloadavg()[0], time.monotonic(), folder / "results.md"
    for number in range(1, settings.rounds + 1):
        for row in rows:
            sample = measure(stage, row, settings.answer, settings.duration_s)
            samples[row].append(sample)
            say(f"round {number} of {settings.rounds}, {row.name}: {_figures(sample)}")
    say(f"measured for {time.monotonic() - began:.0f} s")
    write_results(path, samples, settings, busy)
    print(path.read_text(encoding="utf-8"))
    return path


def _figures(sample: Sample) -> str:
    loads = f"1 caller {_load(sample.one)}; {MANY} callers {_load(sample.many)}"
    return f"{loads}; {sample.cpu_s_per_10k:.2f} CPU s per 10,000"


def _load(load: Load) -> str:
    return f"{load.requests_per_s:,.0f} req/s, p50 {load.p50_ms:.2f}, p99 {load.p99_ms:.2f} ms"


def say(line: str) -> None:
    print(f"bench: {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
