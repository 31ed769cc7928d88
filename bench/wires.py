"""What callers ask on each wire, and what they must get."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .answers import ANSWERS, reported, shaped
from .stage import KEY

LEGACY, MODERN = "2025-11-25", "2026-07-28"
_TOOL = "get_job"
_ALWAYS = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of a server again and again."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request, and how to tell its right answer from the JSON that came."""

    request: Request
    is_right: Callable[[Any], bool]

    @property
    def face(self) -> str:
        return "mcp" if self.request.path == "/mcp" else "rest"


def get(path: str, answer: object) -> Exchange:
    """Ask with GET for an answer that is known."""
    return Exchange(Request("GET", path), lambda value: bool(value == answer))


def tool_call(version: str, tool: str = _TOOL) -> Exchange:
    """Call a tool for the job; it must come twice: as data and as text."""
    return Exchange(_message(version, "tools/call", {"name": tool, "arguments": {"id": "job"}}), _is_job)


def tools_list(version: str, count: int) -> Exchange:
    """Ask for the list of all tools."""
    return Exchange(_message(version, "tools/list", {}), lambda value: len(value["result"]["tools"]) == count)


def unusual(version: str) -> Request:
    """Write a message that nobody sends often: a method that no server has."""
    return _message(version, "bench/nothing", {})


def _message(version: str, method: str, params: Mapping[str, object]) -> Request:
    headers = {**_ALWAYS, "MCP-Protocol-Version": version}
    if version == MODERN:
        headers["Mcp-Method"] = method
        if "name" in params:
            headers["Mcp-Name"] = str(params["name"])
        params = {**params, "_meta": _META}
    message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    return Request("POST", "/mcp", headers, json.dumps(message).encode())


def _is_job(value: Any) -> bool:  # noqa: ANN401 - any JSON
    result = value["result"]
    told = result.get("structuredContent")
    return not result.get("isError") and told == ANSWERS["job"] == json.loads(result["content"][0]["text"])


_META = {
    "io.modelcontextprotocol/protocolVersion": MODERN,
    "io.modelcontextprotocol/clientInfo": {"name": "bench", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}
_NEW_JOB = {"model": "example-org/instruct-8b", "epochs": 3, "files": ["file-train", "file-check"]}

PASS_THROUGH = get("/v1/jobs/job", ANSWERS["job"])
SHAPED = get("/v1/shaped/rows", shaped())
STEPS = get("/v1/reports/job", reported())
POST = Exchange(
    Request(
        "POST",
        "/v1/projects/example/jobs?notify=yes",
        {"Content-Type": "application/json"},
        json.dumps(_NEW_JOB).encode(),
    ),
    PASS_THROUGH.is_right,
)
DIRECT = Exchange(Request("GET", "/v1/jobs/job", {"Authorization": f"Bearer {KEY}"}), PASS_THROUGH.is_right)
