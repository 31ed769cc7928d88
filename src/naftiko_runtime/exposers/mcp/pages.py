"""Lists in pages, for servers that show very much."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from mcp import types
from mcp.shared.exceptions import MCPError

_Item = TypeVar("_Item")

PAGE = 500  # many clients read the first page only


def page(
    items: Sequence[_Item], params: types.PaginatedRequestParams | None
) -> tuple[list[_Item], str | None]:
    """Cut the page out that a cursor stands for, and give the cursor of the next one."""
    cursor = params.cursor if params else None
    start = _start(cursor, len(items)) if cursor is not None else 0
    end = start + PAGE
    return [*items[start:end]], str(end) if end < len(items) else None


def _start(cursor: str, size: int) -> int:
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 10 and 0 < int(cursor) < size):
        raise MCPError(types.INVALID_PARAMS, "unknown cursor")
    return int(cursor)
