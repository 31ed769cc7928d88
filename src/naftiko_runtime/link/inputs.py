"""The arguments of an exposed unit: what callers give, and where it is found (D11, D12)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import field, replace
from typing import TypeAlias

from ..expr.path import Root, Steps, compile_path
from ..expr.scope import Argument, Expr, match_name
from ..expr.template import Template, check_holes_only, hole_names
from ..plan.contract import Contract, Param, is_pattern, kind_named
from ..plan.surfaces import Place, RestInput
from ..source.diagnostics import Diagnostic, Report, Span
from ..spec.exposes import RouteSpec
from ..spec.flows import InputSpec
from ..values import Json
from ..values.record import dataclass
from .bodies import OF_BODY
from .consumes import ConsumedParam
from .evidence import Unit
from .keywords import link_keywords

_PLACES: Mapping[str, Place] = {
    "path": "path",
    "query": "query",
    "header": "header",
    "cookie": "cookie",
    "body": "body",
}
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})

Compile: TypeAlias = Callable[[Json, Span], Expr]


@dataclass(slots=True)
class _Draft:
    """An argument while it is being found out; a kind or description may still come from where it lands."""

    param: Param
    place: Place | None = None
    is_declared: bool = False
    is_part: bool = False  # goes into a body, among other things
    fills_body: bool = False  # goes into a template of a body, or a form
    is_read: bool = False


@dataclass(slots=True)
class Inputs:
    """Collects the arguments of one unit while what it runs is linked."""

    unit: Unit
    report: Report
    fixed: dict[str, Expr] = field(default_factory=dict)
    refusal: Diagnostic | None = None
    _drafts: dict[str, _Draft] = field(default_factory=dict)

    def declare(self, compile_stated: Compile, *, required_by_default: bool) -> None:
        """Take over path variables and declared parameters; a stated value is not the caller's to give."""
        resource = self.unit.resource
        self._check_path()
        for name in hole_names(resource.path, single=True) if resource else ():
            self._drafts[name] = _Draft(Param(name, None, required=True), "path", is_declared=True)
        for spec in (*self.unit.shared, *(self.unit.spec.inputs or ())):
            if (part := self._part_of_body(spec)) is not None:
                self.fixed[spec.name] = part
            elif spec.value is not None:
                self.fixed[spec.name] = compile_stated(spec.value, spec.span("value"))
            else:
                self._declare(spec, required_by_default=required_by_default)

    def _part_of_body(self, spec: InputSpec) -> Expr | None:
        """Read ``in: body`` with a path as its value: the caller gives the body, of which this is a part."""
        if spec.location != "body" or not isinstance(spec.value, str) or not spec.value.startswith("$"):
            return None
        try:
            path = compile_path(spec.value)
        except ValueError as error:
            self.refusal = self.report.refuse("L014", str(error), spec.span("value"))
            return None
        self._drafts.setdefault("body", _Draft(Param("body"), "body", is_declared=True))
        if path == Root():
            return Argument("body")
        if not isinstance(path, Steps) or any(isinstance(key, int) and key < 0 for key in path.keys):
            message = f"{spec.value!r} does not lead to one part of the body"
            self.refusal = self.report.refuse("L014", message, spec.span("value"), "name one: $.items[0].id")
            return None
        return Argument("body", tuple(str(key) for key in path.keys))

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
        keywords = link_keywords(spec, spec.name, self.report)
        otherwise = required_by_default and "default" not in keywords
        required = name is not None or (otherwise if spec.required is None else spec.required)
        kind = kind_named(spec.type)
        described = spec.description or "", self._pattern(spec), keywords
        param = Param(name or spec.name, kind, required, *described)
        self._drafts[param.name] = _Draft(param, place, is_declared=True)

    def _pattern(self, spec: InputSpec) -> str | None:
        if spec.pattern is None or is_pattern(spec.pattern):
            return spec.pattern
        message = f"pattern {spec.pattern!r} cannot be read, so it is not checked"
        self.report.warn("L119", message, spec.span("pattern"), "write it as in ECMAScript, such as ^[a-z]+$")
        return None

    @property
    def are_declared(self) -> bool:
        """Tell whether the author says what callers give, so that no other name is likely to be given."""
        return bool(self.unit.spec.inputs or self.unit.shared)

    @property
    def declared(self) -> set[str]:
        """The names that stand in the file as inputs, among them the variables of the path."""
        return {*self.fixed, *(name for name, draft in self._drafts.items() if draft.is_declared)}

    @property
    def names(self) -> set[str]:
        """All names that mean an argument, or what the file states for one."""
        return {*self.fixed, *self._drafts}

    def argument(self, name: str) -> Expr:
        """Find an argument by its name in any spelling, or add it: nobody declared it (D12)."""
        fixed = match_name(name, self.fixed)
        if fixed is not None:
            return self.fixed[fixed]
        known = match_name(name, self._drafts)
        if known is None:
            self._drafts[name] = _Draft(Param(name), "body" if name == "body" else None)
        self._drafts[known or name].is_read = True
        return Argument(known or name)

    @property
    def idle(self) -> Iterator[str]:
        """List the variables of the path that nothing reads."""
        return (name for name, draft in self._drafts.items() if draft.place == "path" and not draft.is_read)

    def learn(self, source: Expr, consumed: ConsumedParam, *, is_whole: bool) -> None:
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
            draft.fills_body = draft.fills_body or consumed.place in OF_BODY
            draft.place = draft.place or ("query" if place == "path" else place)
            is_part = not is_whole if is_direct else ref.name != "body"
            draft.is_part = draft.is_part or (place == "body" and is_part)

    def contract(self) -> Contract:
        """Return what callers may give; an argument about which nothing is known may be any JSON."""
        return Contract(tuple(_settled(draft).param for draft in self._drafts.values()))

    def rest_inputs(self) -> tuple[RestInput, ...]:
        """Say where a route finds each argument; a lone body argument is the whole body.

        What has no place of its own is a field of the body where the method has one, else in the query.
        """
        route, whole = self.unit.spec, self._whole_body()
        has_body = isinstance(route, RouteSpec) and route.method.upper() in _WITH_BODY
        return tuple(
            RestInput(
                argument=name,
                place=(place := draft.place or _otherwise(draft, whole, has_body=has_body)),
                key=None if draft is whole else name,
                is_list=draft.param.kind == "array" and place != "body",
            )
            for name, draft in self._drafts.items()
        )

    def _whole_body(self) -> _Draft | None:
        bodies = [draft for draft in self._drafts.values() if draft.place == "body" or draft.fills_body]
        only = bodies[0] if len(bodies) == 1 and bodies[0].place == "body" else None
        is_part = only is None or only.is_part or only.param.kind not in (None, "object", "array")
        return None if is_part else only


def _otherwise(draft: _Draft, whole: _Draft | None, *, has_body: bool) -> Place:
    return "body" if has_body and (draft.fills_body or whole is None) else "query"


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
