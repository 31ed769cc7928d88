"""Finds what is there a second time."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import TypeVar

_Item = TypeVar("_Item")


def repeats(items: Iterable[_Item], key: Callable[[_Item], Hashable]) -> Iterator[tuple[_Item, _Item]]:
    """Give each item whose key an earlier one has, behind that first one; None is no key."""
    seen: dict[Hashable, _Item] = {}
    for item in items:
        name = key(item)
        if name is None:
            continue
        if name in seen:
            yield seen[name], item
        else:
            seen[name] = item
