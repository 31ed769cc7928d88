"""Serves a capability in a process of its own, lets callers at it, and reckons up on both sides."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import aiohttp

from process import Running, running
from soak.calls.callers import CAPABILITY, Caller, Tally
from soak.calls.flaky import Flaky
from soak.calls.vitals import Vitals

GROWTH = 0.20
ATTEMPTS = 3
_LOOKS = 20
_KEPT = 16  # what may be open in a process that rests


@dataclass(frozen=True)
class Load:
    """How much is asked for how long; ``share`` of the requests meet a fault."""

    seconds: float
    callers: int = 200
    share: float = 0.05
    pause_s: float = 1.5
    rest_s: float = 6  # kept connections are closed after 4 s
    seed: int = 1


@dataclass(frozen=True)
class Outcome:
    """What a run came to; ``warm`` is the process when a fifth of the time was over."""

    load: Load
    tally: Tally
    upstream: Flaky
    start: Vitals
    warm: Vitals
    end: Vitals

    @property
    def growth(self) -> float:
        return self.end.rss_mb / self.warm.rss_mb - 1

    def complaints(self) -> Iterator[str]:
        """Say everything that is lost, doubled, wrong or leaked."""
        yield from self.tally.wrong
        for key in self.tally.good | self.tally.failed:
            yield from self._about(key)
        for key in self.upstream.arrived.keys() - (self.tally.good | self.tally.failed):
            yield f"{key}: arrived, and no caller got an answer"
        if self.growth >= GROWTH:
            yield f"memory grew by {self.growth:.0%}"
        if self.end.descriptors > self.start.descriptors + _KEPT:
            yield f"{self.end.descriptors} descriptors are open, {self.start.descriptors} were at the start"

    def _about(self, key: str) -> Iterator[str]:
        arrived, answered = self.upstream.arrived[key], self.upstream.answered[key]
        most = 1 if key.startswith("POST") else ATTEMPTS
        if arrived > most:
            yield f"{key}: arrived {arrived} times"
        if key in self.tally.good and answered != 1:
            yield f"{key}: a good answer, but {answered} were given"
        if key in self.tally.failed and answered:
            yield f"{key}: a good answer was given and lost"


async def soak(load: Load, folder: Path, say: Callable[[str], None]) -> Outcome:
    """Run the load against ``naftiko-run`` in a process of its own."""
    file = folder / "capability.yaml"
    file.write_text(CAPABILITY, encoding="utf-8")
    async with Flaky(Random(load.seed), load.share).open() as upstream:  # noqa: S311 - it only has to vary
        words = ("--port", "soak-rest=0", "--port", "soak-mcp=0", "--log-level", "error")
        base = ("--base-uri", f"things={upstream.url}")
        with running("naftiko-run", str(file), *words, *base, folder=folder) as served:
            return await _under(load, upstream, served, say)


async def _under(load: Load, upstream: Flaky, served: Running, say: Callable[[str], None]) -> Outcome:
    tally, pid, loop = Tally(), served.process.pid, asyncio.get_running_loop()
    start, looks = Vitals.of(pid), [Vitals.of(pid)]
    until = loop.time() + load.seconds
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        rest, mcp = served.address("REST"), served.address("MCP")
        callers = [
            Caller(number, rest, mcp, session, Random(f"{load.seed} {number}"), tally)  # noqa: S311 - as above
            for number in range(load.callers)
        ]
        asking = asyncio.gather(*(caller.ask(until, load.pause_s) for caller in callers))
        for number in range(_LOOKS):
            await asyncio.wait([asking], timeout=load.seconds / _LOOKS)
            looks.append(Vitals.of(pid))
            now = looks[-1]
            said = f"{tally.calls} calls, {now.rss_mb:.0f} MB, {now.descriptors} descriptors"
            say(f"{number + 1}/{_LOOKS}: {said}")
        await asking
    await asyncio.sleep(load.rest_s)
    return Outcome(load, tally, upstream, start, looks[1 + _LOOKS // 5], Vitals.of(pid))
