"""Where values come from: callers' names, earlier steps, bound variables, and what the file states."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Protocol

from ..expr.builder import Lookup
from ..expr.compose import compile_value
from ..expr.scope import Argument, BindValue, Const, Expr, StepResult, match_name
from ..expr.template import compile_template
from ..source.diagnostics import Diagnostic, Report, Span, did_you_mean
from ..spec.flows import UnitSpec
from ..values import Json
from ..values.record import dataclass
from .binds import BindTable
from .consumes import ConsumedParam
from .earlier import Earlier, split_step
from .inputs import Inputs
from .outputs import OutputLinker

_NAME = re.compile(r"[^\s{}]+")
# bound variables are written so (spec 0), arguments hardly ever
_VARIABLE = re.compile(r"(?:[\w-]+[.:])?[A-Z0-9][A-Z0-9_]*")
_LONG = 4  # shorter names are like too many others
_NOTHING = Const(None)


class Callee(Protocol):
    """What can be called with values for its parameters: a consumed operation, or a flow."""

    @property
    def name(self) -> str: ...

    @property
    def params(self) -> tuple[ConsumedParam, ...]: ...

    def signs(self, param: ConsumedParam) -> bool:
        """Tell whether the credential fills a parameter, so that nobody else can."""
        ...


@dataclass(slots=True)
class Wiring:
    """Finds the values of what one unit calls.

    ``earlier`` are the steps that have run before the one being linked, ``later`` those that have not;
    a reference that cannot work becomes ``refusal``.
    """

    inputs: Inputs
    namespace: str
    binds: BindTable
    report: Report
    earlier: dict[str, Earlier] = field(default_factory=dict)
    later: frozenset[str] = frozenset()
    refusal: Diagnostic | None = None
    _names: tuple[str, ...] = ()
    _likely: frozenset[str] = frozenset()  # those that a misspelt word may mean

    def declare(self, *, required_by_default: bool) -> None:
        """Take over what the unit declares as its inputs."""
        self.inputs.declare(
            lambda value, span: self.compile(value, span, {}), required_by_default=required_by_default
        )
        self.refusal = self.refusal or self.inputs.refusal

    def outputs(self) -> OutputLinker:
        """Return what links the outputs of a unit, or of an operation that a step calls."""
        return OutputLinker(self.lookup, self.report, self.lookup_inside)

    def sources(self, callee: Callee, site: UnitSpec) -> tuple[tuple[ConsumedParam, Expr], ...]:
        """Find the value of every parameter: stated, from ``with``, or the caller's of that name."""
        params = [param for param in callee.params if not callee.signs(param)]
        self._names = tuple(param.name for param in params)
        filled = {match_name(key, self._names) for key in site.with_ or ()}
        self._likely = frozenset(self._names) - filled
        given = self._environment(params) | self._with(callee, site)
        self._likely = frozenset(self._names)
        given |= {param.name: self._source(param, given) for param in params if param.place == "body word"}
        bodies = sum(1 for param in params if param.place == "body")
        found = tuple((param, self._source(param, given)) for param in params)
        for param, source in found:
            self.inputs.learn(source, param, is_whole=bodies == 1)
        return tuple((param, source) for param, source in found if source is not _NOTHING)

    def _environment(self, params: Iterable[ConsumedParam]) -> dict[str, Expr]:
        """Read parameters of the environment, which other parameters and the path may name."""
        return {
            param.name: self.binds.resolve(f"env.{param.name}", "parameter", param.span)
            for param in params
            if param.place == "environment"
        }

    def _source(self, param: ConsumedParam, given: Mapping[str, Expr]) -> Expr:
        if param.fixed is not None:
            return self._stated(param.fixed, param.stated_at or param.span, given)
        if param.name in given or param.place == "body key":
            return given.get(param.name, _NOTHING)
        if param.place == "path" and ("." in param.name or self.binds.knows(param.name)):
            return self._hole(param.name, param.span, given)
        # what a step may be given need not be an argument of the whole unit
        if self.is_stepwise and not param.required and match_name(param.name, self.inputs.names) is None:
            return _NOTHING
        return self.inputs.argument(param.name)

    def _stated(self, value: Json, span: Span, given: Mapping[str, Expr]) -> Expr:
        """Compile what the file states for a parameter, where a variable may stand without braces."""
        variable = self.binds.bare(value, "parameter", span) if isinstance(value, str) else None
        return variable or self.compile(value, span, given)

    @property
    def is_stepwise(self) -> bool:
        return bool(self.earlier or self.later)

    def _with(self, callee: Callee, site: UnitSpec) -> dict[str, Expr]:
        """Compile ``with``; keys that the operation does not know go nowhere, with a warning (L113)."""
        signed = [param.name for param in callee.params if callee.signs(param)]
        given: dict[str, Expr] = {}
        for key, value in (site.with_ or {}).items():
            name, span = match_name(key, self._names), site.span("with", key)
            if name is not None:
                given[name] = compile_value(value, lambda text, span=span: self.word(text, span))  # type: ignore[misc]
            elif match_name(key, signed) is None:
                message = f"{callee.name!r} has no parameter {key!r}; it is not sent"
                self.report.warn("L113", message, span, did_you_mean(key, self._names))
        return given

    def word(self, text: str, span: Span) -> Expr:
        """Compile one text of ``with``: a reference, a template, or else just what it says."""
        if (words := self._callers(text)) is not None:
            return self._reference(words, span)
        if text.startswith("env.") and _VARIABLE.fullmatch(text):
            return self.binds.resolve(text, "parameter", span)
        if self.is_stepwise and text.startswith("$") and (found := self.step_path(text, span)) is not None:
            return found
        return self._template(text, span, {})

    def compile(self, value: Json, span: Span, given: Mapping[str, Expr]) -> Expr:
        """Compile a value that the file states, with the holes in its texts."""
        return compile_value(value, lambda text: self._template(text, span, given))

    def step_path(self, text: str, span: Span) -> StepResult | None:
        """Link ``$.step.a``; None when it does not begin with the name of a step."""
        name, rest = split_step(text) or ("", "")
        if name in self.later:
            self._too_early(name, span)
            return StepResult(name)
        return self.path_into(self.earlier[name], rest, span) if name in self.earlier else None

    def path_into(self, step: Earlier, rest: str, span: Span) -> StepResult:
        """Link the path into what a step found; one that nobody can read is refused (L014)."""
        try:
            return self._told(step.path(rest), step, rest, span)
        except ValueError as error:
            self.refuse("L014", str(error), span)
            return StepResult(step.name)

    def _template(self, text: str, span: Span, given: Mapping[str, Expr]) -> Expr:
        self.binds.tell_of_single(text, span)
        try:
            return compile_template(
                text,
                lambda word: self._hole(word, span, given),
                inside=lambda word: self._hole(word, span, given) if self._is_known(word, given) else None,
            )
        except ValueError as error:
            self.refuse("L060", str(error), span)
            return _NOTHING

    def _hole(self, word: str, span: Span, given: Mapping[str, Expr]) -> Expr:
        """Link a word in braces: a caller's name, an earlier step, a parameter of the call, a variable.

        What is spelled exactly so comes before what only looks alike, so that no argument can stand in
        for a variable.
        """
        words = self._callers(word)
        if (words or word) in given:
            return given[words or word]
        if words is not None:
            return self._reference(words, span)
        if (found := self._step_words(word, span)) is not None:
            return found
        own = self.inputs.names
        if word not in {*own, *given} and (self.binds.knows(word) or word.startswith("env.")):
            return self.binds.resolve(word, "parameter", span)
        if word not in own and (alike := match_name(word, given)) is not None:
            return given[alike]
        if match_name(word, own) is None and _VARIABLE.fullmatch(word):
            return self.binds.resolve(word, "parameter", span)
        return self._reference(word, span)

    def _is_known(self, word: str, given: Mapping[str, Expr]) -> bool:
        """Tell whether the file declares a word in a section; any other is a field of an element."""
        known = {*self.inputs.names, *given}
        head = word.partition(".")[0]
        if self._callers(word) is not None or self.binds.knows(word) or word.startswith("env."):
            return True
        if head in self.earlier or head in self.later:
            return True
        return any(match_name(name, known) is not None for name in (word, head))

    def _step_words(self, word: str, span: Span) -> Expr | None:
        """Link ``step.a.b``; a word with dots must begin with a step or an argument, or nothing has it."""
        if not self.is_stepwise:
            return None
        name, *keys = word.split(".")
        if name in self.earlier:
            return self._told(self.earlier[name].words(tuple(keys)), self.earlier[name], ".".join(keys), span)
        if name in self.later:
            self._too_early(name, span)
            return _NOTHING
        known = {*self.inputs.names, *self._names}
        if keys and not self.binds.knows(word) and name != "env" and match_name(name, known) is None:
            self.refuse(
                "L031",
                f"{word!r} names neither a step nor an input",
                span,
                did_you_mean(name, {*self.earlier, *known}),
            )
            return _NOTHING
        return None

    def _told(self, result: StepResult, step: Earlier, words: str, span: Span) -> StepResult:
        """Say that a step declares no such output: a lookup has no others (L172), a call may (L134)."""
        if not result.is_raw:
            return result
        field = step.field(words)
        near = did_you_mean(field, step.outputs)
        if step.is_all:
            hint = near or f"it has {', '.join(step.outputs)}"
            self.refuse("L172", f"step {step.name!r} has no output {field!r}", span, hint)
            return StepResult(step.name)
        message = f"step {step.name!r} declares no output {field!r}; its answer's field is read"
        hint = near or "declare it among the outputParameters of its operation"
        self.report.warn("L134", message, span, hint)
        return result

    def _too_early(self, name: str, span: Span) -> None:
        self.refuse("L030", f"step {name!r} has not run yet here", span, "move it up")

    def refuse(self, code: str, message: str, span: Span, hint: str | None = None) -> None:
        """Say that the unit cannot work as it is written."""
        found = self.report.refuse(code, message, span, hint)
        self.refusal = self.refusal or found

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

    def _reference(self, words: str, span: Span) -> Expr:
        """Find an argument, or a part of one: dots belong to the name where something has that name."""
        name, *keys = words.split(".")
        known = {*self.inputs.names, *self._names}
        if not keys or match_name(words, known) is not None:
            self._doubt(words, known, span)
            return self.inputs.argument(words)
        self._doubt(name, known, span)
        found = self.inputs.argument(name)
        return Argument(found.name, tuple(keys)) if isinstance(found, Argument) else found

    def _doubt(self, name: str, known: set[str], span: Span) -> None:
        """Warn of a name that hardly is one of callers: they have declared ones, or it nearly is another."""
        if name == "body" or match_name(name, known) is not None:
            return
        near = did_you_mean(name, sorted({*self.inputs.declared, *self._likely, *self.earlier}))
        if self.inputs.are_declared or (near and len(name) >= _LONG):
            message = f"nothing here is called {name!r}, so that callers are asked for it"
            self.report.warn("L171", message, span, near or "declare it among the 'inputParameters'")
