"""What every test may use: a clean environment, one event loop, a real upstream on a loopback socket."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from wire import Upstream

pytest.register_assert_rewrite("facing")
pytest_plugins = ["canary_rules", "ci_rules", "golden_rules", "lane_rules"]

ROOT = Path(__file__).parents[1]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def _clean_environ(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away what would change how the runtime behaves: its settings, keys and proxies."""
    for name in tuple(os.environ):
        if name.upper().startswith(("NAFTIKO_", "TOGETHER_")) or name.upper().endswith("_PROXY"):
            monkeypatch.delenv(name)


@pytest.fixture
def together() -> Path:
    """Return the user's capability file."""
    return ROOT / "capabilities" / "together-ai-fine-tuning.yaml"


@pytest.fixture
async def upstream() -> AsyncIterator[Upstream]:
    """Serve a raw upstream that records every byte it is sent."""
    async with Upstream.open() as opened:
        yield opened
