"""What flows through the runtime: JSON values, and secrets that do not print."""

from __future__ import annotations

from typing import TypeAlias, Union

from .secret import Secret, Text

# a quoted alias could not be part of another one at run time
Json: TypeAlias = Union[bool, int, float, str, "list[Json]", "dict[str, Json]", None]

__all__ = ["Json", "Secret", "Text"]
