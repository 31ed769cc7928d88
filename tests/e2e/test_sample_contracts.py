"""Thirty public capability files over a made-up upstream: every answer is as their OpenAPI document says."""

import asyncio
import itertools
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from naftiko_runtime.app.compiler import compile_text
from naftiko_runtime.plan.explain import Plan
from naftiko_runtime.plan.surfaces import Refused, RestSurface, Surface
from serving import served
from wire import Respond, Seen, Upstream, answer

pytestmark = [pytest.mark.full, pytest.mark.timeout(300)]

ROOT = Path(__file__).parents[2]
POOL = ROOT.parent / "shared" / "corpus"
SAMPLE = 30
CHECKS = "not_a_server_error,response_schema_conformance,content_type_conformance,status_code_conformance"
# what an upstream may say: objects, lists, scalars, nothing, errors, other formats
ANSWERS: tuple[Respond, ...] = (
    answer(b'{"id": 1, "name": "a", "items": [{"id": 2, "nested": {"x": null}}]}'),
    answer(b'[{"id": 1}, {"id": 2}]'),
    answer(b"", "204 No Content", content_length="0"),
    answer(b'"text"'),
    answer(b'{"error": {"message": "no"}}', "404 Not Found"),
    answer(b"<html>no</html>", "400 Bad Request", content_type="text/html"),
    answer(b'{"id": 12345678901234567890123}', "201 Created"),
)


def plans() -> Iterator[tuple[str, Plan]]:
    """Compile the pool and keep what has a REST server with routes that are served."""
    for path in sorted(POOL.rglob("*.y*ml")):
        plan = compile_text(path.read_text(encoding="utf-8", errors="replace"), path.name).plan
        if plan is not None and any(_is_served(surface) for surface in plan.surfaces):
            yield path.name, plan


def _is_served(surface: Surface) -> bool:
    routes = surface.routes if isinstance(surface, RestSurface) else ()
    return any(not isinstance(route.operation.body, Refused) for route in routes)


@pytest.fixture(scope="module")
def sample() -> list[tuple[str, Plan]]:
    """Take files at equal distances, so that many authors are among them."""
    if not POOL.is_dir():
        pytest.skip("the pool of public files is not beside this checkout")
    found = list(plans())
    step = max(1, len(found) // SAMPLE)
    return found[::step][:SAMPLE]


async def test_answers_of_public_files_are_as_described(
    sample: list[tuple[str, Plan]], upstream: Upstream
) -> None:
    schemathesis = ROOT / ".cache" / "clients" / "contract" / "bin" / "st"
    if not schemathesis.exists():
        pytest.skip("no environment contract: run make test-all")
    turn = itertools.cycle(ANSWERS)

    async def respond(seen: Seen, writer: asyncio.StreamWriter) -> None:
        await next(turn)(seen, writer)

    upstream.respond = respond
    assert len(sample) == SAMPLE
    for name, plan in sample:
        report = await contract_report(plan, upstream.url, str(schemathesis))
        assert report is None, f"{name}\n{report}"


async def contract_report(plan: Plan, upstream_url: str, schemathesis: str) -> str | None:
    """Check one file's document and answers; returns the report when something is not as described."""
    environ = {bind.source: "a-key" for bind in plan.binds}
    async with served(plan, environ, base_uris=dict.fromkeys(plan.apis, upstream_url)) as running:
        url = f"{running.rest}/openapi.json"
        async with httpx2.AsyncClient() as client:
            document = (await client.get(url)).json()
        operations = [operation for item in document["paths"].values() for operation in item.values()]
        ids = [operation["operationId"] for operation in operations]
        assert len(ids) == len(set(ids)), json.dumps(ids)
        # a refused operation answers 501, as it is described
        refused = [operation["operationId"] for operation in operations if "501" in operation["responses"]]
        process = await asyncio.create_subprocess_exec(
            schemathesis,
            "run",
            url,
            "--max-examples=3",
            "--phases=fuzzing",
            f"--checks={CHECKS}",
            "--suppress-health-check=all",
            *(f"--exclude-operation-id={name}" for name in refused),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        out, _ = await process.communicate()
        return None if process.returncode == 0 else out.decode()[-6000:]
