"""``--stdio``: what a client that starts the command gets, on which stream, and how it ends."""

import json
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from process import COMMANDS, STOP_S, Done, environ_of, run_command, running

Command = Callable[..., Done]

FILE = """\
naftiko: 1.0.0-alpha2
capability:
  exposes:
  - type: mcp
    namespace: greeter
    transport: stdio
    tools:
    - {name: greet, description: Greets., outputParameters: [{type: string, value: ahoy}]}
"""
REST = """\
  - type: rest
    namespace: greeter-rest
    port: 8080
    resources:
    - path: /greeting
      operations: [{method: GET, outputParameters: [{type: string, value: ahoy}]}]
"""
HELLO = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
MESSAGES: list[dict[str, Any]] = [
    {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": HELLO},
    {"jsonrpc": "2.0", "method": "notifications/initialized"},
    {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "greet"}},
]
LINES = "".join(f"{json.dumps(message)}\n" for message in MESSAGES)


@pytest.fixture
def greeter(tmp_path: Path) -> Path:
    path = tmp_path / "greeter.yaml"
    path.write_text(FILE, encoding="utf-8")
    return path


def talk(*arguments: str, folder: Path) -> Done:
    """Say all lines, hear the two answers, and only then close standard input."""
    process = subprocess.Popen(
        [COMMANDS / "naftiko", "run", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environ_of(folder),
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(LINES)
    process.stdin.flush()
    heard = process.stdout.readline() + process.stdout.readline()
    out, err = process.communicate(timeout=STOP_S)
    return Done(process.returncode, heard + out, err)


@pytest.mark.parametrize("arguments", [("--stdio",), ()])
def test_answers_alone_are_on_standard_output_and_its_end_ends_the_command(
    greeter: Path, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    done = talk(str(greeter), *arguments, folder=tmp_path)
    first, second = [json.loads(line) for line in done.out.splitlines()]
    assert first["result"]["serverInfo"]["name"] == "greeter"
    assert second == {
        "jsonrpc": "2.0",
        "id": 2,
        "result": {"content": [{"type": "text", "text": "ahoy"}], "isError": False},
    }
    assert done.code == 0
    assert "  MCP   standard input and output    1 tools     greeter\n" in done.err
    assert "  stop by closing standard input\n" in done.err
    assert "mcp greeter.greet: 200 in" in done.err


def test_a_signal_ends_it_while_it_waits_for_its_client(greeter: Path, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [COMMANDS / "naftiko", "run", str(greeter)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environ_of(tmp_path),
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(LINES)
    process.stdin.flush()
    assert process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    assert process.wait(STOP_S) == 0
    process.communicate()


def test_a_server_for_stdio_waits_while_others_are_served(tmp_path: Path) -> None:
    path = tmp_path / "both.yaml"
    path.write_text(FILE + REST, encoding="utf-8")
    with running("naftiko", "run", str(path), "--port", "greeter-rest=0", folder=tmp_path) as run:
        assert f"  waits greeter is for stdio: naftiko run {path} --stdio\n" in run.banner
        run.stop()


def test_a_server_for_stdio_can_be_given_a_port(greeter: Path, tmp_path: Path) -> None:
    text = FILE + REST
    greeter.write_text(text, encoding="utf-8")
    ports = ("--port", "greeter-rest=0", "--port", "greeter=0")
    with running("naftiko", "run", str(greeter), *ports, folder=tmp_path) as run:
        assert "waits" not in run.banner
        assert "  MCP   http://127.0.0.1:" in run.banner
        run.stop()


def test_standard_input_cannot_be_the_file_and_the_client(tmp_path: Path) -> None:
    done = run_command("naftiko", "run", "-", "--stdio", folder=tmp_path, stdin=FILE.encode())
    assert (done.code, done.out) == (1, "")
    assert done.err == "naftiko: standard input is the client's with --stdio: give the file by its path\n"


def test_a_file_without_an_mcp_server_has_nothing_for_stdio(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "rest.yaml"
    path.write_text(FILE.split("  - type")[0] + REST, encoding="utf-8")
    done = command("naftiko", "run", str(path), "--stdio")
    assert (done.code, done.out) == (1, "")
    assert done.err == "naftiko: --stdio serves one MCP server; this file has none\n"


def test_a_child_that_prints_does_not_print_into_the_protocol(tmp_path: Path) -> None:
    script = (
        "import os, sys; from naftiko_runtime.app.stdio import standard_streams\n"
        "with standard_streams() as wire:\n"
        "    print('stray', flush=True); os.write(1, b'child\\n'); wire.outgoing.write(b'answer\\n')\n"
        "print('after')\n"
    )
    done = subprocess.run(
        [COMMANDS / "python", "-c", script], capture_output=True, text=True, check=True, env={**os.environ}
    )
    assert (done.stdout, done.stderr) == ("answer\nafter\n", "stray\nchild\n")
