"""Documents that nobody here wrote: files of packages on this machine."""

import csv
import difflib
import io
import json
import pydoc
import re
import sysconfig
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

ROOTS = (sysconfig.get_path("stdlib"), sysconfig.get_path("purelib"), "/usr/share", "/usr/lib/node_modules")
LEAST, MOST, LARGEST = 10, 40, 200_000


def documents(*patterns: str) -> list[bytes]:
    """Read some files of each root; a few files of a kind are everywhere where there is Python."""
    found: list[bytes] = []
    for root in ROOTS:
        for pattern in patterns:
            readable = (read(path) for path in sorted(Path(root).rglob(pattern)))
            found += islice((data for data in readable if data), MOST - len(found))
    return found


def read(path: Path) -> bytes:
    try:
        data = path.read_bytes() if path.stat().st_size <= LARGEST else b""
        data.decode()
    except (OSError, UnicodeDecodeError):
        return b""
    return data


def enough(found: Iterable[bytes]) -> list[bytes]:
    chosen = list(found)
    if len(chosen) < LEAST:
        pytest.skip(f"{len(chosen)} documents on this machine, {LEAST} are needed")
    return chosen


def parsed_json(data: bytes) -> Iterator[Any]:
    try:
        yield json.loads(data.decode("utf-8-sig"))
    except ValueError:
        return


@cache
def jsons() -> list[tuple[bytes, Any]]:
    pairs = [(data, value) for data in documents("*.json") for value in parsed_json(data)]
    enough(data for data, _ in pairs)
    return pairs


def manual_pages() -> Iterator[bytes]:
    """Have the standard library write its manual, and what changed between two of its modules."""
    for module in (csv, io, json, re, sysconfig):
        yield pydoc.HTMLDoc().document(module).encode()
        lines = [Path(str(source.__file__)).read_text().splitlines() for source in (module, csv)]
        yield difflib.HtmlDiff().make_file(lines[0][:200], lines[1][:200], "old", "new").encode()
