"""MCP clients for Node, over HTTP and over stdio, against the user's file."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from process import COMMANDS, environ_of, running

pytestmark = pytest.mark.full

ROOT = Path(__file__).parents[2]
NODE_MODULES = ROOT / ".cache" / "node" / "node_modules"
NODE = NODE_MODULES / "node" / "bin" / "node"
INSPECTOR = NODE_MODULES / ".bin" / "mcp-inspector"
MCP = "together-ai-fine-tuning-mcp"
TOOLS = [
    *("create-job", "list-all-jobs", "estimate-price", "get-model-limits", "list-supported-models"),
    *("list-job", "delete-fine-tune-job", "cancel-job", "list-checkpoints", "list-job-events"),
    *("get-metrics", "download-model"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not NODE.exists():
        pytest.skip("needs Node packages: make test-all")
    return tmp_path_factory.mktemp("run")


@pytest.fixture(scope="module")
def url(folder: Path) -> Iterator[str]:
    file = str(ROOT / "capabilities" / "together-ai-fine-tuning.yaml")
    ports = ("--port", f"{MCP}=0", "--port", "together-ai-fine-tuning-rest=0")
    with running("naftiko", "run", file, "--sandbox", *ports, folder=folder) as run:
        yield next(
            f"{line.split()[1]}/mcp" for line in run.banner.splitlines() if line.startswith("  MCP   http")
        )


@pytest.fixture(params=["http", "stdio"])
def target(request: pytest.FixtureRequest, url: str, together: Path) -> list[str]:
    command = [str(COMMANDS / "naftiko"), "run", str(together), "--sandbox", "--stdio"]
    return [url] if request.param == "http" else command


def node(*command: object, folder: Path) -> subprocess.CompletedProcess[str]:
    environ = environ_of(folder)
    path = f"{NODE.parent}:{environ.get('PATH', '')}"
    return subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
        env={**environ, "PATH": path},
    )


@pytest.mark.parametrize("line", ["sdk", "client"])
def test_the_sdks_for_typescript_list_and_call_all_tools(line: str, target: list[str], folder: Path) -> None:
    done = node(NODE, ROOT / "tests" / "clients" / "mcp_flow.mjs", NODE_MODULES, line, *target, folder=folder)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == {
        "tools": TOOLS,
        "created": "pending",
        "errors": [False] * 9,
        "missing": True,
        "unknown": -32602,
    }


@pytest.mark.parametrize("era", ["legacy", "auto", "modern"])
def test_the_inspector_has_nothing_to_say_against_any_tool(era: str, target: list[str], folder: Path) -> None:
    listed = inspected(target, era, folder, "--method", "tools/list", "--strict", "--format", "json")
    assert (listed.returncode, "Suggestion:" in listed.stderr) == (0, False), listed.stderr
    assert [tool["name"] for tool in _result(listed)["tools"]] == TOOLS
    call = ("--method", "tools/call", "--tool-name", "list-supported-models", "--format", "json")
    called = inspected(target, era, folder, *call)
    assert called.returncode == 0, called.stderr
    assert _result(called)["structuredContent"]["models"]


def inspected(target: list[str], era: str, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    if target[0].startswith("http"):
        return node(INSPECTOR, "--cli", *target, "--protocol-era", era, *arguments, folder=folder)
    return node(INSPECTOR, "--cli", "--protocol-era", era, *arguments, "--", *target, folder=folder)


def _result(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    found = json.loads(done.stdout)
    return dict(found.get("result", found))
