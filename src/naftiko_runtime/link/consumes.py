"""Consumed APIs and their operations, with every parameter that reaches them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from urllib.parse import quote, urlsplit

from ..expr.scope import fold
from ..expr.template import hole_names
from ..plan.contract import Kind, kind_named
from ..plan.explain import Api
from ..schemes import SCHEMES
from ..source.diagnostics import Diagnostic, Report, Span
from ..spec.consumes import HttpSpec, OperationSpec, ResourceSpec
from ..spec.flows import InputSpec
from ..values import Json
from .answers import AnswerLinker
from .binds import BindTable
from .bodies import BodyForm, BodyKind
from .bodyforms import read_body
from .credentials import link_credential
from .paths import Reading, Routes, Way, path_reader
from .resilience import ResilienceLinker, limits_of
from .tls import link_tls

_USERINFO = re.compile(r"//[^/?#]*@")
_ABSOLUTE = re.compile(r"https?://[^/?#{}\s]+[^?#{}\s]*")
_WAYS: Mapping[Way, str] = {
    "whole": "the whole path",
    "below": "what follows the path of the resource",
}
_NOT_IN_PATH = re.compile(r"\{[^{}]*\}|[^\x21-\x7e]+")


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
    stated_at: Span | None = None  # where ``fixed`` is written


@dataclass(frozen=True)
class Candidate:
    """A consumed operation that a call may mean."""

    api: HttpSpec
    resource: ResourceSpec
    operation: OperationSpec
    reading: Reading

    @property
    def name(self) -> str:
        return f"{self.api.namespace}.{self.resource.name}.{self.operation.name}"

    @property
    def method(self) -> str:
        return self.operation.method.upper()

    @cached_property
    def path(self) -> str:
        """The path as it can be sent: rooted, encoded but for its holes, without a fragment."""
        path = self.reading.path.partition("#")[0]
        path = _NOT_IN_PATH.sub(lambda found: found[0] if found[0][0] == "{" else quote(found[0]), path)
        return path if path.startswith("/") or not path else f"/{path}"

    @property
    def path_span(self) -> Span:
        """Where the path was written, or the part of it that tells most."""
        own = self.operation.path is not None
        return self.operation.span("path") if own else self.resource.span("path")

    @property
    def is_safe(self) -> bool:
        return self.method in ("GET", "HEAD", "OPTIONS")

    def signs(self, param: ConsumedParam) -> bool:
        """Tell whether the API's own credential fills a parameter, so that nothing else can."""
        return is_signed(self.api, param)

    @cached_property
    def body(self) -> BodyForm:
        """What the file says of the body; fields of a form are one even where there is no ``body``."""
        specs = tuple(_inputs(self.api, self.resource, self.operation))
        stated: Json = None
        for spec in specs:
            if _place(spec) == "header" and spec.name.lower() == "content-type":
                stated = spec.value
        fields = [spec for spec in specs if _place(spec) == "form"]
        files = frozenset(spec.name for spec in fields if (spec.type or "").lower() == "file")
        kind: BodyKind = "multipart" if files else "form" if fields else "json"
        is_fixed = isinstance(stated, str) and not hole_names(stated)
        form = read_body(self.operation.body, str(stated) if is_fixed else None, otherwise=kind)
        return replace(form, files=files)

    @cached_property
    def params(self) -> tuple[ConsumedParam, ...]:
        """All parameters: those of the API, the resource and the operation, then undeclared path variables.

        The nearest declaration of a name wins (spec 2.7).
        """
        found: dict[tuple[str, str], ConsumedParam] = {}
        variables = hole_names(self.path, single=True)
        for spec in _inputs(self.api, self.resource, self.operation):
            param = param_of(spec, variables)
            found[param.name, param.place] = param
        declared = {fold(name) for name, place in found if place in ("path", "environment")}
        undeclared = [name for name in variables if fold(name) not in declared]
        implicit = (
            ConsumedParam(name, "path", "string", True, "", None, self.path_span) for name in undeclared
        )
        return (*implicit, *self._with_body(tuple(found.values())))

    def _with_body(self, declared: tuple[ConsumedParam, ...]) -> Iterator[ConsumedParam]:
        """Add what the body says: its stated values, the words in them, or a body that callers give."""
        body, span = self.body, self.operation.span("body")
        for entry in body.entries():
            is_text = body.kind in ("text", "xml")
            yield ConsumedParam(entry.name, entry.place, None, is_text, "", entry.value, span)
        for param in declared:
            is_word = param.place == "body" and body.has_template and body.names(param.name)
            yield replace(param, place="body word") if is_word else param
        known = {fold(param.name) for param in declared}
        for word in body.words:
            if fold(word) not in known:
                yield ConsumedParam(word, "body key", None, False, "", None, span)
        if body.is_callers and not any(param.place in ("body", "form") for param in declared):
            yield ConsumedParam("body", "body", None, False, "", None, span)


def is_signed(api: HttpSpec, param: ConsumedParam) -> bool:
    """Tell whether an API's own credential fills a parameter, so that nothing else can."""
    name = param.name.lower() if param.place == "header" else param.name
    return (param.place, name) == signed_slot(api)


def signed_slot(api: HttpSpec) -> tuple[str, str]:
    """Name the place that an API's credential fills, headers in lower case; empty when there is none."""
    spec = api.authentication
    if spec is None or spec.type.lower() not in SCHEMES:
        return "", ""
    if spec.type.lower() == "apikey":
        place, key = (spec.placement or "header").lower(), spec.key or ""
        return place, key.lower() if place == "header" else key
    return "header", "authorization"


def _inputs(api: HttpSpec, resource: ResourceSpec, operation: OperationSpec) -> Iterator[InputSpec]:
    for level in (api, resource, operation):
        yield from level.inputs or ()


def param_of(spec: InputSpec, variables: tuple[str, ...]) -> ConsumedParam:
    """Read a parameter; one without a place is the path variable of its name, or else in the query."""
    is_variable = fold(spec.name) in {fold(name) for name in variables}
    place = _place(spec) or ("path" if is_variable else "query")
    kind = kind_named(spec.type)
    if kind is None and place not in ("body", "environment"):
        kind = "string"
    required = bool(spec.required) or place == "path"
    about = spec.name, place, kind, required, spec.description or "", spec.value
    return ConsumedParam(*about, spec.span("name"), spec.span("value"))


def _place(spec: InputSpec) -> str:
    place = (spec.location or "").lower()
    return "form" if place == "formdata" else place


@dataclass(frozen=True, slots=True)
class ConsumedApi:
    """A linked API, or the reason why nothing of it can be called."""

    api: Api
    spec: HttpSpec
    refusal: Diagnostic | None = None


def link_apis(
    specs: tuple[HttpSpec, ...], known: tuple[Candidate, ...], binds: BindTable, report: Report
) -> tuple[ConsumedApi, ...]:
    """Link every consumed API; of several with one namespace the later ones get a number (L111)."""
    apis: list[ConsumedApi] = []
    settings, answers = ResilienceLinker(report), AnswerLinker(report)
    for spec in specs:
        number = 1 + sum(1 for other in apis if other.spec.namespace == spec.namespace)
        key = spec.namespace if number == 1 else f"{spec.namespace}#{number}"
        if number > 1:
            message, hint = f"namespace {spec.namespace!r} is consumed twice", "give one of them another name"
            report.warn("L111", message, spec.span("namespace"), hint)
        credential, refusal = link_credential(spec.authentication, binds, report)
        tls, unsecured = link_tls(spec, binds, report)
        settings.check(spec)
        answers.check(spec)
        api = Api(
            key,
            _base_uri(spec, report),
            credential,
            spec.span("baseUri"),
            limits_of(spec.resilience),
            settings.rules(spec.errors),
            tls,
        )
        apis.append(ConsumedApi(api, spec, refusal or unsecured))
        _tell([each for each in known if each.api is spec], report)
    return tuple(apis)


def _tell(known: Sequence[Candidate], report: Report) -> None:
    """Warn of fragments (L118), of paths of operations (L140), and once of a signed header (L120)."""
    for path, span in {each.path_span: (each.reading.path, each.path_span) for each in known}.values():
        if "#" in path:
            report.warn("L118", f"path {path!r} has a fragment, which HTTP never sends", span)
    for way, words in _WAYS.items():
        read = [each for each in known if each.reading.way == way and each.reading.is_sure]
        if read:
            message = f"own paths of operations are read as {words}; this API has {len(read)}"
            report.warn("L140", message, read[0].path_span, f"the first gives {read[0].path!r}")
    signed = next((param for each in known for param in each.params if each.signs(param)), None)
    if signed is not None:
        message = f"{signed.place} {signed.name!r} is set by the authentication, so callers do not give it"
        report.warn("L120", message, signed.span)


def candidates(specs: Iterable[HttpSpec], routes: Routes) -> tuple[Candidate, ...]:
    """List the consumed operations in the order of the file."""
    readers = ((api, path_reader(api, routes)) for api in specs)
    return tuple(
        Candidate(api, resource, operation, reader.read(resource, operation))
        for api, reader in readers
        for resource in api.resources or ()
        for operation in resource.operations or ()
    )


def _base_uri(spec: HttpSpec, report: Report) -> str | None:
    base = spec.base_uri.strip().rstrip("/")
    if _ABSOLUTE.fullmatch(base) and _has_host(base):
        return base
    message = f"base URI {_shown(spec.base_uri)!r} is not an address that can be called"
    report.warn("L112", message, spec.span("baseUri"), f"give one: --base-uri {spec.namespace}=https://…")
    return None


def _has_host(base: str) -> bool:
    """Tell whether a URL names a host and a port that exist; ``[x]`` and ``:99999`` do not."""
    try:
        parts = urlsplit(base)
        return bool(parts.hostname) and parts.port != 0 and "@" not in parts.netloc
    except ValueError:
        return False


def _shown(base: str) -> str:
    """Leave credentials out; they belong under ``authentication``, where they are kept secret."""
    return _USERINFO.sub("//***@", base)
