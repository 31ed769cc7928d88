"""Clients that nobody here wrote, each in an environment of its own, against the user's file."""

import asyncio
import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from naftiko_sandbox.content import Content
from serving import KEY, Served, compiled, read, served

pytestmark = pytest.mark.full

ROOT = Path(__file__).parents[2]
FLOWS = ROOT / "tests" / "clients"
NODE_MODULES = ROOT / ".cache" / "node" / "node_modules"
ORDER = {"model": "meta-llama/Meta-Llama-3.1-8B-Instruct-Reference", "training_file": "file-train"}


def client_python(name: str) -> str:
    """Return the Python of a client's environment, which ``make test-all`` makes."""
    python = ROOT / ".cache" / "clients" / name / "bin" / "python"
    if not python.exists():
        pytest.skip(f"no environment {name}: run make test-all")
    return str(python)


def node_package(name: str) -> str:
    package = NODE_MODULES / name / "index.mjs"
    if not package.exists() or shutil.which("node") is None:
        pytest.skip(f"no Node package {name}: run make test-all")
    return str(package)


async def run(*command: str, **environ: str) -> str:
    """Run a client and return what it printed."""
    process = await asyncio.create_subprocess_exec(
        *command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, **environ}
    )
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()[-3000:]
    return out.decode()


async def outcome(*command: str) -> dict[str, Any]:
    return dict(json.loads((await run(*command)).splitlines()[-1]))


@pytest.fixture
async def capability(together: Path) -> AsyncIterator[Served]:
    async with served(compiled(read(together))) as running:
        yield running


@pytest.mark.parametrize(("client", "base"), [("together3", ""), ("together2", "/v1")])
async def test_togethers_sdk_finds_no_difference_even_when_strict(
    capability: Served, client: str, base: str
) -> None:
    script = str(FLOWS / "together_flow.py")
    found = await outcome(client_python(client), script, capability.rest + base, capability.sandbox)
    assert found.pop("listed")[-1] is True
    assert found.pop("content") == hashlib_of(3_000_000)
    assert found == {
        "created": "pending",
        "retrieved": "completed",
        "events": 15,
        "checkpoints": 1,
        "metrics": 10,
        "cancelled": "cancel_requested",
        "deleted": True,
        "then": 404,
    }


async def test_togethers_sdk_for_javascript_makes_every_call(capability: Served) -> None:
    script, sdk = str(FLOWS / "together_flow.mjs"), node_package("together-ai")
    found = await outcome("node", script, sdk, f"{capability.rest}/v1", capability.sandbox)
    assert found == {
        "listed": True,
        "retrieved": "completed",
        "events": 15,
        "checkpoints": 1,
        "metrics": 10,
        "limits": ORDER["model"],
        "price": True,
        "bytes": 3_000_000,
        "cancelled": "cancel_requested",
        "deleted": 200,
        "then": 404,
    }


async def completed_job(capability: Served) -> str:
    async with httpx2.AsyncClient(base_url=capability.rest) as rest:
        job = (await rest.post("/v1/fine-tunes", json=ORDER)).json()["id"]
    await capability.sim("advance", id=job, to="completed")
    return str(job)


async def test_togethers_command_resumes_a_download_that_was_cut(capability: Served, tmp_path: Path) -> None:
    together = Path(client_python("together3")).parent / "together"
    job = await completed_job(capability)
    await capability.sim("mode", size=25_000_000)
    await capability.sim("fault", op="download", times=1)
    await capability.sim("fault", op="download", times=1, cut_after=15_000_000)
    settings = {
        "TOGETHER_API_KEY": "of-the-caller",
        "TOGETHER_BASE_URL": capability.rest,
        "TOGETHER_PROJECT_ID": "p",
        "TOGETHER_TELEMETRY_DISABLED": "1",
        "TOGETHER_DISABLE_VERSION_CHECK": "1",
        "XDG_CONFIG_HOME": str(tmp_path),
        "XDG_CACHE_HOME": str(tmp_path),
        "CI": "1",
    }
    target = tmp_path / "model.bin"
    await run(str(together), "ft", "download", job, "-o", str(target), **settings)
    assert target.read_bytes() == Content().read(0, 25_000_000)
    ranges = [
        value
        for entry in await capability.log()
        if entry["operation"] == "download"
        for name, value in entry["headers"]
        if name == "range"
    ]
    assert ranges == ["bytes=0-1", "bytes=10485760-"]


async def test_togethers_sdk_does_not_repeat_a_post_that_timed_out(together: Path) -> None:
    python = client_python("together3")
    async with served(compiled(read(together)), timeout_s=1.0) as capability:
        await capability.sim("fault", op="create", times=5, delay=3)
        code = (
            "import together, sys\n"
            "client = together.Together(api_key='x', base_url=sys.argv[1], timeout=2)\n"
            "try:\n"
            "    client.post('/v1/fine-tunes', body={'model': 'm', 'training_file': 'f'}, cast_to=dict)\n"
            "except together.InternalServerError as error:\n"
            "    print(error.status_code)\n"
        )
        assert (await run(python, "-c", code, capability.rest)).strip() == "504"
        assert [entry["operation"] for entry in await capability.log()] == ["create"]


async def test_the_openapi_document_is_valid_and_every_answer_is_as_described(capability: Served) -> None:
    python = client_python("contract")
    async with httpx2.AsyncClient() as client:
        document = (await client.get(f"{capability.rest}/openapi.json")).text
    code = "import sys, json, openapi_spec_validator as v; v.validate(json.loads(sys.argv[1]))"
    await run(python, "-c", code, document)
    checks = "not_a_server_error,response_schema_conformance,content_type_conformance,status_code_conformance"
    schemathesis = str(Path(python).parent / "st")
    report = await run(
        schemathesis,
        "run",
        f"{capability.rest}/openapi.json",
        "--max-examples=15",
        "--phases=coverage,fuzzing",
        f"--checks={checks}",
    )
    assert "Tested: 12" in report


async def test_the_docs_page_makes_a_call_in_a_browser(capability: Served, tmp_path: Path) -> None:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no chromium: run make test-all as root on Debian")
    playwright, shot = node_package("playwright-core"), tmp_path / "docs.png"
    script = str(FLOWS / "docs_page.mjs")
    found = await outcome("node", script, playwright, chromium, capability.rest, str(shot))
    assert found == {
        "title": "Together APIs — Fine-tuning",
        "operations": 12,
        "status": "200",
        "body": '{\n  "data": []\n}',
        "foreign": [],
        "complaints": [],
    }
    assert shot.stat().st_size > 10_000


@contextmanager
def process(*arguments: str, **environ: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run one of our commands as a process of its own."""
    command = [str(Path(sys.executable).parent / arguments[0]), *arguments[1:]]
    started = subprocess.Popen(command, stderr=subprocess.DEVNULL, env={**os.environ, **environ})
    try:
        yield started
    finally:
        started.terminate()
        started.wait(20)


def free_port() -> int:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return int(bound.getsockname()[1])


async def until_answering(url: str) -> None:
    async with httpx2.AsyncClient() as client:
        for _ in range(300):
            try:
                await client.get(url)
            except httpx2.TransportError:
                await asyncio.sleep(0.1)
            else:
                return
    raise AssertionError(f"{url} does not answer")


def resident_bytes(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads /proc")
async def test_a_download_of_a_gigabyte_takes_no_memory(together: Path) -> None:
    upstream, rest = free_port(), free_port()
    namespace = "together-ai-fine-tuning"
    with (
        process("naftiko", "sandbox", "together-ai", "--port", str(upstream), "--key", KEY),
        process(
            "naftiko-run",
            str(together),
            "--base-uri",
            f"{namespace}=http://127.0.0.1:{upstream}/v1",
            "--port",
            f"{namespace}-rest={rest}",
            "--port",
            f"{namespace}-mcp=0",
            TOGETHER_AI_API_KEY=KEY,
        ) as runtime,
    ):
        capability = Served(f"http://127.0.0.1:{rest}", "", f"http://127.0.0.1:{upstream}/v1")
        await until_answering(capability.sandbox)
        await until_answering(capability.rest)
        job = await completed_job(capability)
        await capability.sim("mode", size=10_000_000)
        await download(capability, job)
        before = resident_bytes(runtime.pid)
        await capability.sim("mode", size=1 << 30)
        assert await download(capability, job) == 1 << 30
        assert resident_bytes(runtime.pid) - before < 20_000_000


async def download(capability: Served, job: str) -> int:
    size = 0
    async with (
        httpx2.AsyncClient(timeout=60) as client,
        client.stream(
            "GET", f"{capability.rest}/v1/finetune/download?ft_id={job}&checkpoint=adapter"
        ) as answer,
    ):
        async for chunk in answer.aiter_raw():
            size += len(chunk)
    return size


def hashlib_of(size: int) -> str:
    return hashlib.sha256(Content().read(0, size)).hexdigest()
