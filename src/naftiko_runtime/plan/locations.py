"""Locations of files: ``file:`` in every spelling as a path (spec 2.3)."""

from __future__ import annotations

import re
from pathlib import Path, PurePath
from urllib.parse import quote, unquote

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
# authors write relative paths as file:./x, file://./x and file:///./x; the latter two are none by RFC 8089
_FILE = re.compile(r"file:(?://(?:localhost(?=/))?)?(?:/(?=\.\.?/))?(.*)", re.IGNORECASE | re.DOTALL)


def scheme_of(location: str) -> str:
    """Return the scheme, empty when there is none."""
    found = _SCHEME.match(location)
    return found[1] if found else ""


def file_path(location: str) -> Path | None:
    """Return the path that a location means, relative when it is written so; None for other schemes."""
    found = _FILE.fullmatch(location)
    return Path(unquote(found[1])) if found else None


def seen_from(location: str, away: PurePath) -> str:
    """Write a location of a file in the folder ``away`` so that it means the same outside of it."""
    path = file_path(location)
    if path is None or path.is_absolute() or away == PurePath():
        return location
    return f"file:{quote((away / path).as_posix())}"
