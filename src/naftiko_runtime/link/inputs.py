"""The arguments of an exposed unit: what callers give, where it is found, where it goes (D11, D12)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from ..expr.builder import Lookup
from ..expr.compose import compile_value
from ..expr.scope import Argument, BindValue, Const, Expr, match_name
from ..expr.template import Template, check_holes_only, compile_template, hole_names
from ..plan.contract import Contract, Param, is_pattern, kind_named
from ..plan.surfaces import Place, RestInput
from ..source.diagnostics import Diagnostic, Report, Span, did_you_mean
from ..spec.flows import InputSpec
from ..values import Json
from .binds import BindTable
from .consumes import Candidate, ConsumedParam
from .intent import Unit

_PLACES: Mapping[str, Place] = {
    "path": "path",
    "query": "query",
    "header": "header",
    "cookie": "cookie",
    "body": "body",
}
_NAME = re.compile(r"[^\s{}]+")
# bound variables are written so (spec 0), arguments hardly ever
_VARIABLE = re.compile(r"(?:[\w-]+[.:])?[A-Z0-9][A-Z0-9_]*")


@dataclass(slots=True)
class _Draft:
    """An argument while it is being found out; a kind or description may still come from where it lands."""

    param: Param
    place: Place | None = None
    is_declared: bool = False
    is_part: bool = False  # goes into a body, among other things


@dataclass(slots=True)
class Inputs:
    """Collects the arguments of one unit while its call is linked."""

    unit: Unit
    namespace: str
    binds: BindTable
    report: Report
    _drafts: dict[str, _Draft] = field(default_factory=dict)
    _fixed: dict[str, Expr] = field(default_factory=dict)
    _names: tuple[str, ...] = ()
    refusal: Diagnostic | None = None  # a template that cannot be compiled

    def declare(self, *, required_by_default: bool) -> None:
        """Take over path variables and declared parameters; a stated value is not the caller's to give."""
        resource = self.unit.resource
        self._check_path()
        for name in hole_names(resource.path, single=True) if resource else ():
            self._drafts[name] = _Draft(Param(name, None, required=True), "path", is_declared=True)
        for spec in (*((resource.inputs or ()) if resource else ()), *(self.unit.spec.inputs or ())):
            if spec.value is not None:
                self._fixed[spec.name] = self._compile(spec.value, spec.span("value"), {})
            else:
                self._declare(spec, required_by_default=required_by_default)

    def _check_path(self) -> None:
        if (resource := self.unit.resource) is None:
            return
        try:
            check_holes_only(resource.path, "a path")
        except ValueError as error:
            self.refusal = self.report.refuse("L060", str(error), resource.span("path"))

    def _declare(self, spec: InputSpec, *, required_by_default: bool) -> None:
        name = match_name(
            spec.name, [known for known, draft in self._drafts.items() if draft.place == "path"]
        )
        place = "path" if name is not None else _PLACES.get((spec.location or "").lower())
        required = name is not None or (required_by_default if spec.required is None else spec.required)
        kind = kind_named(spec.type)
        param = Param(name or spec.name, kind, required, spec.description or "", self._pattern(spec))
        self._drafts[param.name] = _Draft(param, place, is_declared=True)

    def _pattern(self, spec: InputSpec) -> str | None:
        if spec.pattern is None or is_pattern(spec.pattern):
            return spec.pattern
        message = f"pattern {spec.pattern!r} cannot be read, so it is not checked"
        self.report.warn("L119", message, spec.span("pattern"))
        return None

    def sources(self, candidate: Candidate) -> tuple[tuple[ConsumedParam, Expr], ...]:
        """Find the value of every consumed parameter: stated, from ``with``, or the caller's of that name."""
        params = [param for param in candidate.params if not candidate.signs(param)]
        self._names = tuple(param.name for param in params)
        given = self._environment(params) | self._with(candidate)
        bodies = sum(1 for param in params if param.place == "body")
        found = tuple((param, self._source(param, given)) for param in params)
        for param, source in found:
            self._learn(source, param, is_whole=bodies == 1)
        return found

    def _environment(self, params: Iterable[ConsumedParam]) -> dict[str, Expr]:
        """Read parameters of the environment, which other parameters and the path may name."""
        return {
            param.name: self.binds.resolve(f"env.{param.name}", "parameter", param.span)
            for param in params
            if param.place == "environment"
        }

    def _source(self, param: ConsumedParam, given: Mapping[str, Expr]) -> Expr:
        if param.fixed is not None:
            return self._compile(param.fixed, param.span, given)
        if param.name in given:
            return given[param.name]
        if param.place == "path" and ("." in param.name or self.binds.knows(param.name)):
            return self._hole(param.name, param.span, given)
        return self._argument(param.name)

    def _with(self, candidate: Candidate) -> dict[str, Expr]:
        """Compile ``with``; keys that the operation does not know go nowhere, with a warning (L113)."""
        signed = [param.name for param in candidate.params if candidate.signs(param)]
        given: dict[str, Expr] = {}
        for key, value in (self.unit.spec.with_ or {}).items():
            name, span = match_name(key, self._names), self.unit.spec.span("with", key)
            if name is not None:
                given[name] = compile_value(value, lambda text, span=span: self._word(text, span))  # type: ignore[misc]
            elif match_name(key, signed) is None:
                message = f"{candidate.name!r} has no parameter {key!r}; it is not sent"
                self.report.warn("L113", message, span, did_you_mean(key, self._names))
        return given

    def _word(self, text: str, span: Span) -> Expr:
        """Compile one text of ``with``: a reference, a template, or else just what it says."""
        if (words := self._callers(text)) is not None:
            return self._reference(words)
        if text.startswith("env.") and _VARIABLE.fullmatch(text):
            return self.binds.resolve(text, "parameter", span)
        return self._template(text, span, {})

    def _compile(self, value: Json, span: Span, given: Mapping[str, Expr]) -> Expr:
        return compile_value(value, lambda text: self._template(text, span, given))

    def _template(self, text: str, span: Span, given: Mapping[str, Expr]) -> Expr:
        try:
            return compile_template(
                text,
                lambda word: self._hole(word, span, given),
                inside=lambda word: self._hole(word, span, given) if self._is_known(word, given) else None,
            )
        except ValueError as error:
            self.refusal = self.report.refuse("L060", str(error), span)
            return Const(None)

    def _hole(self, word: str, span: Span, given: Mapping[str, Expr]) -> Expr:
        """Link a word in braces: a caller's name, a parameter of the same call, a bound variable.

        What is spelled exactly so comes before what only looks alike, so that no argument can stand in
        for a variable.
        """
        if (words := self._callers(word)) is not None:
            return self._reference(words)
        own = {*self._fixed, *self._drafts}
        if word not in {*own, *given} and (self.binds.knows(word) or word.startswith("env.")):
            return self.binds.resolve(word, "parameter", span)
        if word not in own and (alike := match_name(word, given)) is not None:
            return given[alike]
        if match_name(word, own) is None and _VARIABLE.fullmatch(word):
            return self.binds.resolve(word, "parameter", span)
        return self._reference(word)

    def _is_known(self, word: str, given: Mapping[str, Expr]) -> bool:
        """Tell whether the file declares a word in a section; any other is a field of an element."""
        known = {*self._fixed, *self._drafts, *given}
        if self._callers(word) is not None or self.binds.knows(word) or word.startswith("env."):
            return True
        return any(match_name(name, known) is not None for name in (word, word.partition(".")[0]))

    def lookup(self, span: Span) -> Lookup:
        """Return how the words in an output's template are found."""

        def find(word: str) -> Expr:
            found = self._hole(word, span, {})
            if isinstance(found, BindValue):
                self.report.warn("L115", "a bound value goes into the output, which leaves it out", span)
            return found

        return find

    def lookup_inside(self, span: Span) -> Lookup:
        """Return how the words in the sections of an output's template are found."""
        find = self.lookup(span)
        return lambda word: find(word) if self._is_known(word, {}) else None

    def _callers(self, text: str) -> str | None:
        """Return the caller's name in ``rest.x``, ``tools.x``, ``<own namespace>.x`` and ``$this.<ns>.x``."""
        text = text.removeprefix("$this.")
        for prefix in ("rest.", "tools.", "mcp.", f"{self.namespace}."):
            words = text.removeprefix(prefix)
            if words != text and _NAME.fullmatch(words):
                return words
        return None

    def _reference(self, words: str) -> Expr:
        """Find an argument, or a part of one: dots belong to the name where something has that name."""
        name, *keys = words.split(".")
        if not keys or match_name(words, {*self._drafts, *self._fixed, *self._names}) is not None:
            return self._argument(words)
        found = self._argument(name)
        return Argument(found.name, tuple(keys)) if isinstance(found, Argument) else found

    def _argument(self, name: str) -> Expr:
        """Find an argument by its name in any spelling, or add it: nobody declared it (D12)."""
        fixed = match_name(name, self._fixed)
        if fixed is not None:
            return self._fixed[fixed]
        known = match_name(name, self._drafts)
        if known is None:
            self._drafts[name] = _Draft(Param(name), "body" if name == "body" else None)
        return Argument(known or name)

    def _learn(self, source: Expr, consumed: ConsumedParam, *, is_whole: bool) -> None:
        """Tell arguments what the place where they land knows of them."""
        is_direct = isinstance(source, Argument) and not source.keys
        needed = source.needs() if isinstance(source, Template) else (source,)
        place = _PLACES.get(consumed.place)
        for ref in source.refs():
            if not isinstance(ref, Argument):
                continue
            draft = self._drafts[ref.name]
            must = consumed.place == "path" or (consumed.required and not draft.is_declared)
            param = replace(draft.param, required=draft.param.required or (must and ref in needed))
            draft.param = _described(param, consumed, is_whole=is_whole) if is_direct else param
            draft.place = draft.place or ("query" if place == "path" else place)
            is_part = not is_whole if is_direct else ref.name != "body"
            draft.is_part = draft.is_part or (place == "body" and is_part)

    def contract(self) -> Contract:
        """Return what callers may give; an argument about which nothing is known may be any JSON."""
        return Contract(tuple(_settled(draft).param for draft in self._drafts.values()))

    def rest_inputs(self) -> tuple[RestInput, ...]:
        """Say where a route finds each argument; a lone body argument is the whole body."""
        bodies = [draft for draft in self._drafts.values() if draft.place == "body"]
        whole = (
            len(bodies) == 1 and not bodies[0].is_part and bodies[0].param.kind in (None, "object", "array")
        )
        return tuple(
            RestInput(
                argument=name,
                place=draft.place or "query",
                key=None if draft.place == "body" and whole else name,
                is_list=draft.param.kind == "array" and draft.place != "body",
            )
            for name, draft in self._drafts.items()
        )


def _described(param: Param, consumed: ConsumedParam, *, is_whole: bool) -> Param:
    """Take over kind and description. A whole body called a string may be anything: in real files that
    word stands for types that their generator did not know."""
    is_vague = consumed.place == "body" and is_whole and consumed.kind == "string"
    kind = param.kind or (None if is_vague else consumed.kind)
    return replace(param, kind=kind, description=param.description or consumed.description)


def _settled(draft: _Draft) -> _Draft:
    """Path variables are text unless the file says otherwise."""
    if draft.place == "path" and draft.param.kind is None:
        draft.param = replace(draft.param, kind="string")
    return draft
