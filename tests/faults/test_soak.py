"""A short soak, and that it would notice what it looks for."""

from dataclasses import replace
from pathlib import Path
from random import Random

from soak.calls.callers import Tally
from soak.calls.flaky import FAULTS, Flaky
from soak.calls.record import record
from soak.calls.run import Load, Outcome, soak
from soak.calls.vitals import Vitals

RESTING = Vitals(100, 30)


def outcome(**changes: object) -> Outcome:
    tally = Tally(good={"GET 1", "POST 1"}, failed={"GET 2", "POST 2"})
    upstream = Flaky(Random(1), 0.05)  # noqa: S311 - it is not asked
    upstream.arrived.update({"GET 1": 3, "POST 1": 1, "GET 2": 3, "POST 2": 1})
    upstream.answered.update({"GET 1": 1, "POST 1": 1})
    whole = Outcome(Load(600), tally, upstream, RESTING, RESTING, RESTING)
    return replace(whole, **changes)  # type: ignore[arg-type]


def test_what_is_lost_doubled_or_leaked_is_noticed() -> None:
    assert list(outcome().complaints()) == []
    assert list(outcome(end=Vitals(121, 30)).complaints()) == ["memory grew by 21%"]
    assert list(outcome(end=Vitals(100, 47)).complaints()) == [
        "47 descriptors are open, 30 were at the start"
    ]
    doubled = outcome()
    doubled.upstream.arrived.update({"POST 2": 1, "GET 1": 1, "GET 9": 1})
    doubled.upstream.answered.update({"POST 1": 1, "POST 2": 1})
    doubled.tally.wrong.append("rest read 5: no answer")
    assert sorted(doubled.complaints()) == [
        "GET 1: arrived 4 times",
        "GET 9: arrived, and no caller got an answer",
        "POST 1: a good answer, but 2 were given",
        "POST 2: a good answer was given and lost",
        "POST 2: arrived 2 times",
        "rest read 5: no answer",
    ]


def test_the_figures_replace_those_of_the_last_run_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "results.md"
    path.write_text("# Results\n\n## Soak\n\nstale\n\n## REST\n\nkept\n", encoding="utf-8")
    record(path, outcome())
    record(path, outcome())
    text = path.read_text(encoding="utf-8")
    assert text.startswith(
        "# Results\n\n## REST\n\nkept\n\n## Soak\n\n`make soak`: 200 callers of REST and MCP"
    )
    assert "| POSTs that it saw, of these more than once | 2, 0 |" in text
    assert (text.count("## Soak"), "stale" in text) == (1, False)


async def test_a_few_seconds_of_faults_lose_and_double_nothing(tmp_path: Path) -> None:
    load = Load(3, callers=20, share=0.3, pause_s=0.02, rest_s=0)
    found = await soak(load, tmp_path, lambda said: None)
    # what a process takes that does not rest yet says nothing
    rested = replace(found, end=found.start, warm=found.start)
    assert list(rested.complaints()) == []
    assert set(found.upstream.faults) == {*FAULTS, "slow"}
    assert found.tally.calls > 100
