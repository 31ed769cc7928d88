"""A document with everything in it by kind, so that no rule has to walk it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias, TypeVar

from ..spec.aggregates import AggregateSpec, FlowSpec
from ..spec.base import LEAVES, SpecModel
from ..spec.consumes import HttpSpec, OperationSpec
from ..spec.document import BindSpec, Document
from ..spec.exposes import ControlSpec, McpSpec, RestSpec, ServerSpec, SkillSpec
from ..spec.flows import CallStepSpec, UnitSpec
from ..spec.imports import ImportSpec

_Kind = TypeVar("_Kind", bound=SpecModel)
Called: TypeAlias = Sequence[OperationSpec]


@dataclass(frozen=True)
class Survey:
    """What an author wrote in this file; what it imports is not looked at."""

    document: Document

    def every(self, kind: type[_Kind]) -> Iterator[_Kind]:
        """List everything of a kind in the order of the file."""
        return (model for model in self.models if isinstance(model, kind))

    @cached_property
    def models(self) -> tuple[SpecModel, ...]:
        found: list[SpecModel] = []
        _collect(self.document, found)
        return tuple(sorted(found, key=lambda model: model.span()))

    @cached_property
    def servers(self) -> tuple[ServerSpec, ...]:
        kinds = (RestSpec, McpSpec, SkillSpec, ControlSpec)
        return tuple(model for model in self.models if isinstance(model, kinds))

    @cached_property
    def has_imports(self) -> bool:
        return any(self.every(ImportSpec))

    @property
    def is_shared(self) -> bool:
        """Tell whether the file is there for others to import, and runs nothing itself."""
        return not self.document.capability.model_fields_set

    @cached_property
    def variables(self) -> frozenset[str]:
        """Every spelling in which a bound variable of this file may be used."""
        return frozenset(
            spelling
            for bind in self.every(BindSpec)
            for name in bind.keys
            for spelling in (name, f"env.{name}", f"{bind.namespace}.{name}")
        )

    def called(self, unit: UnitSpec) -> Iterator[Called]:
        """Give for each call of a unit the operations that its name may mean."""
        steps = [step.call for step in unit.steps or () if isinstance(step, CallStepSpec)]
        for call in (*([unit.call] if unit.call else ()), *steps):
            yield self._operations.get(call, ())

    def flow(self, ref: str | None) -> FlowSpec | None:
        """Find the flow that a unit refers to."""
        return self._flows.get(ref or "")

    @cached_property
    def _operations(self) -> Mapping[str, Called]:
        found: defaultdict[str, list[OperationSpec]] = defaultdict(list)
        for api in self.every(HttpSpec):
            for resource in api.resources or ():
                for operation in resource.operations or ():
                    found[f"{api.namespace}.{operation.name}"].append(operation)
                    found[f"{api.namespace}.{resource.name}.{operation.name}"].append(operation)
        return found

    @cached_property
    def _flows(self) -> Mapping[str, FlowSpec]:
        found: dict[str, FlowSpec] = {}
        for aggregate in self.every(AggregateSpec):
            for flow in aggregate.flows or ():
                found.setdefault(f"{aggregate.namespace}.{flow.name}", flow)
        return found


def _collect(value: object, found: list[SpecModel]) -> None:
    """List a model and all below it; keys that nobody knows hold none."""
    if isinstance(value, LEAVES):
        return
    below: Iterable[object] = ()
    if isinstance(value, dict):
        below = value.values()
    elif isinstance(value, tuple):
        below = value
    elif isinstance(value, SpecModel):
        found.append(value)
        below = vars(value).values()
    for item in below:
        _collect(item, found)
