"""What a format is: the function that decodes, and what it may know beside the bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from ..values import Json
from ..values.record import dataclass

_MAX_VALUES = 1_000_000
_MAX_DEPTH = 100


@dataclass(slots=True)  # one for every answer: writing fields of a frozen one takes three times as long
class Hints:
    """What is known of an answer: the charset that its headers name, the ``outputSchema`` of the file."""

    charset: str | None = None
    schema: str | None = None


Decode: TypeAlias = Callable[[bytes, Hints], Json]


def accept_any(schema: str) -> None:
    """Take every ``outputSchema``: most formats have no use for one."""


@dataclass(frozen=True, slots=True)
class Format:
    """A format of answers; ``missing`` is what has to be installed before any can be read.

    ``decode`` raises ValueError with a reason that quotes nothing of the answer; ``check`` raises it for an
    ``outputSchema`` that nobody can read.
    """

    decode: Decode
    check: Callable[[str], None] = accept_any
    missing: str | None = None


@dataclass(slots=True)
class Budget:
    """Counts what an answer expands to, so that a small one cannot become a huge value."""

    values: int = 0

    def grow(self, by: int, depth: int = 0) -> None:
        self.values += by
        if self.values > _MAX_VALUES:
            raise ValueError(f"it expands to more than {_MAX_VALUES} values")
        if depth > _MAX_DEPTH:
            raise ValueError(f"it is nested more than {_MAX_DEPTH} deep")
