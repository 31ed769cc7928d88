"""`make soak`: broken capability files, for ten minutes or as long as ARGS=--minutes=N says."""

import argparse
import sys
import time

from soak.probe import CORPUS, ROOT
from soak.watch import save, watch

FAILED = ROOT / ".cache" / "soak"
SAY_EVERY_S = 15


def main() -> int:
    """Return 0 when nothing failed."""
    parser = argparse.ArgumentParser(prog="make soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10, metavar="N", help="how long (default: 10)")
    parser.add_argument("--seed", type=int, default=int(time.time()), metavar="N", help="repeats a run")
    arguments = parser.parse_args()
    began, everything = time.monotonic(), CORPUS.is_dir()
    say(f"seed {arguments.seed}, {arguments.minutes:g} min" + (", with real files" if everything else ""))
    said = began
    for figures in watch(arguments.seed, until=began + arguments.minutes * 60, everything=everything):
        if time.monotonic() - said > SAY_EVERY_S:
            said = time.monotonic()
            say(f"{said - began:.0f} s: {figures}")
    say(f"done: {figures}")
    for path in save(figures, arguments.seed, FAILED, everything=everything):
        say(f"failed: {path.relative_to(ROOT)}")
    return 1 if figures.failures else 0


def say(text: str) -> None:
    print(f"soak: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
