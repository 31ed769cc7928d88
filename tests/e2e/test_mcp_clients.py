"""MCP clients that nobody here wrote list and call all tools of the user's file and of the tutorial's."""

import json
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from process import COMMANDS, Running, environ_of, running

pytestmark = [pytest.mark.full, pytest.mark.timeout(180)]

ROOT = Path(__file__).parents[2]
FLOWS = ROOT / "tests" / "clients"
NODE_MODULES = ROOT / ".cache" / "node" / "node_modules"
NODE = NODE_MODULES / "node" / "bin" / "node"
INSPECTOR = NODE_MODULES / ".bin" / "mcp-inspector"
BRIDGE = NODE_MODULES / "mcp-remote" / "dist" / "proxy.js"
TOGETHER = ROOT / "capabilities" / "together-ai-fine-tuning.yaml"
TUTORIAL = ROOT / "docs" / "tutorial"

ORDER = {"model": "meta-llama/Meta-Llama-3.1-8B-Instruct-Reference", "training_file": "file-train"}
JOB = {"id": "$id"}
CALLS: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("create-job", {"body": ORDER}),
    ("list-all-jobs", {}),
    ("estimate-price", {"body": ORDER}),
    ("get-model-limits", {"model_name": ORDER["model"]}),
    ("list-supported-models", {}),
    ("list-job", JOB),
    ("list-checkpoints", JOB),
    ("list-job-events", JOB),
    ("get-metrics", JOB),
    ("download-model", {"ft_id": "$id"}),
    ("cancel-job", JOB),
    ("delete-fine-tune-job", JOB),
)
REFUSED = {"download-model", "delete-fine-tune-job"}  # the job has just begun, and is then being cancelled
VOYAGE = {"shipImo": "IMO-1", "crewIds": ["C-1"]}
LESSONS: Mapping[str, tuple[tuple[str, Mapping[str, Any]], ...]] = {
    "1-mock.yaml": (("get-ship", {"imo": "IMO-1"}),),
    "2-call.yaml": (("list-ships", {}), ("get-ship", {"imo": "IMO-1"})),
    "5-write.yaml": (("create-voyage", VOYAGE),),
    "6-steps.yaml": (("ship-with-crew", {"imo": "IMO-1"}),),
}
TOOLS_IN_ALL = len(CALLS) + sum(len(calls) for calls in LESSONS.values())


@dataclass(frozen=True)
class Client:
    """A client, the environment it lives in (none: Node's), and what its flow is called."""

    shown: str
    flow: str
    home: str | None = None
    over: tuple[str, ...] = ("HTTP", "stdio")

    def command(self, targets: Sequence[Mapping[str, Any]]) -> list[str]:
        if self.home is None:
            return [str(NODE), str(FLOWS / "mcp_flow.mjs"), str(NODE_MODULES), self.flow, json.dumps(targets)]
        python = COMMANDS if self.home == "dev" else ROOT / ".cache" / "clients" / self.home / "bin"
        return [str(python / "python"), str(FLOWS / f"{self.flow}_flow.py"), json.dumps(targets)]

    def at(self, url: str) -> str | list[str]:
        """Say where a server is; the bridge is a program that stands between."""
        bridge = [str(NODE), str(BRIDGE), url, "--allow-http", "--transport", "http-only"]
        return bridge if self.shown == "mcp-remote" else url


CLIENTS = (
    Client("@modelcontextprotocol/sdk", "sdk"),
    Client("@modelcontextprotocol/client", "client"),
    Client("mcp-remote", "sdk", over=("HTTP",)),
    Client("mcp 1", "mcp1", "mcp1"),
    Client("mcp 2", "mcp2", "dev"),
    Client("fastmcp", "fastmcp", "fastmcp"),
    Client("langchain-mcp-adapters", "langchain", "mcp1"),
)


@dataclass(frozen=True)
class Place:
    """A file that is served over HTTP; ``command`` serves it over stdio."""

    url: str
    command: list[str]
    calls: Sequence[tuple[str, Mapping[str, Any]]]

    def target(self, client: Client, over: str) -> dict[str, Any]:
        return {"at": self.command if over == "stdio" else client.at(self.url), "calls": self.calls}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not BRIDGE.exists() or not all(
        (ROOT / ".cache" / "clients" / name).exists() for name in ("mcp1", "fastmcp")
    ):
        pytest.skip("needs Node packages and clients: make test-all")
    return tmp_path_factory.mktemp("run")


@pytest.fixture(scope="module")
def places(folder: Path) -> Iterator[list[Place]]:
    with ExitStack() as stack:
        start = partial(_start, stack, folder)
        registry = start(TUTORIAL / "registry.yaml", "--port", "registry=0").address("REST")
        found = [_place(start, TOGETHER, CALLS, "--sandbox")]
        for name, calls in LESSONS.items():
            more = () if name == "1-mock.yaml" else ("--base-uri", f"registry={registry}")
            found.append(_place(start, TUTORIAL / name, calls, *more))
        yield found


def _start(stack: ExitStack, folder: Path, file: Path, *options: str) -> Running:
    return stack.enter_context(
        running("naftiko", "run", str(file), *options, folder=folder, extra={"REGISTRY_TOKEN": "any"})
    )


def _place(start: Any, file: Path, calls: Any, *options: str) -> Place:
    text = file.read_text(encoding="utf-8")
    servers = {name for name in re.findall(r"namespace: ([\w-]+)", text) if name.endswith(("-mcp", "-rest"))}
    ports = [option for name in sorted(servers) for option in ("--port", f"{name}=0")]
    run = start(file, *options, *ports)
    command = [str(COMMANDS / "naftiko"), "run", str(file), "--stdio", *options]
    return Place(f"{run.address('MCP')}/mcp", command, calls)


def run(command: Sequence[str], folder: Path) -> subprocess.CompletedProcess[str]:
    environ = environ_of(folder, {"REGISTRY_TOKEN": "any"})
    path = f"{NODE.parent}:{environ.get('PATH', '')}"
    return subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=100, env={**environ, "PATH": path}
    )


@pytest.mark.parametrize(
    ("client", "over"),
    [(client, over) for client in CLIENTS for over in client.over],
    ids=lambda value: value.shown if isinstance(value, Client) else value,
)
def test_a_client_lists_and_calls_all_tools(
    client: Client, over: str, places: list[Place], folder: Path
) -> None:
    visited = places if over == "HTTP" else [places[0], places[-1]]  # a process of its own for each
    done = run(client.command([place.target(client, over) for place in visited]), folder)
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert [sorted(each["tools"]) for each in found] == [
        sorted(name for name, _ in place.calls) for place in visited
    ]
    errors = [{name for name, is_error in each["errors"].items() if is_error} for each in found]
    assert errors == [REFUSED, *[set()] * (len(visited) - 1)]


@pytest.mark.parametrize("era", ["legacy", "auto", "modern"])
@pytest.mark.parametrize("over", ["HTTP", "stdio"])
def test_the_inspector_has_nothing_to_say_against_any_tool(
    era: str, over: str, places: list[Place], folder: Path
) -> None:
    for place in (places[0], places[-1]) if over == "HTTP" else places[-1:]:
        listed = inspected(place, over, era, folder, "--method", "tools/list", "--strict")
        assert (listed.returncode, "Suggestion:" in listed.stderr) == (0, False), listed.stderr
        assert {tool["name"] for tool in _result(listed)["tools"]} == {name for name, _ in place.calls}
    called = inspected(places[-1], over, era, folder, *_call(*places[-1].calls[0]))
    assert _result(called)["structuredContent"]["ship"] == {"name": "Aurora"}


def test_the_inspector_calls_all_tools(places: list[Place], folder: Path) -> None:
    """Each call is a process, so they are made in one way only, and two at a time."""
    created = inspected(places[0], "HTTP", "auto", folder, *_call(*CALLS[0]))
    job = _result(created)["structuredContent"]["id"]
    calls = [
        (place, name, json.loads(json.dumps(given).replace("$id", job)))
        for place in places
        for name, given in place.calls
        if name != "create-job"
    ]
    with ThreadPoolExecutor(2) as pool:
        ends = pool.map(lambda one: inspected(one[0], "HTTP", "auto", folder, *_call(*one[1:])), calls)
        codes = {name: end.returncode for (_, name, _), end in zip(calls, ends, strict=True)}
    assert codes == {name: 5 if name in REFUSED else 0 for _, name, _ in calls}


def _call(name: str, arguments: Mapping[str, Any]) -> tuple[str, ...]:
    return ("--method", "tools/call", "--tool-name", name, "--tool-args-json", json.dumps(arguments))


def inspected(
    place: Place, over: str, era: str, folder: Path, *asked: str
) -> subprocess.CompletedProcess[str]:
    options = ("--protocol-era", era, *asked, "--format", "json")
    target = (place.url, *options) if over == "HTTP" else (*options, "--", *place.command)
    return run([str(INSPECTOR), "--cli", *target], folder)


def _result(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert done.stdout, done.stderr
    found = json.loads(done.stdout)
    return dict(found.get("result", found))
