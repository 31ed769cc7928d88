"""The user's file against the sandbox: every operation, on both faces, as the upstream saw it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx2
import pytest

from serving import KEY, Served, compiled, mcp_client, read, served

MODEL = "meta-llama/Meta-Llama-3.1-8B-Instruct-Reference"
ORDER = {"model": MODEL, "training_file": "file-train"}


@dataclass(frozen=True)
class Case:
    """One operation: how REST and MCP call it, and what must reach the upstream."""

    rest: tuple[str, str]
    tool: str
    arguments: dict[str, Any]
    upstream: tuple[str, str]
    query: str = ""
    body: str = ""


ID = "ft-does/not exist"
ON_WIRE = "ft-does%2Fnot%20exist"
JSON_ORDER = f'{{"model":"{MODEL}","training_file":"file-train"}}'
CASES = [
    Case(
        ("POST", "/v1/fine-tunes"), "create-job", {"body": ORDER}, ("POST", "/v1/fine-tunes"), body=JSON_ORDER
    ),
    Case(("GET", "/v1/fine-tunes"), "list-all-jobs", {}, ("GET", "/v1/fine-tunes")),
    Case(
        ("POST", "/v1/fine-tunes/estimate-price"),
        "estimate-price",
        {"body": ORDER},
        ("POST", "/v1/fine-tunes/estimate-price"),
        body=JSON_ORDER,
    ),
    Case(
        ("GET", "/v1/fine-tunes/models/limits?model_name=meta-llama%2FMeta-Llama-3.1-8B-Instruct-Reference"),
        "get-model-limits",
        {"model_name": MODEL},
        ("GET", "/v1/fine-tunes/models/limits"),
        query="model_name=meta-llama%2FMeta-Llama-3.1-8B-Instruct-Reference",
    ),
    Case(
        ("GET", "/v1/fine-tunes/models/supported"),
        "list-supported-models",
        {},
        ("GET", "/v1/fine-tunes/models/supported"),
    ),
    Case(("GET", f"/v1/fine-tunes/{ON_WIRE}"), "list-job", {"id": ID}, ("GET", f"/v1/fine-tunes/{ON_WIRE}")),
    Case(
        ("DELETE", f"/v1/fine-tunes/{ON_WIRE}?force=false"),
        "delete-fine-tune-job",
        {"id": ID, "force": False},
        ("DELETE", f"/v1/fine-tunes/{ON_WIRE}"),
        query="force=false",
    ),
    Case(
        ("POST", f"/v1/fine-tunes/{ON_WIRE}/cancel"),
        "cancel-job",
        {"id": ID},
        ("POST", f"/v1/fine-tunes/{ON_WIRE}/cancel"),
    ),
    Case(
        ("GET", f"/v1/fine-tunes/{ON_WIRE}/checkpoints"),
        "list-checkpoints",
        {"id": ID},
        ("GET", f"/v1/fine-tunes/{ON_WIRE}/checkpoints"),
    ),
    Case(
        ("GET", f"/v1/fine-tunes/{ON_WIRE}/events"),
        "list-job-events",
        {"id": ID},
        ("GET", f"/v1/fine-tunes/{ON_WIRE}/events"),
    ),
    Case(
        ("GET", f"/v1/fine-tunes/{ON_WIRE}/metrics"),
        "get-metrics",
        {"id": ID, "body": {"global_step_from": 3}},
        ("GET", f"/v1/fine-tunes/{ON_WIRE}/metrics"),
        body='{"global_step_from":3}',
    ),
    Case(
        ("GET", "/v1/finetune/download?ft_id=ft-does%2Fnot%20exist&checkpoint_step=7&checkpoint=adapter"),
        "download-model",
        {"ft_id": ID, "checkpoint_step": 7, "checkpoint": "adapter"},
        ("GET", "/v1/finetune/download"),
        query="ft_id=ft-does%2Fnot%20exist&checkpoint_step=7&checkpoint=adapter",
    ),
]


@pytest.fixture
async def capability(together: Path) -> AsyncIterator[Served]:
    async with served(compiled(read(together))) as running:
        yield running


def assert_arrived(case: Case, entries: list[dict[str, Any]]) -> None:
    """Check that exactly this request reached the upstream, signed by our key and by nothing else."""
    [entry] = entries
    assert (entry["method"], entry["path"], entry["query"]) == (*case.upstream, case.query)
    assert entry["body"] == case.body
    headers = [value for name, value in entry["headers"] if name == "authorization"]
    assert headers == [f"bearer sha256:{sha256(KEY.encode()).hexdigest()}"]


@pytest.mark.parametrize("case", CASES, ids=[case.tool for case in CASES])
async def test_each_route_reaches_its_own_operation(capability: Served, case: Case) -> None:
    method, target = case.rest
    async with httpx2.AsyncClient(headers={"Authorization": "Bearer of-the-caller"}) as client:
        await client.request(method, capability.rest + target, json=case.arguments.get("body"))
    assert_arrived(case, await capability.log())


@pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])
async def test_each_tool_reaches_its_own_operation(capability: Served, mode: str) -> None:
    async with mcp_client(capability.mcp, mode) as client:
        for case in CASES:
            await client.call_tool(case.tool, case.arguments)
            assert_arrived(case, await capability.log())


@pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])
async def test_tools_say_what_they_need_and_what_they_do(capability: Served, mode: str) -> None:
    async with mcp_client(capability.mcp, mode) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert list(tools) == [case.tool for case in CASES]
    cancel = tools["cancel-job"]
    assert cancel.input_schema == {
        "type": "object",
        "properties": {"id": {"type": "string"}},
        "required": ["id"],
        "additionalProperties": False,
    }
    assert tools["create-job"].input_schema["required"] == ["body"]
    annotations = tools["delete-fine-tune-job"].annotations
    assert annotations is not None
    assert (annotations.destructive_hint, annotations.idempotent_hint, annotations.read_only_hint) == (
        True,
        True,
        False,
    )


@pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])
@pytest.mark.parametrize(
    ("tool", "arguments", "named"),
    [
        ("cancel-job", {}, ["id: is required"]),
        ("cancel-job", {"id": ["a"]}, ["id: must be string, not array"]),
        (
            "cancel-job",
            {"idd": "x", "more": 1},
            ["id: is required", "idd: is not an argument", "more: is not"],
        ),
        (
            "download-model",
            {"checkpoint_step": "seven", "checkpoint": {}},
            ["ft_id: is required", "checkpoint_step: must be integer", "checkpoint: must be string"],
        ),
        ("create-job", {"body": [1]}, ["body: must be object, not array"]),
    ],
)
async def test_bad_arguments_come_back_all_at_once_and_reach_nobody(
    capability: Served, mode: str, tool: str, arguments: dict[str, Any], named: list[str]
) -> None:
    async with mcp_client(capability.mcp, mode) as client:
        result = await client.call_tool(tool, arguments)
    assert result.is_error
    [content] = result.content
    assert content.type == "text"
    for words in named:
        assert words in content.text
    assert await capability.log() == []


async def test_a_job_lives_through_both_faces(capability: Served) -> None:
    async with httpx2.AsyncClient(base_url=capability.rest) as rest, mcp_client(capability.mcp) as tools:
        created = (await rest.post("/v1/fine-tunes", json=ORDER)).json()
        seen = await tools.call_tool("list-job", {"id": created["id"]})
        assert seen.structured_content is not None
        assert seen.structured_content["id"] == created["id"]
        cancelled = await tools.call_tool("cancel-job", {"id": created["id"]})
        assert not cancelled.is_error
        listed = (await rest.get("/v1/fine-tunes")).json()
        assert [job["id"] for job in listed["data"]] == [created["id"]]


async def test_timestamps_beyond_53_bits_survive_on_both_faces(capability: Served) -> None:
    async with httpx2.AsyncClient(base_url=capability.rest) as rest, mcp_client(capability.mcp) as tools:
        job = (await rest.post("/v1/fine-tunes", json=ORDER)).json()["id"]
        await capability.sim("advance", id=job, to="completed")
        over_rest = (await rest.get(f"/v1/fine-tunes/{job}/metrics")).json()
        over_mcp = await tools.call_tool("get-metrics", {"id": job})
    stamps = [row["timestamp"] for row in over_rest["metrics"]]
    assert stamps
    assert all(stamp % 2 == 1 and stamp > 2**53 for stamp in stamps)
    assert over_mcp.structured_content == over_rest


async def test_an_upstream_refusal_is_passed_on_over_rest_and_told_over_mcp(capability: Served) -> None:
    async with httpx2.AsyncClient(base_url=capability.rest) as rest, mcp_client(capability.mcp) as tools:
        over_rest = await rest.get("/v1/fine-tunes/ft-none")
        over_mcp = await tools.call_tool("list-job", {"id": "ft-none"})
    assert over_rest.status_code == 404
    message = over_rest.json()["error"]["message"]
    [content] = over_mcp.content
    assert content.type == "text"
    assert over_mcp.is_error
    assert "404" in content.text
    assert message in content.text


async def test_retry_advice_reaches_both_faces(capability: Served) -> None:
    await capability.sim(
        "fault", op="list", times=2, status=429, headers={"retry-after": "70"}, body={"error": {}}
    )
    async with httpx2.AsyncClient(base_url=capability.rest) as rest, mcp_client(capability.mcp) as tools:
        over_rest = await rest.get("/v1/fine-tunes")
        over_mcp = await tools.call_tool("list-all-jobs", {})
    assert (over_rest.status_code, over_rest.headers["retry-after"]) == (429, "70")
    [content] = over_mcp.content
    assert content.type == "text"
    assert "70 s" in content.text


async def test_a_small_model_comes_as_a_resource_and_a_large_one_by_its_address(capability: Served) -> None:
    async with httpx2.AsyncClient(base_url=capability.rest) as rest, mcp_client(capability.mcp) as tools:
        job = (await rest.post("/v1/fine-tunes", json=ORDER)).json()["id"]
        await capability.sim("advance", id=job, to="completed")
        await capability.sim("mode", size=1000)
        small = await tools.call_tool("download-model", {"ft_id": job, "checkpoint": "adapter"})
        await capability.sim("mode", size=5_000_000)
        large = await tools.call_tool("download-model", {"ft_id": job, "checkpoint": "adapter"})
        said, link = large.content
        assert said.type == "text"
        assert link.type == "resource_link"
        assert str(link.uri) in said.text
        streamed = await rest.get(str(link.uri))
    assert small.content[0].type == "resource"
    assert len(streamed.content) == 5_000_000
