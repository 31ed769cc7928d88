"""A stand-in for Together AI's fine-tuning API, with jobs that live and files that can be downloaded."""

from __future__ import annotations

import time
from typing import Final

from starlette.types import ASGIApp

from ..sandbox import Sandbox
from .app import build_app

__all__ = ["SANDBOX", "build"]


def build(key: str, job_seconds: float) -> ASGIApp:
    return build_app(key, job_seconds, time.time_ns)


SANDBOX: Final = Sandbox(
    name="together-ai",
    title="Together AI fine-tuning",
    hosts=("api.together.ai", "api.together.xyz"),
    base_path="/v1",
    build=build,
)
