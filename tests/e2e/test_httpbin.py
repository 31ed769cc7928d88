"""Bodies and parameters as httpbin understands them, which nobody here wrote."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from naftiko_runtime.values import Json
from serving import compiled, mcp_client, read, served

pytestmark = pytest.mark.full

ROOT = Path(__file__).parents[2]
CAPABILITY = ROOT / "tests" / "golden" / "bodies" / "capability.yaml"
PYTHON = ROOT / ".cache" / "clients" / "httpbin" / "bin" / "python"

NASTY = 'a"b\\<&>=+%2f{{x}}é🚢'
LINES = "a,b\r\n1,2\n--\r\n--x--\r\n"
FORM = "application/x-www-form-urlencoded"
# a route or tool, what it is given, and what httpbin says that it was sent
CASES: dict[str, tuple[dict[str, Json], str, dict[str, Any]]] = {
    "text-of-json": ({"imo": NASTY, "crew": [NASTY, None, 0]}, "application/json", {
        "json": {"ship": NASTY, "crew": [NASTY, None, 0]},
    }),
    "structure": ({"name": NASTY, "tag": False}, "application/json", {
        "json": {"name": NASTY, "tags": [False, "fixed"]},
    }),
    "form": ({"scope": [NASTY, "", LINES]}, FORM, {
        "form": {"scope": [NASTY, "", LINES], "secret": "s&t"},
    }),
    "parts": ({"title": NASTY, "text": LINES}, "multipart/form-data", {
        "form": {"title": NASTY}, "files": {"file": LINES},
    }),
    "fields": ({"caption": NASTY, "photo": LINES}, "multipart/form-data", {
        "form": {"caption": NASTY}, "files": {"photo": LINES},
    }),
    "text": ({"name": LINES}, "text/plain", {"data": f"Dear {LINES}"}),
}  # fmt: skip


@pytest.fixture(scope="module")
def httpbin() -> Iterator[str]:
    """Serve httpbin from its own environment, which ``make test-all`` makes."""
    if not PYTHON.exists():
        pytest.skip("no environment httpbin: run make test-all")
    script = str(ROOT / "tests" / "clients" / "httpbin_serve.py")
    with subprocess.Popen(
        [PYTHON, script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        process.kill()


@pytest.mark.parametrize("name", CASES)
async def test_httpbin_reads_what_callers_of_both_faces_give(name: str, httpbin: str) -> None:
    given, kind, expected = CASES[name]
    options = {"base_uris": {"shop": f"{httpbin}/anything"}}
    async with served(compiled(read(CAPABILITY)), {"SHOP_SECRET": "s&t"}, **options) as running:
        async with httpx2.AsyncClient(timeout=30) as client:
            by_route = (await client.post(f"{running.rest}/{name}", json=given)).json()
        async with mcp_client(running.mcp) as tools:
            by_tool = (await tools.call_tool(name, given)).structured_content
    for told in (by_route, by_tool):
        assert told is not None
        assert told["headers"]["Content-Type"].partition(";")[0] == kind
        assert {part: told[part] for part in expected} == expected
        assert {part for part in ("form", "files") if told[part]} == expected.keys() & {"form", "files"}
