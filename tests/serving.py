"""Serves a capability in this process, on free ports, for tests that drive it from outside."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx2
from mcp import Client

from naftiko_runtime.app.compiler import compile_text
from naftiko_runtime.app.opening import Options
from naftiko_runtime.app.serve import serving
from naftiko_runtime.plan.explain import Plan

KEY = "key-of-the-test"


@dataclass(frozen=True)
class Served:
    """The addresses of a capability that is being served."""

    rest: str
    mcp: str
    base_uri: str

    @property
    def sandbox(self) -> str:
        return self.base_uri.removesuffix("/v1")

    async def log(self) -> list[dict[str, Any]]:
        """Take what the sandbox has recorded since the last time."""
        async with httpx2.AsyncClient() as client:
            answer = await client.get(f"{self.sandbox}/__sim__/log")
        return list(answer.json()["requests"])

    async def sim(self, switch: str, **fields: object) -> None:
        """Turn one of the sandbox's switches."""
        async with httpx2.AsyncClient() as client:
            answer = await client.post(f"{self.sandbox}/__sim__/{switch}", json=fields)
        assert answer.status_code == 200, answer.text


def compiled(text: str) -> Plan:
    """Compile a text that has no errors."""
    result = compile_text(text, "capability.yaml")
    assert result.plan is not None, str(result.report)
    return result.plan


@asynccontextmanager
async def served(
    plan: Plan, environ: Mapping[str, str] | None = None, **options: Any
) -> AsyncIterator[Served]:
    """Serve a plan on free ports; without base URIs of its own it plays against the sandbox."""
    ports = {surface.namespace: 0 for surface in plan.surfaces}
    chosen = replace(Options(ports=ports, sandbox="base_uris" not in options), **options)
    known = {"TOGETHER_AI_API_KEY": KEY} if environ is None else environ
    async with serving(plan, known, chosen) as running:
        by_kind = {listener.kind: listener.url for listener in running.listeners}
        base_uri = next(iter(running.base_uris.values()), "")
        yield Served(by_kind.get("REST", ""), by_kind.get("MCP", ""), base_uri)


@asynccontextmanager
async def mcp_client(url: str, mode: str = "auto") -> AsyncIterator[Client]:
    """Connect the SDK's client; ``legacy`` shakes hands first, ``2026-07-28`` does not."""
    async with Client(f"{url}/mcp", mode=mode) as client:
        yield client


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")
