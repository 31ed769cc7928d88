"""Names that tell the parts of a file apart."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import TypeAlias

from ..spec.aggregates import AggregateSpec, FlowSpec
from ..spec.base import SpecModel
from ..spec.consumes import HttpSpec
from ..spec.document import BindSpec
from ..spec.exposes import McpSpec, RestSpec, SkillSpec
from ..spec.flows import InputSpec
from .repeat import repeats
from .rule import Finding
from .survey import Survey

_Owner: TypeAlias = HttpSpec | BindSpec | RestSpec | McpSpec | SkillSpec


def namespaces_unique(survey: Survey) -> Iterator[Finding]:
    """Find a second use of a namespace, but for APIs that are consumed twice, which L111 tells."""
    consumed = {id(api) for api in survey.document.capability.consumes or ()}
    owners = (model for model in survey.models if isinstance(model, _Owner))
    for first, second in repeats(owners, lambda owner: owner.namespace):
        if not {id(first), id(second)} <= consumed:
            where = f"{_kind(first)} on line {first.span('namespace').line}"
            message = f"{_kind(second)} has the namespace {second.namespace!r} of {where}"
            yield Finding(message, second.span("namespace"), "give each a namespace of its own")


def _kind(owner: _Owner) -> str:
    if isinstance(owner, HttpSpec):
        return "the consumed API"
    return "the bind" if isinstance(owner, BindSpec) else f"the {owner.type} server"


def aggregates_named(survey: Survey) -> Iterator[Finding]:
    for aggregate in survey.every(AggregateSpec):
        if not aggregate.namespace:
            message = "this aggregate has no namespace, so no 'ref' can name its flows"
            yield Finding(message, aggregate.span("namespace"), "add a 'namespace'")


def flows_unique(survey: Survey) -> Iterator[Finding]:
    """Find a second flow of one name in an aggregate, or in two aggregates of one namespace."""
    owned = [(each.namespace, flow) for each in survey.every(AggregateSpec) for flow in each.flows or ()]
    for _, (namespace, flow) in repeats(owned, _ref):
        message = f"a second flow is called {f'{namespace}.{flow.name}'!r}, so a 'ref' to it has two meanings"
        yield Finding(message, flow.span("name"), "give it a name of its own")


def _ref(owned: tuple[str | None, FlowSpec]) -> tuple[str, str] | None:
    namespace, flow = owned
    return (namespace, flow.name) if namespace and flow.name else None


def parameters_unique(survey: Survey) -> Iterator[Finding]:
    """Find a parameter that one list declares twice."""
    for _, second in chain.from_iterable(repeats(_inputs(owner), _place) for owner in survey.models):
        message = f"parameter {second.name!r} is declared twice here, so one declaration has no effect"
        yield Finding(message, second.span("name"), "remove one")


def _inputs(owner: SpecModel) -> tuple[InputSpec, ...]:
    inputs: tuple[InputSpec, ...] | None = getattr(owner, "inputs", None)
    return inputs or ()


def _place(spec: InputSpec) -> tuple[str, str | None]:
    return spec.name, spec.location
