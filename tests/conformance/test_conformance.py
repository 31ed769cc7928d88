"""Runs the conformance suite of the Model Context Protocol against a capability, served as users serve it."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from process import running

ROOT = Path(__file__).parents[2]
FOLDER = Path(__file__).parent
KNOWN = FOLDER / "known.json"  # scenarios that still fail; one that begins to pass has to be taken out
NODE_MODULES = ROOT / ".cache" / "node" / "node_modules"
NODE = NODE_MODULES / "node" / "bin" / "node"
LEGS = {
    "0.1 all": ("conformance-0.1", "--suite", "all"),
    "2025-11-25": ("conformance-0.2", "--requirements", "2025-11-25"),
    "2026-07-28": ("conformance-0.2", "--requirements", "2026-07-28"),
}

pytestmark = pytest.mark.full


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if not NODE.exists():
        pytest.skip("needs Node packages: make conformance")
    with running(
        "naftiko", "run", str(FOLDER / "capability.yaml"), folder=tmp_path_factory.mktemp("run")
    ) as run:
        yield f"{run.address('MCP')}/mcp"


@pytest.mark.parametrize("leg", LEGS)
def test_all_scored_scenarios_pass_but_those_that_are_known(
    leg: str, url: str, tmp_path: Path, update_golden: bool
) -> None:
    package, *choice = LEGS[leg]
    suite = NODE_MODULES / package / "dist" / "index.js"
    done = subprocess.run(
        [NODE, suite, "server", "--url", url, *choice, "-o", tmp_path],
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
    )
    known = json.loads(KNOWN.read_text(encoding="utf-8"))
    if update_golden:
        known[leg] = _failing(done.stdout)
        KNOWN.write_text(json.dumps(known, indent=2) + "\n", encoding="utf-8")
    assert _failing(done.stdout) == known[leg], done.stdout


def _failing(printed: str) -> list[str]:
    """List the scenarios that failed and count; the suite says below the total which ones do not."""
    summary, _, rest = printed.partition("=== SUMMARY ===")[2].partition("\nTotal:")
    uncounted = set(re.findall(r"[✓✗] (\S+) \(", rest))
    assert "✓" in summary
    return [name for name in re.findall(r"✗ (\S+):", summary) if name not in uncounted]
