"""How this stand-in behaves, beyond single faults."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

# not a multiple of the piece size: a reader that loses a last short piece is found out
DEFAULT_SIZE_BYTES: Final = 1_048_583


@dataclass(frozen=True, slots=True)
class Mode:
    """Downloads: their size, and what may be wrong with them. Also: whether live jobs can be deleted."""

    size_bytes: int = DEFAULT_SIZE_BYTES
    ignore_range: bool = False
    chunked: bool = False
    redirect: str | None = None  # what the address begins with; empty: this server
    cut_after: int | None = None
    pause_s: float = 0
    delete_live: bool = False
