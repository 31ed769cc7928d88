"""Consumed APIs and their operations, with every parameter that reaches them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlsplit

from ..expr.scope import Const, Expr, fold
from ..expr.template import compile_template, hole_names
from ..plan.call import Credential
from ..plan.contract import KINDS, Kind
from ..plan.explain import Api
from ..schemes import SCHEMES
from ..source.diagnostics import Diagnostic, Report, Span
from ..spec.consumes import AuthenticationSpec, HttpSpec, OperationSpec, ResourceSpec
from ..spec.flows import InputSpec
from ..values import Json
from .binds import BindTable

_KINDS: Mapping[str, Kind] = {kind: kind for kind in KINDS}
_ABSOLUTE = re.compile(r"https?://[^/?#{}\s]+[^?#{}\s]*")


@dataclass(frozen=True, slots=True)
class ConsumedParam:
    """A parameter of a consumed operation; ``fixed`` is what the file states for it."""

    name: str
    place: str
    kind: Kind | None
    required: bool
    description: str
    fixed: Json
    span: Span


@dataclass(frozen=True)
class Candidate:
    """A consumed operation that a call may mean."""

    api: HttpSpec
    resource: ResourceSpec
    operation: OperationSpec

    @property
    def name(self) -> str:
        return f"{self.api.namespace}.{self.resource.name}.{self.operation.name}"

    @property
    def method(self) -> str:
        return self.operation.method.upper()

    @property
    def is_safe(self) -> bool:
        return self.method in ("GET", "HEAD", "OPTIONS")

    @cached_property
    def params(self) -> tuple[ConsumedParam, ...]:
        """All parameters: those of the API, the resource and the operation, then undeclared path variables.

        The nearest declaration of a name wins (spec 2.7).
        """
        found: dict[tuple[str, str], ConsumedParam] = {}
        variables = hole_names(self.resource.path, single=True)
        for spec in _inputs(self.api, self.resource, self.operation):
            param = _param(spec, variables)
            found[param.name, param.place] = param
        declared = {fold(name) for name, place in found if place == "path"}
        undeclared = [name for name in variables if fold(name) not in declared]
        span = self.resource.span("path")
        implicit = (ConsumedParam(name, "path", "string", True, "", None, span) for name in undeclared)
        return (*implicit, *found.values())


def _inputs(api: HttpSpec, resource: ResourceSpec, operation: OperationSpec) -> Iterator[InputSpec]:
    for level in (api, resource, operation):
        yield from level.inputs or ()


def _param(spec: InputSpec, variables: tuple[str, ...]) -> ConsumedParam:
    is_variable = fold(spec.name) in {fold(name) for name in variables}
    place = (spec.location or ("path" if is_variable else "query")).lower()
    kind = _KINDS.get((spec.type or "").lower())
    if kind is None and place not in ("body", "environment"):
        kind = "string"
    required = bool(spec.required) or place == "path"
    return ConsumedParam(
        spec.name, place, kind, required, spec.description or "", spec.value, spec.span("name")
    )


@dataclass(frozen=True, slots=True)
class ConsumedApi:
    """A linked API, or the reason why nothing of it can be called."""

    api: Api
    spec: HttpSpec
    refusal: Diagnostic | None = None


def link_apis(specs: tuple[HttpSpec, ...], binds: BindTable, report: Report) -> tuple[ConsumedApi, ...]:
    """Link every consumed API; of several with one namespace the later ones get a number (L111)."""
    apis: list[ConsumedApi] = []
    for spec in specs:
        number = 1 + sum(1 for other in apis if other.spec.namespace == spec.namespace)
        key = spec.namespace if number == 1 else f"{spec.namespace}#{number}"
        if number > 1:
            report.warn("L111", f"namespace {spec.namespace!r} is consumed twice", spec.span("namespace"))
        credential, refusal = _authentication(spec.authentication, binds, report)
        api = Api(key, _base_uri(spec, report), credential, spec.span("baseUri"))
        apis.append(ConsumedApi(api, spec, refusal))
    return tuple(apis)


def candidates(specs: tuple[HttpSpec, ...], namespace: str) -> tuple[Candidate, ...]:
    """List the operations of a namespace in the order of the file."""
    return tuple(
        Candidate(api, resource, operation)
        for api in specs
        if api.namespace == namespace
        for resource in api.resources or ()
        for operation in resource.operations or ()
    )


def _base_uri(spec: HttpSpec, report: Report) -> str | None:
    base = spec.base_uri.strip().rstrip("/")
    if _ABSOLUTE.fullmatch(base) and urlsplit(base).hostname:
        return base
    message = f"base URI {spec.base_uri!r} is not an address that can be called"
    report.warn("L112", message, spec.span("baseUri"), f"give one: --base-uri {spec.namespace}=https://…")
    return None


def _authentication(
    spec: AuthenticationSpec | None, binds: BindTable, report: Report
) -> tuple[Credential | None, Diagnostic | None]:
    if spec is None or spec.type.lower() == "none":
        return None, None
    scheme = SCHEMES.get(spec.type.lower())
    if scheme is None:
        known = ", ".join(SCHEMES)
        message = f"authentication {spec.type!r} is not served by this release"
        return None, report.refuse("L012", message, spec.span("type"), f"served are {known}")
    return scheme(spec, lambda field: _credential_field(spec, field, binds, report)), None


def _credential_field(spec: AuthenticationSpec, field: str, binds: BindTable, report: Report) -> Expr:
    text = {"token": spec.token, "username": spec.username, "password": spec.password}.get(
        field, spec.key if field == "key" else spec.value
    )
    if text is None:
        report.error("L013", f"{spec.type} authentication has no {field!r}", spec.span("type"))
        return Const("")
    what = f"{spec.type} {field}"
    return compile_template(text, lambda word: binds.resolve(word, what, spec.span(field)))
