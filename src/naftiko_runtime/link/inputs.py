"""The arguments of an exposed unit: what callers give, where it is found, where it goes (D11, D12)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ..expr.compose import compile_value
from ..expr.scope import Argument, Const, Expr, match_name
from ..expr.template import Lookup, compile_template, hole_names
from ..plan.contract import KINDS, Contract, Kind, Param
from ..plan.surfaces import Place, RestInput
from ..source.diagnostics import Report, Span, did_you_mean
from ..spec.flows import InputSpec
from ..values import Json
from .binds import BindTable
from .consumes import Candidate, ConsumedParam
from .intent import Unit

_KINDS: Mapping[str, Kind] = {kind: kind for kind in KINDS}
_PLACES: Mapping[str, Place] = {
    "path": "path",
    "query": "query",
    "header": "header",
    "cookie": "cookie",
    "body": "body",
}
_REFERENCE = re.compile(r"([\w$][\w$.-]*?)\.([\w-]+(?:\.[\w-]+)*)")


@dataclass(slots=True)
class _Draft:
    """An argument while it is being found out; a kind or description may still come from where it lands."""

    param: Param
    place: Place | None = None
    is_declared: bool = False


@dataclass(slots=True)
class Inputs:
    """Collects the arguments of one unit while its call is linked."""

    unit: Unit
    namespace: str
    binds: BindTable
    report: Report
    _drafts: dict[str, _Draft] = field(default_factory=dict)
    _fixed: dict[str, Expr] = field(default_factory=dict)

    def declare(self, *, required_by_default: bool) -> None:
        """Take over path variables and declared parameters; a stated value is not the caller's to give."""
        resource = self.unit.resource
        for name in hole_names(resource.path, single=True) if resource else ():
            self._drafts[name] = _Draft(Param(name, None, required=True), "path", is_declared=True)
        for spec in (*((resource.inputs or ()) if resource else ()), *(self.unit.spec.inputs or ())):
            if spec.value is not None:
                self._fixed[spec.name] = Const(spec.value)
            else:
                self._declare(spec, required_by_default=required_by_default)

    def _declare(self, spec: InputSpec, *, required_by_default: bool) -> None:
        name = match_name(
            spec.name, [known for known, draft in self._drafts.items() if draft.place == "path"]
        )
        place = "path" if name is not None else _PLACES.get((spec.location or "").lower())
        required = name is not None or (required_by_default if spec.required is None else spec.required)
        kind = _KINDS.get((spec.type or "").lower())
        param = Param(name or spec.name, kind, required, spec.description or "", spec.pattern)
        self._drafts[param.name] = _Draft(param, place, is_declared=True)

    def sources(self, candidate: Candidate) -> dict[ConsumedParam, Expr]:
        """Find the value of every consumed parameter: stated, from ``with``, or the caller's of that name."""
        given = self._given(candidate)
        found: dict[ConsumedParam, Expr] = {}
        for param in candidate.params:
            if param.fixed is not None:
                found[param] = self._text(param.fixed, param.span, given)
            elif param.place == "environment":
                found[param] = self.binds.resolve(f"env.{param.name}", "parameter", param.span)
            elif param.name in given:
                found[param] = given[param.name]
            else:
                found[param] = self._argument(param.name)
            self._learn(found[param], param)
        return found

    def _given(self, candidate: Candidate) -> dict[str, Expr]:
        """Compile ``with``; keys that the operation does not know go nowhere, with a warning (L113)."""
        names = [param.name for param in candidate.params]
        given: dict[str, Expr] = {}
        for key, value in (self.unit.spec.with_ or {}).items():
            name, span = match_name(key, names), self.unit.spec.span("with", key)
            if name is None:
                message = f"{candidate.name!r} has no parameter {key!r}; it is not sent"
                self.report.warn("L113", message, span, did_you_mean(key, names))
            else:
                given[name] = compile_value(value, lambda text, span=span: self._word(text, span))  # type: ignore[misc]
        return given

    def _word(self, text: str, span: Span) -> Expr:
        """Compile one text of ``with``: a reference, a template, or else just what it says."""
        found = _REFERENCE.fullmatch(text)
        if found and self._is_caller(found[1]):
            return self._reference(found[2])
        return self._text(text, span, {})

    def _text(self, value: Json, span: Span, given: Mapping[str, Expr]) -> Expr:
        if not isinstance(value, str):
            return Const(value)
        return compile_template(value, lambda word: self._hole(word, span, given))

    def _hole(self, word: str, span: Span, given: Mapping[str, Expr]) -> Expr:
        """Link a word in braces: a caller's name, a parameter of the same call, a bound variable."""
        found = _REFERENCE.fullmatch(word)
        if found and self._is_caller(found[1]):
            return self._reference(found[2])
        if match_name(word, self._drafts) is not None or word in self._fixed:
            return self._argument(word)
        if word in given:
            return given[word]
        if self.binds.knows(word) or word.startswith("env."):
            return self.binds.resolve(word, "parameter", span)
        return self._reference(word)

    def lookup(self, span: Span) -> Lookup:
        """Return how the words in an output's template are found."""
        return lambda word: self._hole(word, span, {})

    def _is_caller(self, prefix: str) -> bool:
        """Tell whether a prefix stands for the caller: ``rest``, ``tools``, the server's own namespace."""
        return prefix.removeprefix("$this.") in {"rest", "tools", "mcp", self.namespace}

    def _reference(self, words: str) -> Expr:
        name, *keys = words.split(".")
        found = self._argument(name)
        return Argument(found.name, tuple(keys)) if keys and isinstance(found, Argument) else found

    def _argument(self, name: str) -> Expr:
        """Find an argument by its name in any spelling, or add it: nobody declared it (D12)."""
        if name in self._fixed:
            return self._fixed[name]
        known = match_name(name, self._drafts)
        if known is None:
            self._drafts[name] = _Draft(Param(name))
        return Argument(known or name)

    def _learn(self, source: Expr, consumed: ConsumedParam) -> None:
        """Tell an argument what its landing place knows of it: kind, requiredness, description."""
        if not isinstance(source, Argument) or source.keys:
            return
        draft = self._drafts[source.name]
        param = draft.param
        draft.param = replace(
            param,
            kind=param.kind or consumed.kind,
            description=param.description or consumed.description,
            required=param.required
            or (consumed.required and not draft.is_declared)
            or consumed.place == "path",
        )
        if draft.place is None:
            draft.place = "query" if consumed.place == "path" else _PLACES.get(consumed.place, "query")

    def contract(self) -> Contract:
        """Return what callers may give; an argument about which nothing is known may be any JSON."""
        return Contract(tuple(_settled(draft).param for draft in self._drafts.values()))

    def rest_inputs(self) -> tuple[RestInput, ...]:
        """Say where a route finds each argument; a lone body argument is the whole body."""
        bodies = [draft for draft in self._drafts.values() if draft.place == "body"]
        whole = len(bodies) == 1 and bodies[0].param.kind in (None, "object", "array")
        return tuple(
            RestInput(name, draft.place or "query", None if draft.place == "body" and whole else name)
            for name, draft in self._drafts.items()
        )


def _settled(draft: _Draft) -> _Draft:
    """Path variables are text unless the file says otherwise."""
    if draft.place == "path" and draft.param.kind is None:
        draft.param = replace(draft.param, kind="string")
    return draft
