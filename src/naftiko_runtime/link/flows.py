"""What a unit runs: a pass-through, a call, steps, a flow it refers to, a mock, or nothing with a reason."""

from __future__ import annotations

from dataclasses import field

from ..expr.path import Root
from ..expr.shape import Selected
from ..plan.call import HttpCall
from ..plan.flow import Flow
from ..plan.surfaces import Body, PassThrough, Refused
from ..source.diagnostics import Diagnostic, Report, Span, did_you_mean
from ..spec.flows import UnitSpec
from ..steps.call import CallStep
from ..values.record import dataclass
from .aggregates import Declared, FlowTable, LinkedFlow, linked_flow
from .answers import AnswerLinker
from .binds import BindTable
from .calls import CallLinker, answer_format
from .consumes import Candidate
from .evidence import Unit
from .inputs import Inputs
from .intent import CallTable, choose, tell
from .outputs import OutputLinker, is_stated, is_untouched
from .results import ResultLinker
from .steps import StepLinker, flow_step
from .wiring import Wiring


@dataclass(slots=True)
class FlowLinker:
    """Links what units run, once their calls are settled."""

    calls: CallLinker
    table: CallTable
    flows: FlowTable
    binds: BindTable
    report: Report
    _linked: dict[str, LinkedFlow | Diagnostic] = field(default_factory=dict)
    _open: list[str] = field(default_factory=list)

    def wiring(self, unit: Unit, namespace: str, *, required_by_default: bool) -> Wiring:
        """Begin a unit: its inputs are declared, under the namespace that references may begin with."""
        wiring = Wiring(Inputs(unit, self.report), namespace, self.binds, self.report)
        wiring.declare(required_by_default=required_by_default)
        return wiring

    def reference(self, unit: UnitSpec) -> str | None:
        """Return the flow that a unit refers to: by ``ref``, or by a ``call`` that nothing else has."""
        if unit.ref is not None:
            return unit.ref
        return unit.call if unit.call in self.flows and unit.call not in self.table else None

    def link(self, unit: UnitSpec, found: Candidate | Diagnostic | None, wiring: Wiring) -> Body:
        """Link what a unit runs; ``found`` is what its call means, or why that cannot be said."""
        linked = wiring.refusal or self._link(unit, found, wiring)
        if isinstance(linked, Diagnostic):
            return Refused(linked)
        return Refused(wiring.refusal) if wiring.refusal else linked

    def refer(self, ref: str, span: Span) -> LinkedFlow | Diagnostic | None:
        """Link the flow that is referred to, once; None when there is none of that name."""
        if ref in self._open:
            message = f"flow {ref!r} comes to run itself: {' -> '.join((*self._open, ref))}"
            return self.report.refuse("L033", message, span)
        if ref not in self.flows:
            return None
        if ref not in self._linked:
            self._open.append(ref)
            self._linked[ref] = self._flow(self.flows[ref])
            self._open.pop()
        return self._linked[ref]

    def _flow(self, declared: Declared) -> LinkedFlow | Diagnostic:
        unit = Unit(declared.spec)
        wiring = self.wiring(unit, declared.namespace, required_by_default=True)
        used = [] if self.reference(declared.spec) else choose((unit,), self.table, ())
        found = tell(used[0], self.table, self.report) if used else None
        body = self.link(declared.spec, found, wiring)
        if isinstance(body, Refused):
            return body.diagnostic
        if isinstance(body, PassThrough) and body.is_binary:
            message = f"flow {declared.name!r} answers bytes, which only what calls for them itself passes on"
            span, hint = declared.spec.span("call"), f"write call: {declared.spec.call} where they are wanted"
            return self.report.refuse("L193", message, span, hint)
        if declared.spec.media_type is not None:
            message = "'outputMediaType' has no effect: what a flow answers becomes JSON"
            self.report.warn("L192", message, declared.spec.span("outputMediaType"))
        flow = body if isinstance(body, Flow) else Flow((CallStep("call", body.call),), Selected(Root()))
        return linked_flow(declared, wiring.inputs.contract(), flow)

    def _link(
        self, unit: UnitSpec, found: Candidate | Diagnostic | None, wiring: Wiring
    ) -> PassThrough | Flow | Diagnostic:
        if unit.ref is not None and (unit.call or unit.steps):
            other = "call" if unit.call else "steps"
            message = f"'ref' and {other!r} stand side by side, and only one of them can be run"
            return self.report.refuse("L034", message, unit.span(other), f"remove 'ref', or {other!r}")
        if (ref := self.reference(unit)) is not None:
            return self._referred(ref, unit, wiring)
        if isinstance(found, Diagnostic):
            return found
        if unit.steps and unit.call:
            message = "'call' and 'steps' stand side by side, and only one of them can be run"
            return self.report.refuse("L034", message, unit.span("call"), "make the call the first step")
        if unit.mappings and not unit.steps:
            message = "'mappings' map what steps found, and there are no steps"
            return self.report.refuse("L037", message, unit.span("mappings"), "map it by 'outputParameters'")
        if unit.steps:
            return self._stepwise(unit, wiring)
        outputs = wiring.outputs()
        return self._mock(unit, outputs) if found is None else self._called(unit, found, wiring, outputs)

    def _referred(self, ref: str, unit: UnitSpec, wiring: Wiring) -> Flow | Diagnostic:
        span = unit.span("ref" if unit.ref is not None else "call")
        called = self.refer(ref, span)
        if called is None:
            hint = did_you_mean(ref, self.flows)
            return self.report.refuse("L035", f"no aggregate has a flow {ref!r}", span, hint)
        if isinstance(called, Diagnostic):
            return called
        return Flow((flow_step("flow", called, unit, wiring),), Selected(Root()))

    def _stepwise(self, unit: UnitSpec, wiring: Wiring) -> Flow | Diagnostic:
        linker = StepLinker(self.calls, self.table, self.refer, self.report)
        steps = linker.link(unit.steps or (), wiring)
        if isinstance(steps, Diagnostic):
            return steps
        outputs = wiring.outputs()
        result = ResultLinker(wiring, outputs, self.report).link(unit)
        return result if isinstance(result, Diagnostic) else Flow(steps, result)

    def _called(
        self, unit: UnitSpec, found: Candidate, wiring: Wiring, outputs: OutputLinker
    ) -> PassThrough | Flow | Diagnostic:
        is_decoded = not is_untouched(unit.outputs) and not self._is_binary(found, unit)
        if refused := self.calls.unusable(found) or self.calls.unreadable(found, is_decoded=is_decoded):
            return refused
        call = self.calls.link(found, wiring.sources(found, unit))
        if isinstance(call, Diagnostic):
            return call
        if refused := self._unstreamable(call, found, wiring.inputs.unit):
            return refused
        if _passes(found, unit):
            return AnswerLinker(self.report).passing(PassThrough(call), found.operation)
        outputs.is_repeated = call.answer_format == "xml"
        shape = Selected(Root()) if is_untouched(unit.outputs) else outputs.link(unit.outputs or ())
        return outputs.refusal or Flow((CallStep("call", call),), shape)

    def _is_binary(self, found: Candidate, unit: UnitSpec) -> bool:
        """Tell whether the answer is bytes, which outputs cannot be cut from: they are left out (L191)."""
        if answer_format(found.operation) != "binary":
            return False
        message = "outputs have no effect: answers in 'binary' pass as they come"
        self.report.warn("L191", message, unit.span("outputParameters"), "leave them out")
        return True

    def _mock(self, unit: UnitSpec, outputs: OutputLinker) -> Flow | Diagnostic:
        if not is_stated(unit.outputs):
            message = "nothing to run: no 'call', and no output states a value"
            hint = "write 'call: namespace.operation', or outputs with a 'value'"
            return self.report.refuse("L004", message, unit.span(), hint)
        shape = outputs.mock(unit.outputs or ())
        return outputs.refusal or Flow((), shape)

    def _unstreamable(self, call: HttpCall, candidate: Candidate, unit: Unit) -> Diagnostic | None:
        """Refuse to stream where nothing streams: from tools, and beside another body or shaped outputs."""
        if not call.streams_body:
            return None
        if unit.resource is not None and _passes(candidate, unit.spec) and call.body is None:
            return None
        message = "a raw body is streamed by REST routes that pass the answer through, and by nothing else"
        return self.report.refuse("L024", message, candidate.operation.span("body"))


def _passes(candidate: Candidate, unit: UnitSpec) -> bool:
    """Tell whether bytes go through as they come; answers in other formats are turned into JSON."""
    answer = answer_format(candidate.operation)
    return answer == "binary" or (answer == "json" and is_untouched(unit.outputs))
