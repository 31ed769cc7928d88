import subprocess
import sys

import pytest

from naftiko_sandbox import DEFAULT_KEY, SANDBOXES, sandbox_for


def test_the_table_holds_the_fine_tuning_api() -> None:
    sandbox = SANDBOXES["together-ai"]
    assert (sandbox.name, sandbox.base_path) == ("together-ai", "/v1")
    assert sandbox.hosts == ("api.together.ai", "api.together.xyz")
    assert callable(sandbox.build(DEFAULT_KEY, 0))


@pytest.mark.parametrize(
    "host", ["api.together.ai", "API.Together.AI", "api.together.xyz", "api.together.ai."]
)
def test_a_host_is_found_in_any_spelling(host: str) -> None:
    assert sandbox_for(host) is SANDBOXES["together-ai"]


@pytest.mark.parametrize("host", ["", "together.ai", "api.together.ai.example"])
def test_a_host_that_only_looks_alike_is_not_found(host: str) -> None:
    assert sandbox_for(host) is None


def test_a_sandbox_without_a_key_is_not_built() -> None:
    with pytest.raises(ValueError, match="needs a key"):
        SANDBOXES["together-ai"].build("", 0)


def test_a_job_cannot_last_less_than_no_time() -> None:
    with pytest.raises(ValueError, match="less than no time"):
        SANDBOXES["together-ai"].build(DEFAULT_KEY, -1)


def test_importing_it_loads_neither_the_runtime_nor_anything_heavy() -> None:
    program = "import sys, naftiko_sandbox; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    loaded = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    ).stdout.split()
    assert set(loaded) & {"naftiko_runtime", "mcp", "pydantic", "aiohttp", "uvicorn", "yaml"} == set()
