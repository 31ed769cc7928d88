"""The servers of a capability: every route and tool with its contract and its operation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import assert_never

from ..plan.contract import Contract
from ..plan.surfaces import (
    McpSurface,
    McpTool,
    Operation,
    Refused,
    RestInput,
    RestRoute,
    RestSurface,
    Surface,
)
from ..source.diagnostics import Diagnostic, Report, Span
from ..spec.consumes import HttpSpec
from ..spec.exposes import (
    ControlSpec,
    HintsSpec,
    McpSpec,
    RestSpec,
    RouteSpec,
    ServerSpec,
    SkillSpec,
    ToolSpec,
)
from .binds import BindTable
from .flows import FlowLinker
from .inputs import Inputs
from .intent import Unit, Use, choose, tell


@dataclass(slots=True)
class SurfaceLinker:
    """Links servers in the order that lets REST confirm what MCP means."""

    specs: tuple[HttpSpec, ...]
    binds: BindTable
    flows: FlowLinker
    report: Report
    _rest_uses: list[Sequence[Use]] = field(default_factory=list)

    def link(self, servers: tuple[ServerSpec, ...]) -> tuple[Surface, ...]:
        """Link all servers; the plan keeps the order of the file."""
        linked: dict[int, Surface] = {}
        for place, server in sorted(enumerate(servers), key=lambda pair: not isinstance(pair[1], RestSpec)):
            if (surface := self._server(server)) is not None:
                linked[place] = surface
        return tuple(linked[place] for place in sorted(linked))

    def _server(self, server: ServerSpec) -> Surface | None:
        match server:
            case RestSpec():
                return self._rest(server)
            case McpSpec():
                return self._mcp(server)
            case SkillSpec() | ControlSpec():
                self._not_served(f"{server.type} servers are", server.span("type"))
                return None
            case _:
                assert_never(server)

    def _rest(self, server: RestSpec) -> RestSurface:
        units = [
            Unit(spec, resource) for resource in server.resources or () for spec in resource.operations or ()
        ]
        uses = self._settle(units)
        self._rest_uses.append(uses)
        routes = tuple(self._route(server, unit, uses) for unit in units)
        for resource in server.resources or ():
            if resource.forward is not None:
                self._not_served("forwarding is", resource.span("forward"))
        return RestSurface(server.namespace, server.description or "", server.address, server.port, routes)

    def _mcp(self, server: McpSpec) -> McpSurface | None:
        for word in ("resources", "prompts"):
            if getattr(server, word) is not None:
                self._not_served(f"MCP {word} are", server.span(word))
        if server.transport == "stdio":
            self._not_served("MCP over stdio is", server.span("transport"))
            return None
        if server.port is None:
            self.report.error("S003", "an MCP server over HTTP needs a 'port'", server.span())
            return None
        units = [Unit(spec) for spec in server.tools or ()]
        uses = self._settle(units)
        tools = tuple(self._tools(server, units, uses))
        return McpSurface(server.namespace, server.description or "", server.address, server.port, tools)

    def _settle(self, units: Sequence[Unit]) -> list[Use]:
        uses = choose(units, self.specs, self._rest_uses)
        for use in uses:
            tell(use, self.specs, self.report)
        return uses

    def _route(self, server: RestSpec, unit: Unit, uses: Sequence[Use]) -> RestRoute:
        spec, resource = unit.spec, unit.resource
        method = spec.method.upper() if isinstance(spec, RouteSpec) else "GET"
        path = resource.path if resource else "/"
        name = f"{server.namespace}.{resource.name or path}.{spec.name or method.lower()}" if resource else ""
        operation, inputs = self._operation(server, unit, uses, name)
        return RestRoute(method, path, operation, inputs)

    def _tools(self, server: McpSpec, units: Sequence[Unit], uses: Sequence[Use]) -> Iterator[McpTool]:
        seen: set[str] = set()
        for unit in units:
            name = unit.spec.name
            if not name or name in seen:
                message = (
                    f"a second tool is called {name!r}; only the first is served"
                    if name
                    else "a tool has no name"
                )
                self.report.warn("L116", message, unit.spec.span("name"))
                continue
            seen.add(name)
            operation, _ = self._operation(server, unit, uses, f"{server.namespace}.{name}")
            hints = unit.spec.hints if isinstance(unit.spec, ToolSpec) else None
            yield McpTool(name, unit.spec.label, operation, _hints(hints))

    def _operation(
        self, server: RestSpec | McpSpec, unit: Unit, uses: Sequence[Use], name: str
    ) -> tuple[Operation, tuple[RestInput, ...]]:
        use = next((use for use in uses if use.unit is unit), None)
        inputs = Inputs(unit, server.namespace, self.binds, self.report)
        inputs.declare(required_by_default=isinstance(server, McpSpec))
        body = (
            Refused(refusal)
            if (refusal := self._guarded(server))
            else self.flows.link(unit.spec, use, inputs)
        )
        description = unit.spec.description or (
            use.chosen.operation.description if use and use.chosen else None
        )
        contract = Contract() if isinstance(body, Refused) else inputs.contract()
        operation = Operation(name, description or "", contract, body, use.choice if use else None)
        return operation, inputs.rest_inputs()

    def _guarded(self, server: RestSpec | McpSpec) -> Diagnostic | None:
        """Refuse a server that asks for credentials which nobody would check."""
        if server.authentication is None or server.authentication.type == "none":
            return None
        message = "authentication of callers is not served by this release; nothing is served without it"
        return self.report.refuse("L018", message, server.span("authentication"))

    def _not_served(self, subject: str, span: Span) -> None:
        self.report.warn("L117", f"{subject} not served yet by this release", span)


def _hints(spec: HintsSpec | None) -> dict[str, bool]:
    if spec is None:
        return {}
    given = {
        "readOnly": spec.read_only,
        "destructive": spec.destructive,
        "idempotent": spec.idempotent,
        "openWorld": spec.open_world,
    }
    return {name: value for name, value in given.items() if value is not None}
