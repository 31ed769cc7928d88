"""Lists in pages, for servers that show very much."""

from __future__ import annotations

from collections.abc import Sequence

from ...values import Json
from .protocol import INVALID_PARAMS, Fields, Params, ProtocolError, present

PAGE = 500  # many clients read the first page only


def page(name: str, items: Sequence[Json], params: Params) -> Fields:
    """Cut the page out that a cursor stands for, under its name, and give the cursor of the next one."""
    cursor = params.get("cursor")
    start = _start(cursor, len(items)) if isinstance(cursor, str) else 0
    end = start + PAGE
    return {name: [*items[start:end]], **present(nextCursor=str(end) if end < len(items) else None)}


def _start(cursor: str, size: int) -> int:
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 10 and 0 < int(cursor) < size):
        raise ProtocolError(INVALID_PARAMS, "unknown cursor")
    return int(cursor)
