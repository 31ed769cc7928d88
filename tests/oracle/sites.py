"""The units that a file exposes, read from its raw YAML."""

from collections.abc import Iterator
from dataclasses import dataclass

from oracle.raw import Block, entries

REST = ("rest", "api")


@dataclass(frozen=True)
class Site:
    """An exposed unit, with the server and the resource that it stands in."""

    server: Block
    unit: Block
    resource: Block | None = None

    @property
    def is_rest(self) -> bool:
        return self.server["type"] in REST

    @property
    def call(self) -> str | None:
        call = self.unit.get("call")
        if isinstance(call, dict) and list(call) == ["operation"]:
            call = call["operation"]
        return str(call) if call is not None else None

    @property
    def method(self) -> str:
        return str(self.unit.get("method") or "GET").upper()

    @property
    def path(self) -> str:
        return str(self.resource["path"]) if self.resource else ""


def sites(server: Block) -> Iterator[Site]:
    """List the units of a server as they are written."""
    if server["type"] == "mcp":
        yield from (Site(server, tool) for tool in entries(server.get("tools")))
        return
    for resource in entries(server.get("resources")):
        yield from (Site(server, unit, resource) for unit in entries(resource.get("operations")))
