"""Which files the words of ``naftiko check`` mean."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from ..values.record import dataclass
from .failure import WrongUsage
from .origin import is_elsewhere

_ENDINGS = (".yaml", ".yml")
_BEGINNING = re.compile(rb"""^(?:\{\s*)?["']?(?:naftiko|ikanos)["']?\s*:""", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a capability may be; what was found in a folder may as well be some other kind of YAML."""

    name: str
    is_found: bool = False


def places(words: Iterable[str]) -> tuple[Place, ...]:
    """List what files, addresses and folders mean, each file once, in order; raises WrongUsage."""
    listed: dict[str, Place] = {}
    for word in words:
        for place in _meant(word):
            listed.setdefault(_identity(place.name), place)
    return tuple(listed.values())


def is_capability(path: str) -> bool:
    """Tell whether a line begins with the key that every capability has; what cannot be read may be one."""
    try:
        return _BEGINNING.search(Path(path).read_bytes()) is not None
    except OSError:
        return True


def _meant(word: str) -> Iterator[Place]:
    if is_elsewhere(word) or not Path(word).is_dir():
        yield Place(word)
    else:
        yield from (Place(name, is_found=True) for name in _within(word))


def _within(folder: str) -> Iterator[str]:
    """Walk through a folder in the order of names, and past hidden ones: they hold what tools put there."""

    def refuse(error: OSError) -> None:
        raise WrongUsage(f"cannot read {error.filename}: {error.strerror}") from None

    for above, below, names in os.walk(folder, onerror=refuse):
        below[:] = sorted(name for name in below if not name.startswith("."))
        yield from (str(Path(above, name)) for name in sorted(names) if name.endswith(_ENDINGS))


def _identity(name: str) -> str:
    """Name a file in one way, however it is written; what is no path stays."""
    return name if is_elsewhere(name) or "\0" in name else str(Path(name).resolve())
