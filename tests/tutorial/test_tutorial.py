"""The reference's tutorial, step by step: every tool and route against the APIs that it is about."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from naftiko_runtime.app.compiler import compile_text
from naftiko_runtime.app.opening import Options
from naftiko_runtime.app.serve import serving
from naftiko_runtime.plan.surfaces import Refused
from tutorial.expected import ROUTES, TOOLS, Asked
from tutorial.shipyard import Shipyard, open_shipyard
from wire import Upstream

TUTORIAL = Path(__file__).parents[3] / "shared" / "tutorial"
TOKEN = "sk-mcp-YYYYYYYYYYYY"  # that of the tutorial's own secrets
CREATED = 201

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.full,
    pytest.mark.skipif(not TUTORIAL.is_dir(), reason="needs ../shared/tutorial beside the repository"),
]


@pytest.fixture
async def shipyard() -> AsyncIterator[Shipyard]:
    async with Upstream.open() as registry, Upstream.open() as dockyard:
        yield await open_shipyard(registry, dockyard)


@asynccontextmanager
async def step(number: int, shipyard: Shipyard) -> AsyncIterator[dict[str, str]]:
    """Serve a step and yield the addresses of its servers by kind; nothing of it may be refused."""
    path = next(TUTORIAL.glob(f"step-{number}-*.yml"))
    compiled = compile_text(path.read_text(encoding="utf-8"), path.name, path.parent)
    assert compiled.plan is not None, str(compiled.report)
    assert [each for each in compiled.plan.operations() if isinstance(each.body, Refused)] == []
    base_uris = {name: shipyard.base_uris[name] for name in compiled.plan.apis}
    ports = {surface.namespace: 0 for surface in compiled.plan.surfaces}
    options = Options(host="127.0.0.1", ports=ports, base_uris=base_uris)
    async with serving(compiled.plan, {}, options) as running:
        yield {listener.kind: listener.url for listener in running.listeners}


async def called(url: str, asked: Asked, token: str = TOKEN) -> Any:
    """Call a tool as an MCP client of the older revisions does."""
    params = {"name": asked.what, "arguments": asked.given}
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    headers = {
        "Authorization": f"Bearer {token}",
        "Accept": "application/json, text/event-stream",
        "MCP-Protocol-Version": "2025-06-18",
    }
    async with httpx2.AsyncClient() as client:
        answer = await client.post(f"{url}/mcp", json=message, headers=headers)
    assert answer.status_code == 200, answer.text
    result = answer.json()["result"]
    assert not result["isError"], result
    return result["structuredContent"] if isinstance(asked.answer, dict) else text_of(result)


def text_of(result: dict[str, Any]) -> Any:
    return httpx2.Response(200, text=result["content"][0]["text"]).json()


@pytest.mark.parametrize("number", TOOLS)
async def test_every_tool_of_a_step_answers_what_its_mappings_say(number: int, shipyard: Shipyard) -> None:
    async with step(number, shipyard) as urls:
        answers = [await called(urls["MCP"], asked) for asked in TOOLS[number]]
    assert answers == [asked.answer for asked in TOOLS[number]]
    assert sorted(shipyard.lines) == sorted(line for asked in TOOLS[number] for line in asked.calls)


@pytest.mark.parametrize("number", ROUTES)
async def test_every_route_of_a_step_answers_what_its_mappings_say(number: int, shipyard: Shipyard) -> None:
    async with step(number, shipyard) as urls, httpx2.AsyncClient(base_url=urls["REST"]) as client:
        answers = []
        for asked in ROUTES[number]:
            method, target = asked.what.split()
            answer = await client.request(method, target, json=dict(asked.given) or None)
            assert answer.status_code == (CREATED if method == "POST" else 200), answer.text
            answers.append(answer.json())
    assert answers == [asked.answer for asked in ROUTES[number]]
    assert sorted(shipyard.lines) == sorted(line for asked in ROUTES[number] for line in asked.calls)


@pytest.mark.parametrize("number", [number for number in TOOLS if number > 2])
async def test_each_api_gets_its_own_credential_and_no_caller_gets_in_without_one(
    number: int, shipyard: Shipyard
) -> None:
    async with step(number, shipyard) as urls:
        for asked in TOOLS[number]:
            await called(urls["MCP"], asked)
        async with httpx2.AsyncClient() as client:
            refused = await client.post(f"{urls['MCP']}/mcp", json={})
    assert refused.status_code == 401
    assert {seen.header("Authorization") for seen in shipyard.registry.seen} == {"Bearer dummy-token"}
    assert {seen.header("Registry-Version") for seen in shipyard.registry.seen} == {"1.0.0-alpha2"}
    assert {seen.header("X-Dock-Key") for seen in shipyard.dockyard.seen} <= {"dummy-dockyard-key"}
    assert {seen.header("Authorization") for seen in shipyard.dockyard.seen} <= {None}
