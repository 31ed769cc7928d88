"""Stand-in upstreams: small real servers that behave like the APIs a capability consumes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from . import together_ai
from .sandbox import Sandbox

__all__ = ["DEFAULT_KEY", "SANDBOXES", "Sandbox", "sandbox_for"]

DEFAULT_KEY: Final = "sandbox-key"

SANDBOXES: Final[Mapping[str, Sandbox]] = MappingProxyType({"together-ai": together_ai.SANDBOX})


def sandbox_for(host: str) -> Sandbox | None:
    """Find the stand-in for an upstream's host name; case and a final dot do not matter."""
    name = host.lower().removesuffix(".")
    return next((sandbox for sandbox in SANDBOXES.values() if name in sandbox.hosts), None)
