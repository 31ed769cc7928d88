"""Consumed operations as calls: every value in its place, or the reason why they cannot be sent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import TypeAlias
from urllib.parse import parse_qsl

from ..expr.compose import ListOf, ObjectOf
from ..expr.scope import BindValue, Expr, match_name
from ..expr.template import (
    PathTemplate,
    check_holes_only,
    compile_path_template,
    compile_template,
    hole_names,
)
from ..formats import FORMATS
from ..plan.body import Part
from ..plan.call import HttpCall, is_token
from ..source.diagnostics import Diagnostic, Report, did_you_mean
from ..spec.consumes import HttpSpec, OperationSpec
from ..values.record import dataclass
from .bodies import OF_BODY, link_body
from .consumes import Candidate, ConsumedApi, ConsumedParam
from .methods import impossible
from .resilience import effort_of

_KNOWN = ("path", "query", "header", "cookie", "body", "formData", "environment")
_PLACES = frozenset({"path", "query", "header", "cookie", "body", "environment"}) | OF_BODY
_LONG = 4  # shorter names are like too many others
_SHOWN = ("path", "body", "form", "body template")
_SINGLE = re.compile(r"(?<!\{)\{([^{}]+)\}(?!\})")

Sources: TypeAlias = tuple[tuple[ConsumedParam, Expr], ...]


@dataclass(frozen=True, slots=True)
class CallLinker:
    """Links consumed operations, whoever calls them; what is wrong with one is said once for all callers."""

    apis: tuple[ConsumedApi, ...]
    report: Report
    _refused: dict[int, Diagnostic | None] = field(default_factory=dict)  # by operation

    def unusable(self, candidate: Candidate) -> Diagnostic | None:
        """Refuse what would be sent differently from what the file says."""
        refusal = self.api_of(candidate.api).refusal
        if refusal is not None:
            return refusal
        key = id(candidate.operation)
        if key not in self._refused:
            self._refused[key] = self.unsendable(candidate) or self._unclear(candidate)
        return self._refused[key]

    def unsendable(self, candidate: Candidate) -> Diagnostic | None:
        """Refuse what no call of an operation could send, whoever calls it."""
        self._tell_of_holes(candidate)
        if refused := impossible(candidate.operation, self.report) or self._unwritable(candidate):
            return refused
        try:
            check_holes_only(candidate.reading.path, "a path")
        except ValueError as error:
            return self.report.refuse("L060", str(error), candidate.path_span)
        return next(filter(None, (self._misplaced(param, candidate) for param in candidate.params)), None)

    def unreadable(self, candidate: Candidate, *, is_decoded: bool) -> Diagnostic | None:
        """Refuse answers in a format that nobody here reads; bytes may pass as they come."""
        operation = candidate.operation
        answer = answer_format(operation)
        span = operation.span("outputRawFormat")
        if answer not in FORMATS:
            if answer == "binary" and not is_decoded:
                return None
            message = f"answers in {answer!r} are not read by this release"
            hint = did_you_mean(answer, FORMATS) or f"known are {', '.join(FORMATS)}"
            return self.report.refuse("L017", message, span, hint)
        if FORMATS[answer].missing:
            hint = f"pip install '{FORMATS[answer].missing}'"
            return self.report.refuse(
                "L017", f"what reads answers in {answer!r} is not installed", span, hint
            )
        try:
            FORMATS[answer].check(operation.output_schema or "*")
        except ValueError as error:
            return self.report.refuse("L017", str(error), operation.span("outputSchema"))
        return None

    def link(self, candidate: Candidate, sources: Sources) -> HttpCall | Diagnostic:
        """Put every value into its place."""
        if diagnostic := self._secret_inside(sources):
            return diagnostic
        by_place: dict[str, list[Part]] = {}
        for param, source in sources:
            by_place.setdefault(param.place, []).append((param.name, source))
            if param.place in _SHOWN and _is_secret(source):
                place = "path" if param.place == "path" else "body"
                self.report.warn("L115", f"a bound value goes into the {place}", param.span)
        return self._placed(candidate, by_place)

    def link_whole(self, api: ConsumedApi, sources: Sources) -> HttpCall | Diagnostic:
        """Put what an API states for every request into its place; the rest comes from whoever asks."""
        if diagnostic := self._secret_inside(sources):
            return diagnostic
        by_place: dict[str, list[Part]] = {}
        for param, source in sources:
            if diagnostic := self._unnamable(param):
                return diagnostic
            by_place.setdefault(param.place, []).append((param.name, source))
        return HttpCall(
            api=api.api.namespace,
            name=api.api.namespace,
            method="GET",
            path=PathTemplate(()),
            query=tuple(by_place.get("query", ())),
            headers=tuple(by_place.get("header", ())),
            cookies=tuple(by_place.get("cookie", ())),
            effort=effort_of(api.spec),
        )

    def api_of(self, spec: HttpSpec) -> ConsumedApi:
        return next(api for api in self.apis if api.spec is spec)

    def _placed(self, candidate: Candidate, by_place: Mapping[str, list[Part]]) -> HttpCall:
        path, _, query = candidate.path.partition("?")
        variables = dict((*by_place.get("environment", ()), *by_place.get("path", ())))
        return HttpCall(
            api=self.api_of(candidate.api).api.namespace,
            name=candidate.name,
            method=candidate.method,
            path=compile_path_template(path, lambda word: _variable(word, variables)),
            query=(*_stated_query(query, variables), *by_place.get("query", ())),
            headers=tuple(by_place.get("header", ())),
            cookies=tuple(by_place.get("cookie", ())),
            body=link_body(candidate.body, by_place),
            streams_body=candidate.body.is_streamed,
            answer_format=answer_format(candidate.operation),
            answer_schema=candidate.operation.output_schema or None,
            effort=effort_of(candidate.api, candidate.operation),
        )

    def _tell_of_holes(self, candidate: Candidate) -> None:
        """Warn of holes in a body that no parameter is called like, where some are declared (L173)."""
        names = [param.name for param in candidate.params if param.place not in ("body key", "environment")]
        inside = [param.name for param in candidate.params if param.place in ("body", "body word")]
        for word in candidate.body.holes:
            if "." in word or match_name(word, names) is not None:
                continue
            near = did_you_mean(word, names)
            if inside or (near and len(word) >= _LONG):
                message = f"the body has a hole {word!r}, and no parameter is called so"
                hint = near or f"declare it: {{name: {word}, in: body}}"
                self.report.warn("L173", message, candidate.operation.span("body", "data"), hint)

    def _unwritable(self, candidate: Candidate) -> Diagnostic | None:
        """Refuse a body that cannot be read, or has no place for one of its parameters (L042)."""
        body, problem = candidate.body, candidate.body.problem
        if problem is not None:
            span = candidate.operation.span("body", problem.key)
            return self.report.refuse(problem.code, problem.message, span, problem.hint)
        parts = [param for param in candidate.params if param.fixed is None or param.place == "body"]
        given = [param for param in parts if param.place == "body"]
        fields = [param for param in parts if param.place == "form"]
        if fields and body.kind not in ("form", "multipart"):
            message = f"{fields[0].name!r} is a field of a form, but the body is none"
            return self.report.refuse("L042", message, fields[0].span, "write type: multipartForm")
        if given and (body.has_template or (len(given) > 1 and body.kind in ("text", "xml"))):
            message = f"the body has no place for its parameter {given[-1].name!r}"
            return self.report.refuse("L042", message, given[-1].span, "name it in the template")
        return None

    def _unclear(self, candidate: Candidate) -> Diagnostic | None:
        """Refuse to change something at a path that may be another one (L040); reading is tried (L141)."""
        reading = candidate.reading
        if reading.is_sure:
            return None
        message = f"nothing tells whether path {candidate.operation.path!r} is the whole path"
        hint = f"write {reading.path} or {reading.other} as the path of a resource"
        if not candidate.is_safe:
            return self.report.refuse("L040", message, candidate.path_span, hint)
        self.report.warn("L141", f"{message}; it is read as such", candidate.path_span, hint)
        return None

    def _misplaced(self, param: ConsumedParam, candidate: Candidate) -> Diagnostic | None:
        """Refuse a parameter that would not be sent, or not under its name."""
        if param.place not in _PLACES:
            message = f"parameters in {param.place!r} are not sent by this release"
            hint = did_you_mean(param.place, _KNOWN) or f"known are {', '.join(_KNOWN)}"
            return self.report.refuse("L021", message, param.span, hint)
        if param.place == "path" and match_name(param.name, hole_names(candidate.path, single=True)) is None:
            message = f"path {candidate.reading.path!r} has no place for its parameter {param.name!r}"
            return self.report.refuse("L020", message, param.span, f"write '{{{param.name}}}' into the path")
        return self._unnamable(param)

    def _unnamable(self, param: ConsumedParam) -> Diagnostic | None:
        if param.place in ("header", "cookie") and not is_token(param.name):
            message = f"{param.name!r} cannot be the name of a {param.place}"
            return self.report.refuse(
                "L022", message, param.span, "write the name alone, without blanks or signs"
            )
        return None

    def _secret_inside(self, sources: Sources) -> Diagnostic | None:
        """Refuse bound values inside lists and objects, where nothing would keep them from being shown."""
        for param, source in sources:
            if (
                param.place != "body template"
                and isinstance(source, ObjectOf | ListOf)
                and _is_secret(source)
            ):
                message = f"a bound value stands inside the list or object of {param.name!r}"
                return self.report.refuse("L023", message, param.span)
        return None


def answer_format(operation: OperationSpec) -> str:
    return (operation.output_format or "json").lower()


def _is_secret(source: Expr) -> bool:
    return any(isinstance(ref, BindValue) for ref in source.refs())


def _variable(word: str, variables: Mapping[str, Expr]) -> Expr | None:
    name = match_name(word, variables)
    return variables[name] if name is not None else None


def _stated_query(query: str, variables: Mapping[str, Expr]) -> Iterator[Part]:
    """Read the query that some authors write into the path; its holes are path variables."""
    for name, value in parse_qsl(query, keep_blank_values=True):
        text = _SINGLE.sub(r"{{\1}}", value)
        yield name, compile_template(text, lambda word: _variable(word, variables))
