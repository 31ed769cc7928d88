"""The collector rests while a command reads files, and works as usual for whatever serves."""

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """\
import gc, sys
from naftiko_runtime.cli import main
main(sys.argv[1:])
print("collects", gc.get_threshold()[0], gc.get_freeze_count() > 0, file=sys.stderr)
"""

FILE = """\
naftiko: 1.0.0-alpha2
info: {label: Ships}
capability:
  consumes:
  - type: http
    namespace: ships
    baseUri: http://127.0.0.1:9
    resources: [{name: ship, path: /ships, operations: [{name: list, method: GET}]}]
  exposes:
  - type: mcp
    namespace: mcp
    transport: stdio
    tools: [{name: list, description: Lists ships, call: ships.list}]
"""


@pytest.mark.parametrize(
    ("command", "said"), [("check", "collects 200000 False"), ("run", "collects 700 True")]
)
def test_a_command_rests_the_collector_until_it_serves(command: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "ships.yaml"
    path.write_text(FILE)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, command, str(path)],
        stdin=subprocess.DEVNULL,  # which ends the server as soon as it serves
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr.splitlines()[-1] == said
