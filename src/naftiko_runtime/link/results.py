"""What a unit with steps answers: its mappings, cut to the outputs that it declares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import TypeAlias

from ..expr.path import Root
from ..expr.scope import Const, Expr, StepResult
from ..expr.shape import At, Computed, Fields, Selected, Shape
from ..source.diagnostics import Diagnostic, Report, did_you_mean
from ..spec.flows import MappingSpec, OutputSpec, UnitSpec
from ..values.record import dataclass
from .earlier import Earlier, split_step
from .outputs import OutputLinker, has_path, path_text
from .wiring import Wiring

_Tree: TypeAlias = "dict[str, _Tree | Expr]"


@dataclass(slots=True)
class ResultLinker:
    """Links the answer of one unit, once its steps are linked."""

    wiring: Wiring
    outputs: OutputLinker
    report: Report
    _refusal: Diagnostic | None = field(default=None)

    def link(self, unit: UnitSpec) -> Shape | Diagnostic:
        """Link what is answered: with ``mappings`` their targets, else the outputs, else the last step's."""
        declared = {spec.name: spec for spec in unit.outputs or () if spec.name is not None}
        if unit.mappings:
            found = self._mapped(unit.mappings, declared)
        elif unit.outputs:
            found = self._declared(unit.outputs)
        else:
            found = Selected(Root())
        return self._refusal or self.outputs.refusal or self.wiring.refusal or found

    @property
    def _last(self) -> Earlier:
        return list(self.wiring.earlier.values())[-1]

    def _mapped(self, mappings: tuple[MappingSpec, ...], declared: Mapping[str, OutputSpec]) -> Shape:
        tree: _Tree = {}
        for spec in mappings:
            self._plant(tree, spec)
        fields = [(name, _grown(branch, declared.get(name), self.outputs)) for name, branch in tree.items()]
        for name, output in declared.items():
            if name not in tree:
                fields.append((name, self._unmapped(name, output)))
        return Fields(tuple(fields))

    def _plant(self, tree: _Tree, spec: MappingSpec) -> None:
        """Put a mapping where its dotted target leads; where two want one place is refused."""
        *way, last = spec.target.split(".")
        here: _Tree = tree
        for key in way:
            below = here.setdefault(key, {})
            if not isinstance(below, dict):
                return self._clash(spec)
            here = below
        if last in here:
            return self._clash(spec)
        here[last] = self._value(spec)
        return None

    def _clash(self, spec: MappingSpec) -> None:
        message = f"target {spec.target!r} stands where another mapping puts something"
        self._refusal = self.report.refuse("L032", message, spec.span("target"))

    def _value(self, spec: MappingSpec) -> Expr:
        """Link a mapping's value: ``$.step.a``, a template, a constant, or a path into an only step."""
        text, span = spec.value.strip(), spec.span("value")
        found = self.wiring.word(text, span)
        if isinstance(found, StepResult) or not text.startswith(("$.", "$[")):
            return found
        steps = self.wiring.earlier
        if len(steps) == 1:
            message = f"{text!r} does not begin with a step; it is read from {self._last.name!r}"
            self.report.warn("L130", message, span, f"write $.{self._last.name}{text[1:]}")
            return self.wiring.path_into(self._last, text[1:], span)
        name = (split_step(text) or ("", ""))[0]
        self.wiring.refuse("L031", f"{name!r} is not a step", span, did_you_mean(name, steps))
        return found

    def _unmapped(self, name: str, spec: OutputSpec) -> Shape:
        """Answer an output that no mapping fills: what it states itself, or the step of its name."""
        if has_path(spec) or name in self.wiring.earlier:
            return self._output(spec)
        hint = did_you_mean(name, self.wiring.earlier) or f"add a mapping with target {name!r}"
        self.report.warn("L131", f"no mapping fills output {name!r}; it is null", spec.span("name"), hint)
        return Computed(Const(None), spec.type)

    def _declared(self, outputs: tuple[OutputSpec, ...]) -> Shape:
        named = [(spec.name, spec) for spec in outputs if spec.name is not None]
        if len(outputs) == 1 or not named:
            return self._output(outputs[0])
        return Fields(tuple((name, self._output(spec)) for name, spec in named))

    def _output(self, spec: OutputSpec) -> Shape:
        """Link an output of the unit itself: its path begins with a step, or leads into the last one."""
        if (stated := self.outputs.stated(spec)) is not None:
            return stated
        if spec.mapping is None and spec.value is None and spec.const is None:
            return self._implied(spec)
        text, span = path_text(spec).strip(), spec.span("mapping")
        source = self.wiring.step_path(text, span) or self._into_last(text, spec)
        return At(source, self.outputs.below(spec))

    def _into_last(self, text: str, spec: OutputSpec) -> StepResult:
        rest = text.removeprefix("$") if text not in ("$", "$.") else ""
        rest = rest if rest.startswith((".", "[")) or not rest else f".{rest}"
        return self.wiring.path_into(self._last, rest, spec.span("mapping"))

    def _implied(self, spec: OutputSpec) -> Shape:
        """Link an output without a path by its name; the parts of an object may have paths of their own."""
        if spec.properties and any(has_path(part) for part in spec.properties.values()):
            return Fields(
                tuple(
                    (name, self._output(part.model_copy(update={"name": name})))
                    for name, part in spec.properties.items()
                )
            )
        if spec.name is None:
            return self.outputs.below(spec)
        step = self.wiring.earlier.get(spec.name)
        source = StepResult(step.name) if step else self._last.words((spec.name,))
        return At(source, self.outputs.below(spec))


def _grown(branch: _Tree | Expr, spec: OutputSpec | None, outputs: OutputLinker) -> Shape:
    """Turn what mappings planted into a shape; a declared output says what is kept of its value."""
    if not isinstance(branch, dict):
        return At(branch, outputs.below(spec) if spec else Selected(Root()))
    parts = (spec.properties if spec else None) or {}
    return Fields(tuple((name, _grown(below, parts.get(name), outputs)) for name, below in branch.items()))
