"""Functions that a path may end with, as in ``$.rows.length()``; of what they do not apply to, nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..values import Json


def _length(value: Json) -> Json:
    return len(value) if isinstance(value, list | dict | str) else None


def _keys(value: Json) -> Json:
    return list(value) if isinstance(value, dict) else None


FUNCTIONS: Mapping[str, Callable[[Json], Json]] = {"length": _length, "keys": _keys}
