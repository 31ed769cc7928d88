"""YAML as its author wrote it: plain data in which every mapping knows its lines."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from oracle.cut import compose, drop_the_last

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}
INTEGER = re.compile(r"[-+]?[0-9]+")
NUMBER = re.compile(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))([eE][-+]?[0-9]+)?")


class Block(dict[str, Any]):
    """A mapping; ``lines`` says where each key stands, ``line`` where it begins."""

    def __init__(self, items: dict[str, Any], line: int, lines: dict[str, int]) -> None:
        super().__init__(items)
        self.line, self.lines = line, lines


def read(path: Path) -> Block | None:
    """Read a file; nothing when it is not a mapping in YAML."""
    try:
        node, is_cut = compose(path.read_text(encoding="utf-8").removeprefix("\ufeff"), LOADER)
    except yaml.YAMLError:
        return None
    found = _built(node) if node is not None else None
    if is_cut:
        drop_the_last(found)
    return found if isinstance(found, Block) else None


def entries(collection: Any) -> Iterator[Block]:
    """List the mappings of a collection, which authors write as a list or as a mapping by name."""
    if isinstance(collection, list):
        yield from (item for item in collection if isinstance(item, Block))
    elif isinstance(collection, Block):
        for name, item in collection.items():
            if item is None:
                yield Block({"name": name}, collection.lines[name], {})
            elif isinstance(item, Block):
                yield Block({**item, "name": name}, collection.lines[name], item.lines)


def called(operation: Block) -> str:
    return str(operation.get("name") or operation.get("id") or "")


def text(value: Any) -> str:
    """Write a value as text: a text as it is, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def fold(name: str) -> str:
    """Make spellings of a name alike."""
    return re.sub("[-_]", "", name).lower()


def _built(node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        pairs = [(key, value) for key, value in node.value if isinstance(key, yaml.ScalarNode)]
        items = {key.value: _built(value) for key, value in pairs}
        lines = {key.value: key.start_mark.line + 1 for key, _ in pairs}
        return Block(items, node.start_mark.line + 1, lines)
    if isinstance(node, yaml.SequenceNode):
        return [_built(item) for item in node.value]
    return _scalar(node)


def _scalar(node: yaml.Node) -> Any:
    """Read a scalar by the YAML 1.2 core schema, as far as these files need it."""
    assert isinstance(node, yaml.ScalarNode)
    word: str = node.value
    if node.style:
        return word
    if word.lower() in WORDS and word in (word.lower(), word.upper(), word.title()):
        return WORDS[word.lower()]
    if INTEGER.fullmatch(word):
        return int(word)
    return float(word) if NUMBER.fullmatch(word) else word
