"""Flows of aggregates: what routes, tools and steps refer to (spec 2.15)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TypeAlias

from ..plan.contract import Contract
from ..plan.flow import Flow
from ..source.diagnostics import Report
from ..spec.aggregates import AggregateSpec, FlowSpec
from ..values.record import dataclass
from .consumes import ConsumedParam


@dataclass(frozen=True, slots=True)
class Declared:
    """A flow as its author wrote it, and the namespace it stands in."""

    name: str
    namespace: str
    spec: FlowSpec


FlowTable: TypeAlias = Mapping[str, Declared]


@dataclass(frozen=True, slots=True)
class LinkedFlow:
    """A flow that can be run by whoever refers to it."""

    name: str
    contract: Contract
    flow: Flow
    params: tuple[ConsumedParam, ...]

    def signs(self, param: ConsumedParam) -> bool:
        return False


def flow_table(aggregates: Iterable[AggregateSpec], report: Report) -> FlowTable:
    """List all flows as ``namespace.flow``; of several with one name the first is meant (L116)."""
    found: dict[str, Declared] = {}
    for aggregate in aggregates:
        namespace = aggregate.namespace or ""
        for spec in aggregate.flows or ():
            name = f"{namespace}.{spec.name}" if namespace else str(spec.name)
            if name in found:
                report.warn("L116", f"a second flow is called {name!r}; only the first is run", spec.span())
            found.setdefault(name, Declared(name, namespace, spec))
    return found


def linked_flow(declared: Declared, contract: Contract, flow: Flow) -> LinkedFlow:
    """Show a flow as something that can be called with its inputs."""
    span = declared.spec.span("inputParameters")
    params = tuple(
        ConsumedParam(param.name, "input", param.kind, param.required, param.description, None, span)
        for param in contract.params
    )
    # whoever refers to a flow has checked the arguments already, and may know more of them
    open_params = tuple(replace(param, required=False) for param in contract.params)
    return LinkedFlow(declared.name, Contract(open_params), flow, params)
