"""What a file consumes and exposes, read from its raw YAML."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from oracle.paths import full_path
from oracle.raw import Block, called, entries, fold, read
from oracle.sites import REST, Site, sites


@dataclass(frozen=True)
class Consumed:
    """A consumed operation; ``key`` is its API's namespace, with a number when that is taken.

    There is no path when an operation has one of its own and nothing tells how it is meant.
    """

    key: str
    api: Block
    resource: Block
    operation: Block
    path: str | None = None

    @property
    def name(self) -> str:
        resource = self.resource.get("name") or self.resource.get("path", "")
        return f"{self.api['namespace']}.{resource}.{called(self.operation)}"

    @property
    def short(self) -> str:
        return f"{self.api['namespace']}.{called(self.operation)}"

    @property
    def method(self) -> str:
        return str(self.operation.get("method") or "GET").upper()

    @property
    def description(self) -> str:
        return str(self.operation.get("description") or "").strip()


@dataclass(frozen=True)
class Capability:
    """A whole file."""

    root: Block
    body: Block
    consumed: tuple[Consumed, ...]
    servers: tuple[Block, ...]

    @classmethod
    def of(cls, path: Path) -> "Capability | None":
        root = read(path)
        body = root.get("capability") if root else None
        if root is None or not isinstance(body, Block):
            return None
        body = _gathered(root, body)
        servers = tuple(item for item in entries(body.get("exposes")) if item.get("type") in (*REST, "mcp"))
        routes = [site for server in servers for site in sites(server) if site.is_rest and site.call]
        return cls(root, body, tuple(_consumed(root, body, path.parent, routes)), servers)

    def candidates(self, call: str) -> tuple[Consumed, ...]:
        """List what a call may mean."""
        short = tuple(each for each in self.consumed if each.short == call)
        exact = short or tuple(each for each in self.consumed if each.name == call)
        if exact:
            return exact
        alike = [each for each in self.consumed if fold(call) in (fold(each.short), fold(each.name))]
        return tuple(alike) if len(alike) == 1 else ()

    def served(self) -> list[list[Site]]:
        """List the units of each server that can be served; of doubles only the first is."""
        return [list(_once(server)) for server in self.servers if _is_served(server)]

    def bind(self, word: str) -> str | None:
        """Find the variable that a word names, by the binds of the file."""
        namespace, _, name = word.replace(":", ".").rpartition(".")
        for item in (*entries(self.root.get("binds")), *entries(self.body.get("binds"))):
            keys = item.get("keys") or {}
            if name in keys and namespace in ("", "env", item.get("namespace")):
                return str(keys[name])
        return None


def inputs(*levels: Block | None) -> Iterator[Block]:
    """List the input parameters of several levels, the widest first."""
    for level in levels:
        yield from entries(level.get("inputParameters") if level else None)


def named(name: str, known: Sequence[str]) -> str | None:
    """Find a name exactly, else the only one that is spelled alike."""
    alike = [other for other in known if fold(other) == fold(name)]
    if name in known:
        return name
    return alike[0] if len(alike) == 1 else None


def _gathered(root: Block, body: Block) -> Block:
    """Read what stands beside a capability that has something in it as a part of it."""
    beside = {
        section: [
            *entries(body.get(section)),
            *(it for it in entries(root.get(section)) if not _is_import(it)),
        ]
        for section in ("consumes", "exposes", "aggregates")
        if body and isinstance(root.get(section), list)
    }
    return Block({**body, **beside}, body.line, {**root.lines, **body.lines})


def _is_served(server: Block) -> bool:
    return server["type"] != "mcp" or server.get("transport") == "stdio" or server.get("port") is not None


def _once(server: Block) -> Iterator[Site]:
    """Leave doubles out: routes of one method and pattern, tools of one name that do the same."""
    seen: list[Any] = []
    for site in sites(server):
        what = [site.unit.get(word) for word in ("call", "ref", "with", "steps", "outputParameters")]
        pattern = re.sub(r"\{+[^{}]*\}+", "{}", site.path or "")
        key = (site.method, pattern) if site.is_rest else (site.unit.get("name"), what)
        if key[0] and key not in seen:
            seen.append(key)
            yield site


def _consumed(root: Block, body: Block, folder: Path, routes: Sequence[Site]) -> Iterator[Consumed]:
    apis = [api for api in entries(body.get("consumes")) if "namespace" in api and not _is_import(api)]
    for section in (root, body):
        imports = [item for item in entries(section.get("consumes")) if _is_import(item)]
        apis += [api for item in imports for api in _imported(item, folder)]
    count: dict[str, int] = {}
    for api in apis:
        number = count[api["namespace"]] = count.get(api["namespace"], 0) + 1
        key = api["namespace"] if number == 1 else f"{api['namespace']}#{number}"
        for resource in entries(api.get("resources")):
            for operation in entries(resource.get("operations")):
                path = full_path(api, resource, operation, routes)
                yield Consumed(key, api, resource, operation, path)


def _is_import(item: Block) -> bool:
    return "baseUri" not in item and ("import" in item or "from" in item)


def _imported(item: Block, folder: Path) -> Iterator[Block]:
    """Find the entries that an import means, in the file that it names."""
    named_file = item.get("from") or item.get("location")
    name = item.get("import") if named_file else None
    path = folder / str(named_file or item.get("import"))
    other = read(path) if path.is_file() else None
    if other is None:
        return
    capability = other.get("capability")
    below = capability.get("consumes") if isinstance(capability, Block) else None
    found = [*entries(other.get("consumes")), *entries(below)]
    chosen = [api for api in found if name in (None, api.get("namespace"))] or found[:1]
    for api in chosen:
        alias = item.get("as") or (name if len(chosen) == 1 else None) or api["namespace"]
        yield Block({**api, "namespace": alias}, api.line, api.lines)
