"""The one place where the process environment is read."""

from __future__ import annotations

import os
from collections.abc import Mapping
from io import StringIO
from pathlib import Path

from dotenv import dotenv_values

from .failure import Failure


def read_environment(env_file: str | None) -> Mapping[str, str]:
    """Return the environment; what it does not set may come from a file of ``NAME=value`` lines."""
    found = dotenv_values(stream=StringIO(_read(env_file)), interpolate=False) if env_file else {}
    return {**{name: value for name, value in found.items() if value is not None}, **os.environ}


def _read(env_file: str) -> str:
    """Read the file ourselves: python-dotenv takes a missing one for an empty one."""
    try:
        return Path(env_file).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise Failure(f"cannot read --env-file {env_file}: byte {error.start} is not UTF-8") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise Failure(f"cannot read --env-file {env_file}: {reason}") from None
