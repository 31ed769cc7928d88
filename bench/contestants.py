"""Who is measured, on which wire, and what each must answer."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from .stage import ROOT, Stage, nginx

Command: TypeAlias = Callable[[Stage, int], list[str]]

OURS = "naftiko-run"
OUR_SCRIPTS = Path(sys.executable).parent
RIVALS_PYTHON = ROOT / ".cache" / "clients" / "bench" / "bin" / "python"
_TOOL = "get_job"
_LEGACY, _MODERN = "2025-11-25", "2026-07-28"


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of a server again and again."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Wire:
    """How callers speak: writes the request for an id, and reads the job out of an answer's JSON.

    ``group`` is the word with which a run picks its rows.
    """

    group: str
    name: str
    request: Callable[[str], Request]
    read: Callable[[Any], object]


@dataclass(frozen=True, slots=True)
class Row:
    """One server on one wire."""

    wire: Wire
    server: str
    command: Command

    @property
    def name(self) -> str:
        return f"{self.wire.name}, {self.server}"


def _get(job: str) -> Request:
    return Request("GET", f"/v1/jobs/{job}")


def _legacy_call(job: str) -> Request:
    return _call({"name": _TOOL, "arguments": {"id": job}}, {"MCP-Protocol-Version": _LEGACY})


def _modern_call(job: str) -> Request:
    meta = {
        "io.modelcontextprotocol/protocolVersion": _MODERN,
        "io.modelcontextprotocol/clientInfo": {"name": "bench", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    headers = {"MCP-Protocol-Version": _MODERN, "Mcp-Method": "tools/call", "Mcp-Name": _TOOL}
    return _call({"name": _TOOL, "arguments": {"id": job}, "_meta": meta}, headers)


def _call(params: Mapping[str, object], headers: Mapping[str, str]) -> Request:
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    always = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    return Request("POST", "/mcp", {**always, **headers}, json.dumps(message).encode())


def _whole(answer: Any) -> object:  # noqa: ANN401 - any JSON
    return answer


def _result(answer: Any) -> object:  # noqa: ANN401 - any JSON
    """Take the job out of a tool result, if it is there twice: as data and as text."""
    result = answer["result"]
    if result.get("isError") or json.loads(result["content"][0]["text"]) != result["structuredContent"]:
        return answer
    return result["structuredContent"]


def _ours(face: str) -> Command:
    def command(stage: Stage, port: int) -> list[str]:
        ports = {"rest": 0, "mcp": 0, face: port}
        options = [part for name, number in ports.items() for part in ("--port", f"jobs-{name}={number}")]
        server = [str(OUR_SCRIPTS / "naftiko-run"), str(ROOT / "bench" / "capability.yml")]
        return [*server, "--log-level", "warning", "--base-uri", f"jobs={stage.upstream}/v1", *options]

    return command


def _rival(script: str) -> Command:
    def command(stage: Stage, port: int) -> list[str]:
        return [str(RIVALS_PYTHON), str(ROOT / "bench" / "rivals" / script), str(port), stage.upstream]

    return command


def _nginx(stage: Stage, port: int) -> list[str]:
    return nginx(stage, "proxy.conf", port)


REST = Wire("rest", "REST", _get, _whole)
LEGACY = Wire("mcp", f"MCP {_LEGACY}", _legacy_call, _result)
MODERN = Wire("mcp", f"MCP {_MODERN}", _modern_call, _result)

ROWS = (
    Row(REST, OURS, _ours("rest")),
    Row(REST, "proxy by hand", _rival("proxy.py")),
    Row(REST, "nginx", _nginx),
    Row(LEGACY, OURS, _ours("mcp")),
    Row(LEGACY, "SDK by hand", _rival("sdk.py")),
    Row(LEGACY, "FastMCP", _rival("openapi.py")),
    Row(LEGACY, "raw floor", _rival("raw.py")),
    Row(MODERN, OURS, _ours("mcp")),
    Row(MODERN, "SDK by hand", _rival("sdk.py")),
    Row(MODERN, "FastMCP", _rival("openapi.py")),
    Row(MODERN, "raw floor", _rival("raw.py")),
)
GROUPS = tuple(dict.fromkeys(row.wire.group for row in ROWS))


def rows_of(groups: Collection[str]) -> tuple[Row, ...]:
    """Pick the rows of some groups, or all."""
    return tuple(row for row in ROWS if not groups or row.wire.group in groups)
