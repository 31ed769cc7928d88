"""Writes what a run came to into bench/results.md, beside what `make bench` measured."""

import re
from pathlib import Path

from soak.calls.run import Outcome

_SECTION = re.compile(r"(?ms)^## Soak\n.*?(?=^## |\Z)")


def record(path: Path, outcome: Outcome) -> None:
    """Replace the section about the soak."""
    text = path.read_text(encoding="utf-8") if path.exists() else "# Results\n"
    section = "\n".join(_lines(outcome)) + "\n"
    path.write_text(_SECTION.sub("", text).rstrip("\n") + "\n\n" + section, encoding="utf-8")


def _lines(outcome: Outcome) -> list[str]:
    load, tally, upstream = outcome.load, outcome.tally, outcome.upstream
    complaints = list(outcome.complaints())
    posts = sum(key.startswith("POST") for key in upstream.arrived)
    twice = sum(count > 1 for key, count in upstream.arrived.items() if key.startswith("POST"))
    faults = sum(count for kind, count in upstream.faults.items() if kind != "slow")
    ways = len(set(upstream.faults) - {"slow"})
    memory = f"{outcome.warm.rss_mb:.0f} MB, {outcome.end.rss_mb:.0f} MB"
    return [
        "## Soak",
        "",
        f"`make soak`: {load.callers} callers of REST and MCP for {load.seconds / 60:g} minutes, over an"
        f" upstream that fails {load.share:.0%} of the requests in {ways} ways.",
        "",
        "| | |",
        "|---|---:|",
        f"| calls | {tally.calls:,} |",
        f"| good answers | {len(tally.good):,} |",
        f"| failures that callers were told | {len(tally.failed):,} |",
        f"| requests that the upstream saw | {upstream.arrived.total():,} |",
        f"| faults among them | {faults:,} |",
        f"| POSTs that it saw, of these more than once | {posts:,}, {twice} |",
        f"| answers lost, doubled, wrong or missing | {len(complaints)} |",
        f"| memory after a fifth of the time, at the end | {memory} |",
        f"| descriptors at the start, at the end | {outcome.start.descriptors}, {outcome.end.descriptors} |",
    ]
