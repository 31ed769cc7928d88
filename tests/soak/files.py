"""Compiles broken files in a process of its own, until it is told to stop or something is wrong.

Every input follows from the run's seed and its own number, so that the number is all there is to save.
"""

import argparse
import json
import re
import resource
import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random

from soak.mutation import KINDS, mutated
from soak.probe import probe, seeds

LIMIT_S = 2.0
LIMIT_MB = 512
# a guard for the machine, far above what is a failure
ADDRESSES_BYTES = 4 * 1024 * 1024 * 1024
WILD = "".join(
    map(chr, (*range(0x20, 0x7F), 0, 9, 10, 10, 10, 13, 0x85, 0xE9, 0x2028, 0xD800, 0xFEFF, 0x1F6A2))
)


def made(texts: Sequence[str], seed: int, number: int) -> str:
    """Make an input: mostly a file that was broken a few times, sometimes nothing but noise."""
    random = Random(f"{seed}:{number}")  # noqa: S311 - nothing here is secret
    if random.random() < 0.05:
        return "".join(random.choices(WILD, k=random.randint(0, 400)))
    text = random.choice(texts)
    for _ in range(random.choice((1, 1, 1, 2, 2, 3, 5, 8))):
        text = mutated(text, random.choice(KINDS), random.getrandbits(32))
    return text


def main() -> None:
    """Print a line before each input, and one about it after."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=sys.maxsize)
    parser.add_argument("--everything", action="store_true")
    arguments = parser.parse_args()
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (ADDRESSES_BYTES, ADDRESSES_BYTES))
    texts = seeds(everything=arguments.everything)
    for number in range(arguments.first, arguments.first + arguments.count):
        print(json.dumps({"began": number}), flush=True)
        found = probe(made(texts, arguments.seed, number))
        told = {"number": number, "took_s": found.took_s, "has_plan": found.has_plan}
        print(json.dumps({**told, "codes": sorted(found.codes), "peak_mb": peak_mb()}), flush=True)


def peak_mb() -> float:
    """Return the most memory that this process has had at once; macOS counts in bytes.

    Linux lets a new process begin with the peak of the one that started it, but for this line.
    """
    status = Path("/proc/self/status")
    if status.exists():
        found = re.search(r"^VmHWM:\s+([0-9]+) kB$", status.read_text(), re.MULTILINE)
        if found is not None:
            return int(found[1]) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1024 / (1024 if sys.platform == "darwin" else 1)


if __name__ == "__main__":
    main()
