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

from hosts import FILE, PATH, URL, configured
from process import COMMANDS, Running, environ_of, running

pytestmark = [pytest.mark.full, pytest.mark.timeout(180)]

ROOT = Path(__file__).parents[2]
FLOWS = ROOT / "tests" / "clients"
NODE_MODULES = ROOT / ".cache" / "node" / "node_modules"
NODE = NODE_MODULES / "node" / "bin" / "node"
BRIDGE = NODE_MODULES / "mcp-remote" / "dist" / "proxy.js"
TUTORIAL = ROOT / "docs" / "tutorial"

NAMESPACE = "together-ai-fine-tuning"
ENVIRON = {"REGISTRY_TOKEN": "any", "TOGETHER_AI_API_KEY": "sandbox-key"}
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

    @property
    def starts_anew(self) -> bool:
        """Tell whether each call over stdio is to a server of its own."""
        return self.home is None and self.flow in ERAS

    def command(self, targets: Sequence[Mapping[str, Any]]) -> list[str]:
        if self.home is None:
            return [str(NODE), str(FLOWS / "mcp_flow.mjs"), str(NODE_MODULES), self.flow, json.dumps(targets)]
        python = COMMANDS if self.home == "dev" else ROOT / ".cache" / "clients" / self.home / "bin"
        return [str(python / "python"), str(FLOWS / f"{self.flow}_flow.py"), json.dumps(targets)]

    def at(self, url: str) -> str | list[str]:
        """Say where a server is; the bridge is a program that stands between."""
        bridge = [str(NODE), str(BRIDGE), url, "--allow-http", "--transport", "http-only"]
        return bridge if self.shown == "mcp-remote" else url


ERAS = ("legacy", "auto", "modern")
CLIENTS = (
    *(Client(f"@modelcontextprotocol/inspector {era}", era) for era in ERAS),
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
    """A file that is served over HTTP; ``command`` serves it over stdio, ``again`` with a shared upstream."""

    url: str
    command: list[str]
    again: list[str]
    calls: Sequence[tuple[str, Mapping[str, Any]]]

    def target(self, client: Client, over: str) -> dict[str, Any]:
        if over == "HTTP":
            return {"at": client.at(self.url), "calls": self.calls}
        return {"at": self.again if client.starts_anew else self.command, "calls": self.calls}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not BRIDGE.exists() or not all(
        (ROOT / ".cache" / "clients" / name).exists() for name in ("mcp1", "fastmcp")
    ):
        pytest.skip("needs Node packages and clients: make test-all")
    return tmp_path_factory.mktemp("run")


@pytest.fixture(scope="module")
def places(folder: Path) -> Iterator[list[Place]]:
    with ExitStack() as stack, ThreadPoolExecutor(2) as pool:
        start = partial(_start, stack, folder)
        registry = start("run", str(TUTORIAL / "registry.yaml"), "--port", "registry=0").address("REST")
        # jobs run for so long that none ends while a slow client visits
        played = start("sandbox", "together-ai", "--port", "0", "--job-seconds", "3600", last_words="__sim__")
        shared = played.banner.split(" sandbox on ")[1].split(",")[0]
        files = [(FILE, CALLS, f"{NAMESPACE}={shared}")]
        files += [(TUTORIAL / name, calls, f"registry={registry}") for name, calls in LESSONS.items()]
        yield [*pool.map(lambda each: _place(start, *each), files)]


def _start(stack: ExitStack, folder: Path, *words: str, **more: str) -> Running:
    return stack.enter_context(running("naftiko", *words, folder=folder, extra=ENVIRON, **more))


def _place(start: Any, file: Path, calls: Any, base_uri: str) -> Place:
    text = file.read_text(encoding="utf-8")
    servers = {name for name in re.findall(r"namespace: ([\w-]+)", text) if name.endswith(("-mcp", "-rest"))}
    ports = [option for name in sorted(servers) for option in ("--port", f"{name}=0")]
    command = [str(COMMANDS / "naftiko"), "run", str(file), "--stdio"]
    again = () if file.name == "1-mock.yaml" else ("--base-uri", base_uri)
    more = ("--sandbox",) if file == FILE else again
    url = f"{start('run', str(file), *more, *ports).address('MCP')}/mcp"
    return Place(url, [*command, *more], [*command, *again], calls)


def run(command: Sequence[str], folder: Path) -> subprocess.CompletedProcess[str]:
    environ = environ_of(folder, ENVIRON)
    path = f"{NODE.parent}:{environ.get('PATH', '')}"
    return subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=170, env={**environ, "PATH": path}
    )


@pytest.mark.parametrize(
    ("client", "over"),
    [(client, over) for client in CLIENTS for over in client.over],
    ids=lambda value: value.shown if isinstance(value, Client) else value,
)
def test_a_client_lists_and_calls_all_tools(
    client: Client, over: str, places: list[Place], folder: Path
) -> None:
    done = run(client.command([place.target(client, over) for place in places]), folder)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "Suggestion:" not in done.stderr  # the inspector would mend a schema
    found = json.loads(done.stdout.splitlines()[-1])
    assert [sorted(each["tools"]) for each in found] == [
        sorted(name for name, _ in place.calls) for place in places
    ]
    assert [[*each["errors"]] for each in found] == [[name for name, _ in place.calls] for place in places]
    errors = [{name for name, is_error in each["errors"].items() if is_error} for each in found]
    assert errors == [REFUSED, *[set()] * len(LESSONS)]


def test_every_configuration_that_the_page_shows_reaches_the_server(
    places: list[Place], folder: Path
) -> None:
    """The page says where the server is found, and what stands in for a key; both are made real here."""
    served = places[0]
    real = {"naftiko": [str(COMMANDS / "naftiko")], "npx": [str(NODE)], "mcp-remote": [str(BRIDGE)], "-y": []}
    real |= {URL: [served.url], PATH: [str(FILE), "--sandbox"]}
    shown = configured((ROOT / "docs" / "clients.md").read_text(encoding="utf-8"))
    words = [[each["url"]] if "url" in each else [each["command"], *each["args"]] for each in shown]
    started = [[part for word in each for part in real.get(word, [word])] for each in words]
    different = {tuple(each) for each in started}
    targets = [{"at": each[0] if len(each) == 1 else each, "calls": CALLS[1:2]} for each in different]
    done = run(next(client for client in CLIENTS if client.flow == "mcp2").command(targets), folder)
    assert done.returncode == 0, done.stderr[-3000:]
    expected = {"tools": [name for name, _ in CALLS], "errors": {"list-all-jobs": False}}
    found = json.loads(done.stdout.splitlines()[-1])
    assert [{**each, "tools": sorted(each["tools"])} for each in found] == [
        {**expected, "tools": sorted(expected["tools"])}
    ] * len(different)
    assert len(different) == 3
