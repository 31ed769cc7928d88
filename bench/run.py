"""`make bench`: measures every row in turn, round after round, and writes bench/results.md."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from .figures import CPU, Figures, shown
from .profile import write_profile
from .report import Outcome, write_results
from .rows import GROUPS, Group, Row, pick
from .servers import has_option
from .stage import FULL, QUICK, ROOT, BenchError, Stage, open_stage

_FOLDER = ROOT / ".cache" / "bench"


def main() -> int:
    """Measure or profile, as the arguments say."""
    arguments = _arguments()
    groups = pick(arguments.rows)
    try:
        with open_stage(_FOLDER) as stage:
            if arguments.profile:
                say(f"wrote {_told(write_profile(stage, groups, say))}")
                return 0
            outcome = Outcome(QUICK if arguments.quick else FULL, groups, os.getloadavg()[0])
            _bench(stage, outcome, arguments.rounds or (1 if arguments.quick else None))
    except BenchError as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        return 130
    path = (_FOLDER if arguments.quick or arguments.rows else ROOT / "bench") / "results.md"
    write_results(path, outcome)
    print(path.read_text(encoding="utf-8"))
    say(f"wrote {_told(path)}")
    return 1 if outcome.failed else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short round, written to .cache/bench")
    parser.add_argument(
        "--rows",
        type=_names,
        default=(),
        metavar="GROUP,...",
        help=f"only these, written to .cache/bench: {', '.join(group.name for group in GROUPS)}",
    )
    parser.add_argument("--rounds", type=int, metavar="N", help="so many rounds of every group")
    parser.add_argument(
        "--profile", action="store_true", help="say where our servers spend their time instead"
    )
    return parser.parse_args()


def _names(text: str) -> list[str]:
    names, known = text.split(","), [group.name for group in GROUPS]
    if unknown := sorted(set(names).difference(known)):
        raise argparse.ArgumentTypeError(f"{', '.join(unknown)}: there are {', '.join(known)}")
    return names


def _bench(stage: Stage, outcome: Outcome, rounds: int | None) -> None:
    began = time.monotonic()
    for number in range(1, max(rounds or group.rounds for group in outcome.groups) + 1):
        measured: dict[tuple[str, str], Figures] = {}
        outcome.rounds.append(measured)
        for group, row in _turns(outcome.groups, number, rounds):
            where = f"round {number}, {group.name}: {row.name or group.title}"
            if row.needs and not has_option(row.needs):
                outcome.left_out.append(f"{group.name}: {row.name}, as there is no `{row.needs}`")
                say(f"{where}: left out, there is no {row.needs}")
                continue
            try:
                measured[group.name, row.name] = row.measurement.measure(stage, outcome.pace)
            except BenchError as error:
                outcome.failed.append(f"{group.name}: {row.name}: {str(error).splitlines()[0]}")
                say(f"{where}: {error}")
                continue
            say(f"{time.monotonic() - began:4.0f} s, {where}: {_figures(measured[group.name, row.name])}")


def _turns(groups: Sequence[Group], number: int, rounds: int | None) -> Iterator[tuple[Group, Row]]:
    for group in groups:
        if number <= (rounds or group.rounds):
            yield from ((group, row) for row in group.rows)


def _figures(figures: Figures) -> str:
    """Write what to steer by; everything where that is not among it."""
    costs = {name: value for name, value in figures.items() if name.startswith(CPU)} or figures
    return "; ".join(f"{name} {shown(name, value)}" for name, value in costs.items())


def _told(path: Path) -> str:
    return str(path.relative_to(ROOT))


def say(line: str) -> None:
    print(f"bench: {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
