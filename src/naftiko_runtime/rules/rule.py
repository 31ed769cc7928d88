"""What a rule is, and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from ..source.diagnostics import Span
from ..values.record import dataclass
from .survey import Survey


@dataclass(frozen=True, slots=True)
class Finding:
    """A sentence about one place of a file, and what would be better."""

    message: str
    span: Span
    hint: str | None = None


Check: TypeAlias = Callable[[Survey], Iterator[Finding]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A check under its code and its published name; one that is a matter of taste is asked for."""

    code: str
    name: str
    check: Check
    is_taste: bool = False
