"""The tutorial does what it says: its files are served, its curl lines called, their answers compared."""

import json
import re
import shlex
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest

from naftiko_runtime.app.compiler import compile, compile_text
from naftiko_runtime.app.opening import Options
from naftiko_runtime.app.serve import serving

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)
REGISTRY = ROOT / "docs" / "tutorial" / "registry.yaml"


def steps() -> Iterator[tuple[Path, list[tuple[str, str]]]]:
    """List the files that the tutorial serves, each with its curl lines and what they print."""
    for block in BLOCK.findall((ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")):
        lines = block.splitlines()
        file = next(line.split()[-1] for line in lines if line.startswith("$ naftiko-run"))
        asked = [(line, lines[at + 1]) for at, line in enumerate(lines) if line.startswith("$ curl")]
        yield ROOT / file, asked


STEPS = [(path, asked) for path, asked in steps() if asked]


@asynccontextmanager
async def served(path: Path, base_uri: str | None = None) -> AsyncIterator[str]:
    """Serve a file on free ports and yield the address of its REST server."""
    plan = compile(path)
    ports = {surface.namespace: 0 for surface in plan.surfaces}
    base_uris = {"registry": base_uri} if base_uri and "registry" in plan.apis else {}
    async with serving(plan, {"REGISTRY_TOKEN": "any"}, Options(ports=ports, base_uris=base_uris)) as running:
        yield next(listener.url for listener in running.listeners if listener.kind == "REST")


async def curl(line: str, base: str) -> object:
    words = shlex.split(line)[2:]
    target = urlsplit(words[0]).path
    async with httpx2.AsyncClient(base_url=base) as client:
        if "-d" in words:
            return (await client.post(target, content=words[words.index("-d") + 1])).json()
        return (await client.get(target)).json()


@pytest.mark.parametrize(("path", "asked"), STEPS, ids=[path.stem for path, _ in STEPS])
async def test_a_step_answers_what_the_tutorial_shows(path: Path, asked: list[tuple[str, str]]) -> None:
    async with served(REGISTRY) as registry, served(path, registry) as base:
        for line, shown in asked:
            assert await curl(line, base) == json.loads(shown)


def test_every_file_of_the_tutorial_is_used_and_nothing_is_to_be_said_about_it() -> None:
    files = set((ROOT / "docs" / "tutorial").glob("*.yaml"))
    assert {path for path, _ in steps()} == files
    said = [compile_text(path.read_text(encoding="utf-8"), path.name).report for path in sorted(files)]
    assert [str(report) for report in said if report.items] == []
