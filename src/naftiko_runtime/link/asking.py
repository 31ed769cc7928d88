"""Steps and prompts that ask whoever is behind a client."""

from __future__ import annotations

from collections.abc import Mapping

from ..expr.compose import ObjectOf
from ..expr.scope import BindValue
from ..plan.asking import KEPT, Kind, Query
from ..plan.flow import Flow
from ..plan.surfaces import Body, Refused
from ..source.diagnostics import Diagnostic, Report
from ..spec.asking import AskStepSpec, QuestionSpec
from ..spec.flows import UnitSpec
from ..steps.ask import AskStep
from ..values.record import dataclass
from .earlier import Earlier
from .questions import QuestionLinker
from .wiring import Wiring

_KINDS = ("elicit", "sample", "roots")


@dataclass(frozen=True, slots=True)
class AskLinker:
    """Links the questions of one unit."""

    wiring: Wiring
    report: Report

    def step(self, name: str, spec: AskStepSpec) -> AskStep | Diagnostic:
        """Link a step that asks one question, or those of ``questions``."""
        is_several = spec.questions is not None
        if is_several and (written := _written(spec)):
            message = (
                f"'questions' and {written[0]!r} stand side by side: a step asks one question, or several"
            )
            hint = f"put it among the questions, under a name of its own, or remove {written[0]!r}"
            return self.report.refuse("L176", message, spec.span(written[0]), hint)
        queries = self.queries({name: spec} if spec.questions is None else spec.questions, spec)
        if isinstance(queries, Diagnostic):
            return queries
        seen = tuple(query.name for query in queries) if is_several else KEPT[queries[0].kind]
        self.wiring.earlier[name] = Earlier(name, seen, is_all=True)
        return AskStep(name, queries, is_several)

    def queries(
        self, specs: Mapping[str, QuestionSpec], whole: AskStepSpec | None = None
    ) -> tuple[Query, ...] | Diagnostic:
        """Link questions by their names; the first that cannot be asked refuses them all.

        What ``whole`` says of being required holds for those that do not say it themselves.
        """
        otherwise = True if whole is None or whole.required is None else whole.required
        found: list[Query] = []
        for name, spec in specs.items():
            query = self._query(name, spec, otherwise=otherwise)
            if isinstance(query, Diagnostic):
                return query
            found.append(query)
        if not found and whole is not None:
            return self.report.refuse(
                "L176", "nothing is asked", whole.span("questions"), "add a question by its name"
            )
        return tuple(found)

    def _query(self, name: str, spec: QuestionSpec, *, otherwise: bool) -> Query | Diagnostic:
        written = _written(spec)
        if len(written) != 1:
            what = "asks nothing" if not written else f"has {' beside '.join(map(repr, written))}"
            hint = "write one of elicit, sample and roots"
            return self.report.refuse("L176", f"question {name!r} {what}", spec.span(*written[1:2]), hint)
        draft = QuestionLinker(name, self.wiring, self.report).link(spec)
        if isinstance(draft, Diagnostic):
            return draft
        kind, fields = draft
        for key, value in fields.items():
            if any(isinstance(ref, BindValue) for ref in value.refs()):
                message = f"a bound value goes into question {name!r}, which clients are shown"
                return self.report.refuse("L180", message, spec.span(written[0], key), "leave it out")
        is_required = otherwise if spec.required is None else spec.required
        return Query(name, kind, ObjectOf(tuple(fields.items())), is_required)


def _written(spec: QuestionSpec) -> list[str]:
    """List the kinds that an author wrote."""
    return [kind for kind in _KINDS if getattr(spec, kind) not in (None, False)]


def kind_of(spec: QuestionSpec) -> Kind:
    """Say of which kind a question is that has been linked."""
    if spec.elicit is not None:
        return "form" if spec.elicit.url is None else "url"
    return "sampling" if spec.sample is not None else "roots"


def refused_by_rest(body: Body, spec: UnitSpec, report: Report) -> Body:
    """Refuse what has to ask: an HTTP client cannot be asked (L181)."""
    needed = [query.name for query in body.asks if query.is_required] if isinstance(body, Flow) else []
    if not needed:
        return body
    key = next((key for key in ("steps", "ref", "call") if getattr(spec, key) is not None), "name")
    message = f"{needed[0]!r} has to be asked, and HTTP clients cannot be asked"
    hint = "expose it over MCP alone, or write 'required: false' where it works without an answer"
    return Refused(report.refuse("L181", message, spec.span(key), hint))
