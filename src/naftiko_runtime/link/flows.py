"""What an exposed unit runs: a pass-through, a call with shaped outputs, a mock, or nothing with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..expr.scope import BindValue, Expr, match_name
from ..expr.template import compile_path_template
from ..formats import FORMATS
from ..plan.call import HttpCall, JsonBody, Part
from ..plan.flow import Flow
from ..plan.surfaces import Body, PassThrough, Refused
from ..source.diagnostics import Diagnostic, Report
from ..spec.consumes import HttpSpec
from ..spec.flows import UnitSpec
from ..steps.call import CallStep
from .consumes import Candidate, ConsumedApi, ConsumedParam
from .inputs import Inputs
from .intent import Use
from .outputs import is_stated, is_untouched, link_mock, link_outputs

# the grammar reads these words, so that nothing is dropped in silence; this release does not run them
_NOT_YET = ("ref", "steps", "mappings")


@dataclass(frozen=True, slots=True)
class FlowLinker:
    """Links what units run, once their calls are settled."""

    apis: tuple[ConsumedApi, ...]
    report: Report

    def link(self, unit: UnitSpec, use: Use | None, inputs: Inputs) -> Body:
        if diagnostic := self._not_yet(unit):
            return Refused(diagnostic)
        if use is None:
            return self._mock(unit, inputs)
        if use.refusal is not None or use.chosen is None:
            return self._refused(use)
        if diagnostic := self._unusable(use.chosen):
            return Refused(diagnostic)
        call = self._call(use.chosen, inputs)
        if is_untouched(unit.outputs):
            return PassThrough(call)
        shape = link_outputs(unit.outputs or (), inputs.lookup(unit.span("outputParameters")), self.report)
        return Flow((CallStep("call", call),), shape)

    def _refused(self, use: Use) -> Refused:
        refusal = use.refusal or self.report.refuse(
            "L002", "the call is not settled", use.unit.spec.span("call")
        )
        return Refused(refusal)

    def _not_yet(self, unit: UnitSpec) -> Diagnostic | None:
        for word in _NOT_YET:
            if getattr(unit, word) is not None:
                return self.report.refuse("L015", f"{word!r} is not run by this release", unit.span(word))
        return None

    def _mock(self, unit: UnitSpec, inputs: Inputs) -> Body:
        if not is_stated(unit.outputs):
            message = "nothing to run: no 'call', and no output states a value"
            return Refused(self.report.refuse("L004", message, unit.span()))
        shape = link_mock(unit.outputs or (), inputs.lookup(unit.span("outputParameters")), self.report)
        return Flow((), shape)

    def _unusable(self, candidate: Candidate) -> Diagnostic | None:
        """Refuse what would be sent or read differently from what the file says."""
        api, operation = self.api_of(candidate.api), candidate.operation
        if api.refusal is not None:
            return api.refusal
        if operation.body is not None:
            return self.report.refuse(
                "L016", "a body template is not sent by this release", operation.span("body")
            )
        answer = (operation.output_format or "json").lower()
        if answer not in FORMATS and answer != "binary":
            message = f"answers in {answer!r} are not read by this release"
            return self.report.refuse("L017", message, operation.span("outputRawFormat"))
        return None

    def api_of(self, spec: HttpSpec) -> ConsumedApi:
        return next(api for api in self.apis if api.spec is spec)

    def _call(self, candidate: Candidate, inputs: Inputs) -> HttpCall:
        sources = inputs.sources(candidate)
        by_place: dict[str, list[Part]] = {}
        for param, source in sources.items():
            by_place.setdefault(param.place, []).append((param.name, source))
            self._warn_of_secret(param, source)
        variables = {param.name: source for param, source in sources.items() if param.place == "path"}
        path = compile_path_template(
            _rooted(candidate.resource.path), lambda word: _variable(word, variables)
        )
        return HttpCall(
            api=self.api_of(candidate.api).api.namespace,
            name=candidate.name,
            method=candidate.method,
            path=path,
            query=tuple(by_place.get("query", ())),
            headers=tuple(by_place.get("header", ())),
            cookies=tuple(by_place.get("cookie", ())),
            body=_body(by_place.get("body", [])),
            answer_format=(candidate.operation.output_format or "json").lower(),
        )

    def _warn_of_secret(self, param: ConsumedParam, source: Expr) -> None:
        """A bound value may go into a header or a query; anywhere else it is likely to be shown (L115)."""
        is_secret = any(isinstance(ref, BindValue) for ref in source.refs())
        if is_secret and param.place in ("path", "body"):
            self.report.warn("L115", f"a bound value goes into the {param.place}", param.span)


def _variable(word: str, variables: Mapping[str, Expr]) -> Expr | None:
    name = match_name(word, variables)
    return variables[name] if name is not None else None


def _rooted(path: str) -> str:
    return path if path.startswith("/") or not path else f"/{path}"


def _body(parts: list[Part]) -> JsonBody | None:
    """One body parameter is the body; several are the fields of one object."""
    if not parts:
        return None
    return JsonBody(whole=parts[0][1]) if len(parts) == 1 else JsonBody(fields=tuple(parts))
