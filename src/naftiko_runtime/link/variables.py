"""Variables of paths, which authors write in one pair of braces or in two."""

from __future__ import annotations

import re

VARIABLE = re.compile(r"(?<!\{)\{++([^{}]*)\}+")


def without_names(path: str) -> str:
    """Bring paths together that answer to the same requests, whatever their variables are called."""
    return VARIABLE.sub("{}", path)
