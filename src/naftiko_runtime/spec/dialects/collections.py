"""Collections of the grammar, which authors write as lists or as mappings."""

from __future__ import annotations

from collections.abc import Iterable
from operator import is_

from ...source.diagnostics import Report
from ...source.tree import Source
from .nodes import Rule, items, mapping, parts, put, sequence, stated, value, without


def each(rule: Rule) -> Rule:
    """Apply a rule to each item of a list."""

    def change(node: Source, report: Report) -> Source:
        if not isinstance(node.data, list):
            return node
        before = items(node)
        found = [rule(item, report) for item in before]
        is_same = all(map(is_, found, before))
        return node if is_same else sequence(found, node.positions.span)

    return change


def named(rule: Rule) -> Rule:
    """Bring a collection to its list form, and apply a rule to each item."""
    change = each(rule)
    return lambda node, report: change(listed(node, report), report)


def by_key(rule: Rule) -> Rule:
    """Bring a collection to its mapping form, and apply a rule to each value."""

    def change(node: Source, report: Report) -> Source:
        names = [value(item, "name") for item in items(node)]
        if all(isinstance(name, str) for name in names) and len({*map(str, names)}) == len(names) > 0:
            found = {str(name): item for name, item in zip(names, items(node), strict=True)}
            node = mapping(found, node.positions.span)
        if not isinstance(node.data, dict):
            return node
        return mapping({key: rule(part, report) for key, part in parts(node).items()}, node.positions.span)

    return change


def named_only(what: str, rule: Rule) -> Rule:
    """Bring a collection to its list form without the items that have no name (D107)."""
    change = named(rule)

    def drop(node: Source, report: Report) -> Source:
        node = change(node, report)
        nameless = [item for item in items(node) if _is_nameless(item)]
        for item in nameless:
            report.warn("D107", f"{what} without a name is left out", item.positions.span, "give it a 'name'")
        kept = [item for item in items(node) if not _is_nameless(item)]
        return sequence(kept, node.positions.span) if nameless else node

    return drop


def listed(node: Source, report: Report) -> Source:
    """Turn a mapping by name into a list whose items have a name."""
    if not isinstance(node.data, dict):
        return node
    return sequence([_item(key, part, report) for key, part in parts(node).items()], node.positions.span)


def appended(node: Source, key: str, more: Iterable[Source], report: Report) -> Source:
    """Add items to a collection of an object, which need not be there yet."""
    given = parts(node).get(key, stated([], node.positions.span))
    found = items(listed(given, report))
    return put(node, key, sequence([*found, *more], given.positions.span))


def _item(key: str, part: Source, report: Report) -> Source:
    if part.data is None:
        part = Source({}, part.positions)
    if not isinstance(part.data, dict):
        return part
    inner = part.data.get("name")
    if inner not in (None, key):
        message = f"name {inner!r} has no effect; the key {key!r} is the name"
        report.warn("D111", message, part.positions.of("name"))
    span = part.positions.span
    return mapping({"name": stated(key, span), **parts(without(part, "name"))}, span)


def _is_nameless(item: Source) -> bool:
    return isinstance(item.data, dict) and item.data.get("name") in (None, "")
