"""What is exposed on both sides does the same on both: one request upstream, one value, one kind of error."""

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx2
import pytest
from mcp import Client, types

from naftiko_runtime.plan.explain import Plan
from naftiko_runtime.plan.surfaces import McpSurface, McpTool, PassThrough, RestRoute, RestSurface
from serving import Served, compiled, read, served

pytestmark = pytest.mark.anyio

ORDER = {"model": "meta-llama/Meta-Llama-3.1-8B-Instruct-Reference", "training_file": "file-train"}
HOLE = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True)
class Pair:
    """One consumed operation, exposed twice."""

    route: RestRoute
    tool: McpTool


def pairs_of(plan: Plan) -> Iterator[Pair]:
    """Bring routes and tools together that make the same call."""
    tools = {
        tool.operation.body.call.name: tool
        for surface in plan.surfaces
        if isinstance(surface, McpSurface)
        for tool in surface.tools
        if isinstance(tool.operation.body, PassThrough)
    }
    for surface in plan.surfaces:
        for route in surface.routes if isinstance(surface, RestSurface) else ():
            if isinstance(route.operation.body, PassThrough):
                yield Pair(route, tools[route.operation.body.call.name])


@dataclass
class Both:
    """A capability that is served, with a client on each side."""

    plan: Plan
    capability: Served
    rest: httpx2.AsyncClient
    mcp: Client

    async def ask_rest(self, pair: Pair, given: dict[str, Any]) -> httpx2.Response:
        places = {item.argument: item for item in pair.route.inputs}
        path = HOLE.sub(lambda hole: quote(str(given.get(hole[1], "-")), safe=""), pair.route.path)
        query = {name: value for name, value in given.items() if places[name].place == "query"}
        body = next((given[name] for name in given if places[name].place == "body"), None)
        sent = {"json": body} if body is not None else {}
        return await self.rest.request(pair.route.method, path, params=query, **sent)

    async def ask_mcp(self, pair: Pair, given: dict[str, Any]) -> types.CallToolResult:
        return await self.mcp.call_tool(pair.tool.name, given)

    async def heard(self) -> list[tuple[Any, ...]]:
        """Take what the upstream was asked, without what names a connection."""
        return [
            tuple(str(entry.get(name)) for name in ("operation", "method", "path", "query", "body"))
            for entry in await self.capability.log()
        ]


@pytest.fixture
async def both(together: Path) -> AsyncIterator[Both]:
    plan = compiled(read(together))
    async with (
        served(plan) as capability,
        httpx2.AsyncClient(base_url=capability.rest) as rest,
        Client(f"{capability.mcp}/mcp") as mcp,
    ):
        yield Both(plan, capability, rest, mcp)


def arguments_of(pair: Pair, job: str) -> dict[str, Any]:
    """Make an argument for every input that both sides have."""
    made: dict[str, Any] = {}
    for param in pair.tool.operation.contract.params:
        if pair.route.method == "GET" and param.name == "body":
            continue
        values = {"integer": 1, "number": 1.5, "boolean": True, "object": ORDER, "array": [], None: ORDER}
        made[param.name] = values.get(param.kind, job)
        if param.name == "model_name":
            made[param.name] = ORDER["model"]
        elif "checkpoint" in param.name:
            del made[param.name]
    return made


async def test_there_are_as_many_pairs_as_operations(both: Both) -> None:
    assert len({pair.tool.name for pair in pairs_of(both.plan)}) == 12


async def test_the_same_arguments_give_the_same_request_and_the_same_value(both: Both) -> None:
    job = (await both.rest.post("/v1/fine-tunes", json=ORDER)).json()["id"]
    await both.capability.sim("advance", id=job, to="completed")
    await both.heard()
    for pair in pairs_of(both.plan):
        if pair.route.method != "GET" or "download" in pair.tool.name:
            continue
        given = arguments_of(pair, job)
        over_rest = await both.ask_rest(pair, given)
        first = await both.heard()
        over_mcp = await both.ask_mcp(pair, given)
        assert await both.heard() == first, pair.tool.name
        value = over_rest.json()
        shown = value if isinstance(value, dict) else {"result": value}
        assert (over_rest.status_code, over_mcp.is_error) == (200, False), (pair.tool.name, over_rest.text)
        assert over_mcp.structured_content == shown, pair.tool.name


async def test_what_changes_something_is_sent_alike(both: Both) -> None:
    for pair in pairs_of(both.plan):
        if pair.route.method == "GET":
            continue
        asked = []
        for ask in (both.ask_rest, both.ask_mcp):
            job = (await both.rest.post("/v1/fine-tunes", json=ORDER)).json()["id"]
            await both.heard()
            await ask(pair, arguments_of(pair, job))
            asked.append([tuple(part.replace(job, "JOB") for part in entry) for entry in await both.heard()])
        assert asked[0] == asked[1] != [], pair.tool.name


async def test_what_the_upstream_refuses_is_one_kind_of_error(both: Both) -> None:
    for pair in pairs_of(both.plan):
        if "{" not in pair.route.path:
            continue
        given = arguments_of(pair, "ft-unknown")
        over_rest, over_mcp = await both.ask_rest(pair, given), await both.ask_mcp(pair, given)
        assert over_mcp.is_error, pair.tool.name
        assert over_mcp.meta is not None
        assert over_mcp.meta["io.naftiko/error"]["status"] == over_rest.status_code, pair.tool.name


async def test_an_argument_of_the_wrong_kind_is_one_kind_of_error_and_reaches_nobody(both: Both) -> None:
    await both.heard()
    bad = [
        (pair, param.name)
        for pair in pairs_of(both.plan)
        for param in pair.tool.operation.contract.params
        if param.kind == "integer"
    ]
    assert bad
    for pair, name in bad:
        given = {**arguments_of(pair, "ft-1"), name: "many"}
        over_rest, over_mcp = await both.ask_rest(pair, given), await both.ask_mcp(pair, given)
        assert over_mcp.meta is not None
        found = over_mcp.meta["io.naftiko/error"]
        assert (over_rest.status_code, found["status"]) == (400, 400), pair.tool.name
        assert over_rest.json()["code"] == found["code"]
    assert await both.heard() == []
