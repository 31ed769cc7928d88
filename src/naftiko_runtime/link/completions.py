"""What clients are offered while an argument is typed: values from the answer of a call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..expr.path import compile_path
from ..expr.shape import Selected
from ..plan.contract import Contract
from ..plan.flow import Flow
from ..plan.forward import Forward
from ..plan.surfaces import Body, Completion, Operation, PassThrough, Refused
from ..source.diagnostics import Diagnostic
from ..spec.completing import CompletedInputSpec, CompleteSpec
from ..spec.flows import InputSpec, UnitSpec
from ..steps.call import CallStep
from .evidence import Unit
from .flows import FlowLinker
from .hints import link_hints
from .intent import choose, tell


@dataclass(frozen=True, slots=True)
class CompletionLinker:
    """Links what completes the inputs of one prompt or resource, which is called ``owner``."""

    flows: FlowLinker
    namespace: str
    owner: str
    guarded: Diagnostic | None

    def link(self, inputs: Sequence[InputSpec]) -> Mapping[str, Completion]:
        """Link a completion for every input that has one; what cannot be called offers nothing."""
        return dict(self._linked(inputs))

    def _linked(self, inputs: Sequence[InputSpec]) -> Iterator[tuple[str, Completion]]:
        for given in inputs:
            if isinstance(given, CompletedInputSpec) and given.complete is not None:
                yield given.name, self._completion(given.name, given.complete, inputs)

    def _completion(self, name: str, spec: CompleteSpec, inputs: Sequence[InputSpec]) -> Completion:
        """Link one; what is typed goes to the call only where ``with`` says so, all else as usual."""
        takes_typed = spec.names(name)
        unit = spec.as_unit(each.name for each in inputs if takes_typed or each.name != name)
        wiring = self.flows.wiring(Unit(unit), self.namespace, required_by_default=False)
        flow = self.flows.reference(unit)
        used = [] if flow else choose((Unit(unit),), self.flows.table, ())
        found = tell(used[0], self.flows.table, self.flows.report) if used else None
        body = Refused(self.guarded) if self.guarded else self.flows.link(unit, found, wiring)
        if not isinstance(body, Refused | Forward):
            body = self._unsafe(name, spec, unit, body) or self._shaped(spec, body)
        contract = Contract() if isinstance(body, Refused) else wiring.inputs.contract()
        operation = Operation(f"{self.namespace}.{self.owner}.{name}", "", contract, body)
        return Completion(operation, takes_typed)

    def _unsafe(
        self, name: str, spec: CompleteSpec, unit: UnitSpec, body: PassThrough | Flow
    ) -> Refused | None:
        flow = self.flows.reference(unit)
        semantics = self.flows.flows[flow].spec.semantics if flow else None
        if link_hints(body, semantics, None)["readOnly"]:
            return None
        message = f"{spec.call!r} would change something whenever a letter of {name!r} is typed"
        return self._refused("L184", message, spec, "call", "complete it by a call that only reads")

    def _shaped(self, spec: CompleteSpec, body: PassThrough | Flow) -> Body:
        """Let a call answer nothing but the values."""
        if isinstance(body, PassThrough) and body.is_binary:
            message = f"{spec.call!r} answers bytes, in which there are no values"
            return self._refused("L184", message, spec, "call", "complete it by a call that answers in JSON")
        try:
            shape = Selected(compile_path(spec.values), "array")
        except ValueError as error:
            hint = "write where each value stands: $.items[*].id"
            return self._refused("L014", str(error), spec, "values", hint)
        steps = body.steps if isinstance(body, Flow) else (CallStep("call", body.call),)
        return Flow(steps, shape)

    def _refused(self, code: str, message: str, spec: CompleteSpec, key: str, hint: str | None) -> Refused:
        return Refused(self.flows.report.refuse(code, message, spec.span(key), hint))
