"""The servers of a capability: every route and tool with its contract and its operation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import field, replace
from typing import assert_never

from ..plan.contract import Contract
from ..plan.flow import Flow
from ..plan.surfaces import (
    Body,
    Caching,
    McpPrompt,
    McpResource,
    McpSurface,
    McpTool,
    Operation,
    PassThrough,
    Refused,
    RestRoute,
    RestSurface,
    Surface,
)
from ..plan.verifier import Verifier
from ..source.diagnostics import Diagnostic, Report, Span
from ..spec.aggregates import FlowSpec
from ..spec.exposes import (
    ControlSpec,
    ExposedResourceSpec,
    McpSpec,
    RestSpec,
    ServerSpec,
    SkillSpec,
    ToolSpec,
)
from ..spec.flows import UnitSpec
from ..values.record import dataclass
from .answers import AnswerLinker
from .asking import refused_by_rest
from .callers import link_verifier
from .completions import CompletionLinker
from .evidence import Unit
from .flows import FlowLinker
from .forwards import ForwardLinker
from .hints import link_hints
from .inputs import Inputs
from .inputschemas import whole_contract, with_inputs
from .intent import CallTable, Use, choose, tell
from .methods import impossible
from .names import ToolNames, legal_keys, reachable, rooted, unique
from .outputs import parts_of
from .prompts import link_prompt
from .resources import link_resource, with_variables
from .wiring import Wiring


@dataclass(slots=True)
class SurfaceLinker:
    """Links servers in the order that lets REST confirm what MCP means."""

    table: CallTable
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
                self.answers.check_server(server)
                return self._rest(server)
            case McpSpec():
                self.answers.check_server(server)
                return self._mcp(server)
            case SkillSpec() | ControlSpec():
                self._not_served(f"{server.type} servers are", server.span("type"))
                return None
            case _:
                assert_never(server)

    @property
    def answers(self) -> AnswerLinker:
        return AnswerLinker(self.report)

    def _rest(self, server: RestSpec) -> RestSurface:
        verifier, guarded = self._verifier(server)
        routes = tuple(self._routes(server, guarded))
        linker = ForwardLinker(self.flows, self.report, server.namespace, guarded)
        forwards = tuple(linker.link(server.resources or ()))
        about = server.namespace, server.description or "", server.address, server.port
        return RestSurface(*about, routes, verifier, forwards)

    def _routes(self, server: RestSpec, guarded: Diagnostic | None) -> Iterator[RestRoute]:
        specs = [
            (resource, spec) for resource in server.resources or () for spec in resource.operations or ()
        ]
        units = [
            Unit(spec, resource, (*(server.inputs or ()), *(resource.inputs or ())))
            for resource, spec in specs
        ]
        uses = self._settle(units)
        self._rest_uses.append([use for use in uses if use is not None])
        served = reachable(specs, self.report)
        for (resource, spec), unit, use, is_served in zip(specs, units, uses, served, strict=True):
            if not is_served:
                continue
            route = spec.method.upper(), rooted(resource.path)
            name = f"{server.namespace}.{resource.name or resource.path}.{spec.name or spec.method.lower()}"
            wiring = self.flows.wiring(unit, server.namespace, required_by_default=False)
            operation = self._operation(name, unit, use, wiring, guarded or impossible(spec, self.report))
            operation = replace(operation, body=refused_by_rest(operation.body, spec, self.report))
            self._tell_of_idle(resource, wiring.inputs, operation.body)
            responses = self.answers.responses(spec)
            operation = replace(operation, body=self.answers.shown(operation.body, server, responses))
            inputs = wiring.inputs.rest_inputs()
            yield RestRoute(*route, operation, inputs, _streams(operation.body), responses)

    def _tell_of_idle(self, resource: ExposedResourceSpec, inputs: Inputs, body: Body) -> None:
        """Warn of path variables that go nowhere though something is called (L175)."""
        is_calling = isinstance(body, PassThrough) or (isinstance(body, Flow) and bool(body.calls))
        for name in inputs.idle if is_calling else ():
            message = f"{name!r} of the path goes nowhere: nothing that is called takes it"
            hint = f"hand it on under the name that is meant: with: {{…: rest.{name}}}"
            self.report.warn("L175", message, resource.span("path"), hint)

    def _mcp(self, server: McpSpec) -> McpSurface | None:
        port = None if server.transport == "stdio" else server.port
        if port is None and server.transport != "stdio":
            self.report.error("S003", "an MCP server over HTTP needs a 'port'", server.span())
            return None
        # over stdio there is nobody to ask: whoever starts a process is its client
        verifier, guarded = (None, None) if port is None else self._verifier(server)
        tools = tuple(self._tools(server, guarded))
        resources = tuple(self._resources(server, guarded))
        prompts = tuple(self._prompts(server, guarded))
        about = server.namespace, server.description or "", server.address, port
        return McpSurface(
            *about, tools, verifier, resources, prompts, _caching(server), self.answers.limit(server)
        )

    def _tools(self, server: McpSpec, guarded: Diagnostic | None) -> Iterator[McpTool]:
        specs, names = server.tools or (), ToolNames(self.report)
        units = [Unit(with_inputs(spec), shared=server.inputs or ()) for spec in specs]
        for spec, unit, use in zip(specs, units, self._settle(units), strict=True):
            flow = self._flow(spec)
            name = names.name(spec, spec.name or (flow.name if flow else None))
            if name is None:
                continue
            wiring = self.flows.wiring(unit, server.namespace, required_by_default=True)
            operation = self._operation(f"{server.namespace}.{name}", unit, use, wiring, guarded)
            operation = self._with_schema(spec, operation)
            operation = replace(operation, body=self.answers.shown(operation.body, server))
            hints = link_hints(operation.body, flow.semantics if flow else None, spec.hints)
            renamed = legal_keys([param.name for param in operation.contract.params])
            parts = parts_of(spec.outputs or ()) if isinstance(operation.body, Flow) else ()
            yield McpTool(name, spec.label, operation, hints, renamed, parts)

    def _resources(self, server: McpSpec, guarded: Diagnostic | None) -> Iterator[McpResource]:
        specs = [*unique(server.resources or (), "uri", self.report)]
        running = [with_variables(spec) for spec in specs if spec.location is None]
        units = [Unit(spec, shared=server.inputs or ()) for spec in running]
        operations = {
            spec.uri: self._operation(
                f"{server.namespace}.{spec.name or spec.uri}",
                unit,
                use,
                self.flows.wiring(unit, server.namespace, required_by_default=True),
                guarded,
            )
            for spec, unit, use in zip(running, units, self._settle(units), strict=True)
        }
        for spec in specs:
            operation = operations.get(spec.uri)
            if operation is not None:
                operation = replace(operation, body=self.answers.shown(operation.body, server))
            linked = link_resource(spec, operation, self.flows.binds.folder, self.report)
            if isinstance(linked, McpResource):
                completions = self._completions(server, spec.name or spec.uri, guarded)
                inputs = with_variables(spec).inputs or ()
                yield replace(linked, completions=completions.link(inputs if operation else ()))

    def _prompts(self, server: McpSpec, guarded: Diagnostic | None) -> Iterator[McpPrompt]:
        for spec in unique(server.prompts or (), "name", self.report):
            unit = Unit(UnitSpec.model_validate({"inputParameters": spec.arguments}))
            wiring = self.flows.wiring(unit, server.namespace, required_by_default=True)
            linked = link_prompt(spec, self.flows.binds.folder, wiring, self.report)
            if isinstance(linked, McpPrompt):
                completions = self._completions(server, spec.name, guarded)
                yield replace(linked, completions=completions.link(spec.arguments or ()))

    def _completions(self, server: McpSpec, owner: str, guarded: Diagnostic | None) -> CompletionLinker:
        return CompletionLinker(self.flows, server.namespace, owner, guarded)

    def _with_schema(self, spec: ToolSpec, operation: Operation) -> Operation:
        contract = whole_contract(spec, operation.contract, self.report)
        if isinstance(contract, Diagnostic):
            return replace(operation, body=Refused(contract), contract=Contract())
        return replace(operation, contract=contract)

    def _settle(self, units: Sequence[Unit]) -> list[Use | None]:
        """Settle the calls of one server; units without a call, or with a flow's name in it, have no use."""
        calling = [unit for unit in units if self.flows.reference(unit.spec) is None]
        uses = choose(calling, self.table, self._rest_uses)
        for use in uses:
            tell(use, self.table, self.report)
        found = {id(use.unit): use for use in uses}
        return [found.get(id(unit)) for unit in units]

    def _operation(
        self, name: str, unit: Unit, use: Use | None, wiring: Wiring, guarded: Diagnostic | None
    ) -> Operation:
        found = (use.chosen or use.refusal) if use else None
        body = Refused(guarded) if guarded else self.flows.link(unit.spec, found, wiring)
        flow = self._flow(unit.spec)
        consumed = use.chosen.operation.description if use and use.chosen else None
        description = unit.spec.description or (flow.description if flow else consumed) or ""
        contract = Contract() if isinstance(body, Refused) else wiring.inputs.contract()
        return Operation(name, description, contract, body, use.choice if use else None)

    def _flow(self, spec: UnitSpec) -> FlowSpec | None:
        """Find the flow that a unit refers to; it lends its name, description and semantics (spec 2.15)."""
        declared = self.flows.flows.get(self.flows.reference(spec) or "")
        return declared.spec if declared else None

    def _verifier(self, server: RestSpec | McpSpec) -> tuple[Verifier | None, Diagnostic | None]:
        """Link who may call; a server whose callers cannot be checked refuses everything to everybody."""
        linked = link_verifier(server.authentication, self.flows.binds, self.report)
        return (None, linked) if isinstance(linked, Diagnostic) else (linked, None)

    def _not_served(self, subject: str, span: Span) -> None:
        self.report.warn("L117", f"{subject} not served yet by this release", span)


def _streams(body: Body) -> bool:
    return isinstance(body, PassThrough) and body.call.streams_body


def _caching(server: McpSpec) -> Caching:
    return Caching(max(server.ttl_ms or 0, 0), server.cache_scope == "public")
