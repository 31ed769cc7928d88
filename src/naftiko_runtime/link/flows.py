"""What an exposed unit runs: a pass-through, a call with shaped outputs, a mock, or nothing with a reason."""

from __future__ import annotations

from dataclasses import dataclass

from ..expr.path import Root
from ..expr.shape import Selected
from ..plan.call import HttpCall
from ..plan.flow import Flow
from ..plan.surfaces import Body, PassThrough, Refused
from ..source.diagnostics import Diagnostic, Report
from ..spec.flows import UnitSpec
from ..steps.call import CallStep
from .calls import CallLinker, answer_format
from .consumes import Candidate
from .inputs import Inputs
from .outputs import OutputLinker, is_stated, is_untouched

# the grammar reads these words, so that nothing is dropped in silence; this release does not run them
_NOT_YET = ("ref", "steps", "mappings")


@dataclass(frozen=True, slots=True)
class FlowLinker:
    """Links what units run, once their calls are settled."""

    calls: CallLinker
    report: Report

    def link(self, unit: UnitSpec, found: Candidate | Diagnostic | None, inputs: Inputs) -> Body:
        """Link what a unit runs; ``found`` is what its call means, or why that cannot be said."""
        if diagnostic := self._not_yet(unit) or inputs.refusal:
            return Refused(diagnostic)
        if isinstance(found, Diagnostic):
            return Refused(found)
        span = unit.span("outputParameters")
        outputs = OutputLinker(inputs.lookup(span), self.report, inputs.lookup_inside(span))
        if found is None:
            return self._mock(unit, outputs)
        is_decoded = not is_untouched(unit.outputs)
        if diagnostic := self.calls.unusable(found) or self.calls.unreadable(found, is_decoded=is_decoded):
            return Refused(diagnostic)
        sources = inputs.sources(found)
        call = inputs.refusal or self.calls.link(found, sources)
        if isinstance(call, Diagnostic):
            return Refused(call)
        if diagnostic := self._unstreamable(call, found, inputs):
            return Refused(diagnostic)
        if _passes(found, unit):
            return PassThrough(call)
        shape = Selected(Root()) if is_untouched(unit.outputs) else outputs.link(unit.outputs or ())
        return Refused(outputs.refusal) if outputs.refusal else Flow((CallStep("call", call),), shape)

    def _not_yet(self, unit: UnitSpec) -> Diagnostic | None:
        for word in _NOT_YET:
            if getattr(unit, word) is not None:
                return self.report.refuse("L015", f"{word!r} is not run by this release", unit.span(word))
        return None

    def _mock(self, unit: UnitSpec, outputs: OutputLinker) -> Body:
        if not is_stated(unit.outputs):
            message = "nothing to run: no 'call', and no output states a value"
            return Refused(self.report.refuse("L004", message, unit.span()))
        shape = outputs.mock(unit.outputs or ())
        return Refused(outputs.refusal) if outputs.refusal else Flow((), shape)

    def _unstreamable(self, call: HttpCall, candidate: Candidate, inputs: Inputs) -> Diagnostic | None:
        """Refuse to stream where nothing streams: from tools, and beside another body or shaped outputs."""
        if not call.streams_body:
            return None
        unit = inputs.unit
        if unit.resource is not None and _passes(candidate, unit.spec) and call.body is None:
            return None
        message = "a raw body is streamed by REST routes that pass the answer through, and by nothing else"
        return self.report.refuse("L024", message, candidate.operation.span("body"))


def _passes(candidate: Candidate, unit: UnitSpec) -> bool:
    """Tell whether bytes go through as they come; answers in other formats are turned into JSON."""
    return is_untouched(unit.outputs) and answer_format(candidate.operation) in ("json", "binary")
