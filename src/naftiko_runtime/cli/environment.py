"""The one place where the process environment is read."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values


def read_environment(env_file: str | None) -> Mapping[str, str]:
    """Return the environment; what it does not set may come from a file of ``NAME=value`` lines."""
    found = dotenv_values(Path(env_file), interpolate=False) if env_file else {}
    return {**{name: value for name, value in found.items() if value is not None}, **os.environ}
