"""The steps of a unit, linked in their order: each may use what the earlier ones found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias, assert_never

from ..expr.scope import Const, Expr, StepResult
from ..expr.shape import Augmented, Fields, Shape
from ..plan.flow import Step
from ..source.diagnostics import Diagnostic, Report, Span, did_you_mean
from ..spec.asking import AskStepSpec
from ..spec.flows import (
    STEPS,
    CallStepSpec,
    LookupStepSpec,
    OtherStepSpec,
    ScriptStepSpec,
    StepSpec,
    UnitSpec,
)
from ..steps.call import CallStep
from ..steps.flow import FlowStep
from ..steps.lookup import LookupStep
from ..values.record import dataclass
from .aggregates import LinkedFlow
from .asking import AskLinker
from .calls import CallLinker
from .consumes import Candidate
from .earlier import Earlier
from .intent import CallTable, choose_for_step
from .outputs import OutputLinker, is_untouched
from .wiring import Wiring

# finds what a reference to a flow means; None when no flow has that name
Refer: TypeAlias = Callable[[str, Span], LinkedFlow | Diagnostic | None]


@dataclass(frozen=True, slots=True)
class StepLinker:
    """Links the steps of any unit."""

    calls: CallLinker
    table: CallTable
    refer: Refer
    report: Report

    def link(self, specs: Sequence[StepSpec], wiring: Wiring) -> tuple[Step, ...] | Diagnostic:
        """Link steps one after the other; the first that cannot run refuses the unit."""
        names = [spec.name or f"step-{number}" for number, spec in enumerate(specs, 1)]
        if len(set(names)) < len(names):
            second = next(number for number, name in enumerate(names) if name in names[:number])
            message = f"a second step is called {names[second]!r}"
            return self.report.refuse("L036", message, specs[second].span("name"), "give it another name")
        linked: list[Step] = []
        for number, (name, spec) in enumerate(zip(names, specs, strict=True)):
            wiring.later = frozenset(names[number:])
            step = self._step(name, spec, wiring)
            if isinstance(step, Diagnostic):
                return step
            linked.append(step)
        wiring.later = frozenset()
        return tuple(linked)

    def _step(self, name: str, spec: StepSpec, wiring: Wiring) -> Step | Diagnostic:
        match spec:
            case CallStepSpec():
                found = self._call(name, spec, wiring)
            case LookupStepSpec():
                found = self._lookup(name, spec, wiring)
            case AskStepSpec():
                found = AskLinker(wiring, self.report).step(name, spec)
            case ScriptStepSpec():
                message = "script steps are not run by this release"
                return self.report.refuse("L015", message, spec.span("type"))
            case OtherStepSpec():
                message, known = f"steps of type {spec.type!r} are not known", ", ".join(STEPS)
                hint = did_you_mean(spec.type, STEPS) or f"known are {known}"
                return self.report.refuse("S006", message, spec.span("type"), hint)
            case _:
                assert_never(spec)
        return wiring.refusal or found

    def _call(self, name: str, spec: CallStepSpec, wiring: Wiring) -> Step | Diagnostic:
        unit = spec.as_unit()
        called = self.refer(spec.call, spec.span("call")) if spec.call not in self.table else None
        if isinstance(called, LinkedFlow):
            step = flow_step(name, called, unit, wiring)
            wiring.earlier[name] = Earlier(name)
            return step
        found = called or choose_for_step(unit, self.table, self.report)
        return found if isinstance(found, Diagnostic) else self._consumed(name, unit, found, wiring)

    def _consumed(self, name: str, spec: UnitSpec, found: Candidate, wiring: Wiring) -> Step | Diagnostic:
        refused = self.calls.unusable(found) or self.calls.unreadable(found, is_decoded=True)
        if refused is not None:
            return refused
        call = self.calls.link(found, wiring.sources(found, spec))
        if isinstance(call, Diagnostic):
            return call
        if call.streams_body:
            message = "a raw body is streamed by routes, not by steps"
            return self.report.refuse("L024", message, found.operation.span("body"))
        outputs = wiring.outputs()
        step = CallStep(name, call, _projection(found, outputs))
        wiring.earlier[name] = _seen(name, found)
        return outputs.refusal or step

    def _lookup(self, name: str, spec: LookupStepSpec, wiring: Wiring) -> Step | Diagnostic:
        if spec.index not in wiring.earlier:
            span, hint = spec.span("index"), did_you_mean(spec.index, wiring.earlier)
            if spec.index in wiring.later:
                message = f"step {spec.index!r} has not run yet here"
                return self.report.refuse("L030", message, span, "move it up")
            return self.report.refuse("L031", f"no earlier step is called {spec.index!r}", span, hint)
        value = self._value(spec, wiring)
        wiring.earlier[name] = Earlier(name, spec.outputs, is_all=True)
        return LookupStep(name, StepResult(spec.index), spec.match, value, spec.outputs)

    def _value(self, spec: LookupStepSpec, wiring: Wiring) -> Expr:
        """Link what is looked up: ``$.step.path``, a template, or a constant."""
        text, span = spec.lookup_value, spec.span("lookupValue")
        found = wiring.word(text, span)
        if isinstance(found, Const) and text.startswith("$."):
            message = f"{text!r} does not begin with an earlier step"
            wiring.refuse("L031", message, span, did_you_mean(text.removeprefix("$."), wiring.earlier))
        return found


def flow_step(name: str, called: LinkedFlow, unit: UnitSpec, wiring: Wiring) -> FlowStep:
    """Link the run of a flow, for a step or for a unit that refers to it."""
    inputs = tuple((param.name, source) for param, source in wiring.sources(called, unit))
    return FlowStep(name, called.name, called.contract, called.flow, inputs)


def _projection(found: Candidate, outputs: OutputLinker) -> Shape | None:
    """Cut what a step was answered to the outputs that its operation declares, if it declares any."""
    declared = found.operation.outputs
    if is_untouched(declared):
        return None
    return Augmented(
        Fields(tuple((spec.name, outputs.link((spec,))) for spec in declared or () if spec.name is not None))
    )


def _seen(name: str, found: Candidate) -> Earlier:
    declared = found.operation.outputs or ()
    if is_untouched(declared):
        return Earlier(name, whole=declared[0].name if declared else None)
    return Earlier(name, tuple(spec.name for spec in declared if spec.name is not None))
