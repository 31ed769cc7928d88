"""Which heavy libraries a command imports: those that it uses, so that it starts quickly and stays small."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

import httpx2
import pytest

from process import environ_of

# what takes more than a few milliseconds to import, or more than a few hundred KB
HEAVY = (
    *("aiohttp", "anyio", "asyncio", "concurrent.futures", "cryptography", "http.client", "httpx2"),
    *("jsonschema_rs", "markdown_it", "multiprocessing", "naftiko_sandbox", "pydantic"),
    *("selectolax", "starlette", "urllib.request", "uvicorn", "uvloop", "yaml"),
)
READS = {"pydantic", "yaml", "jsonschema_rs"}
CALLS = READS | {"aiohttp", "asyncio", "concurrent.futures", "uvloop"}
SERVES = CALLS | {"anyio", "http.client", "multiprocessing", "starlette", "urllib.request", "uvicorn"}
OF_AIOHTTP = {"http.client", "urllib.request"}

PROGRAM = """\
import sys
from naftiko_runtime.cli import main
try:
    main(sys.argv[1:])
except SystemExit:
    pass
print(*sys.modules, file=sys.stderr)
"""

FILE = """\
naftiko: 1.0.0-alpha2
info: {label: Ships}
capability:
  consumes:
  - type: http
    namespace: ships
    baseUri: http://127.0.0.1:9
    resources:
    - name: ship
      path: /ships
      operations: [{name: list, method: GET, outputRawFormat: FORMAT}]
  exposes:
  - type: rest
    namespace: rest
    port: 8080
    resources: [{path: /ships, operations: [{method: GET, call: ships.list}]}]
"""


@pytest.fixture(autouse=True)
def unmeasured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Measure no coverage in what is started here, which would import libraries for that."""
    monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)


@pytest.fixture
def file(tmp_path: Path) -> str:
    """Write a file that a REST server passes JSON of."""
    return written(tmp_path, "json")


def written(folder: Path, answers: str) -> str:
    path = folder / "ships.yaml"
    path.write_text(FILE.replace("FORMAT", answers))
    return str(path)


def imported(*arguments: str) -> set[str]:
    """Run a command to its end, and say what it has imported of what is heavy."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments], capture_output=True, text=True, check=True
    )
    return set(HEAVY) & set(done.stderr.splitlines()[-1].split())


@pytest.mark.parametrize("words", [("--version",), ("--help",), ("run", "--help"), ("explain", "L001")])
def test_who_only_wants_to_read_waits_for_nothing(words: tuple[str, ...]) -> None:
    assert imported(*words) == set()


def test_a_health_check_imports_what_calls_a_server() -> None:
    assert imported("run", "--healthcheck") == {"http.client"}


@pytest.mark.parametrize("command", ["check", "plan"])
def test_reading_a_file_imports_what_reads_files(command: str, file: str) -> None:
    assert imported(command, file) == READS


@pytest.mark.parametrize("answers", ["xml", "csv", "yaml"])
def test_a_format_of_the_standard_library_needs_no_other(answers: str, tmp_path: Path) -> None:
    assert imported("check", written(tmp_path, answers)) == READS


@pytest.mark.parametrize(("answers", "library"), [("html", "selectolax"), ("markdown", "markdown_it")])
def test_a_format_with_a_library_imports_that_alone(answers: str, library: str, tmp_path: Path) -> None:
    assert imported("check", written(tmp_path, answers)) == READS | {library}


def test_the_schema_needs_no_parser_of_files() -> None:
    assert imported("schema") <= {"pydantic", "yaml"}


def test_a_call_imports_no_server(file: str) -> None:
    assert imported("call", file, "GET /ships", "--retries", "0") == CALLS | OF_AIOHTTP


MCP_FILE = """\
naftiko: 1.0.0-alpha2
info: {label: Ships}
capability:
  exposes:
  - type: mcp
    namespace: mcp
    port: 9090
    tools:
    - {name: hail, description: Hails., outputParameters: [{type: string, value: ahoy}]}
"""
HELLO = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}}
USUAL: tuple[tuple[str, Mapping[str, object]], ...] = (
    ("initialize", HELLO),
    ("tools/list", {}),
    ("tools/call", {"name": "hail", "arguments": {}}),
    ("ping", {}),
)


def listed(process: subprocess.Popen[str]) -> Iterator[str]:
    """Name the modules that a process imports until it says that it listens."""
    assert process.stderr is not None
    for line in process.stderr:
        if "stop with Ctrl+C" in line:
            return
        if line.startswith("import time:"):
            yield line.rpartition("|")[2].strip()
    raise AssertionError("it never listened")


def test_a_rest_server_imports_what_serves_and_calls(file: str, tmp_path: Path) -> None:
    program = "import sys; from naftiko_runtime.cli import main; main(sys.argv[1:])"
    command = [sys.executable, "-X", "importtime", "-c", program, "run", file, "--port", "rest=0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environ_of(tmp_path)) as process:
        try:
            found = set(listed(process))
        finally:
            process.terminate()
            process.communicate()
    assert {"aiohttp", "uvicorn"} <= found
    assert found & {"mcp", "naftiko_runtime.runtime.tls", *HEAVY} <= SERVES


@pytest.mark.parametrize(
    ("messages", "needs_sdk"), [(USUAL, False), ((*USUAL, ("logging/setLevel", {})), True)]
)
def test_an_mcp_server_imports_the_sdk_when_a_message_needs_it(
    messages: tuple[tuple[str, Mapping[str, object]], ...], needs_sdk: bool, tmp_path: Path
) -> None:
    path, url_of = tmp_path / "ships.yaml", re.compile(r"MCP +(http://\S+)")
    path.write_text(MCP_FILE)
    program = "import sys; from naftiko_runtime.cli import main; main(sys.argv[1:])"
    command = [sys.executable, "-X", "importtime", "-c", program, "run", str(path), "--port", "mcp=0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environ_of(tmp_path)) as process:
        try:
            assert process.stderr is not None
            said = until(process.stderr, "stop with Ctrl+C")
            found = url_of.search(said)
            assert found is not None, said
            for method, params in messages:
                message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
                assert httpx2.post(f"{found[1]}/mcp", json=message, timeout=20).status_code == 200
        finally:
            process.terminate()
            said += process.communicate()[1]
    assert ("| mcp.server\n" in re.sub(r"\| +", "| ", said)) is needs_sdk


@pytest.mark.parametrize(("messages", "needs_sdk"), [(USUAL, False), ((*USUAL, ("nothing/atAll", {})), True)])
def test_over_lines_the_sdk_is_imported_when_a_message_needs_it(
    messages: tuple[tuple[str, Mapping[str, object]], ...], needs_sdk: bool, tmp_path: Path
) -> None:
    path = tmp_path / "ships.yaml"
    path.write_text(MCP_FILE)
    program = "import sys; from naftiko_runtime.cli import main; main(sys.argv[1:])"
    command = [sys.executable, "-X", "importtime", "-c", program, "run", str(path), "--stdio"]
    greeted = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    asked = [{"jsonrpc": "2.0", "id": 1, "method": method, "params": params} for method, params in messages]
    pipe, environ = subprocess.PIPE, environ_of(tmp_path)
    with (
        (tmp_path / "imported").open("w+") as log,
        subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=log, text=True, env=environ) as process,
    ):
        assert process.stdin is not None
        assert process.stdout is not None
        for each in (asked[0], greeted, *asked[1:]):
            process.stdin.write(f"{json.dumps(each)}\n")
        process.stdin.flush()
        heard = [json.loads(process.stdout.readline()) for _ in asked]
        process.communicate()
        log.seek(0)
        said = log.read()
    assert len(heard) == len(asked)
    assert ("| mcp.server\n" in re.sub(r"\| +", "| ", said)) is needs_sdk


def until(lines: IO[str], last: str) -> str:
    read = []
    for line in lines:
        read.append(line)
        if last in line:
            return "".join(read)
    raise AssertionError("".join(read))
