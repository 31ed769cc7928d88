"""Forwards of REST resources: which API gets what comes, and what the file adds to it."""

from __future__ import annotations

from collections.abc import Iterator, Set

from ..plan.call import HttpCall, is_token
from ..plan.contract import Contract
from ..plan.forward import REST_OF_PATH, Forward
from ..plan.surfaces import Operation, Refused, RestForward
from ..source.diagnostics import Diagnostic, Report, did_you_mean
from ..spec.consumes import HttpSpec
from ..spec.exposes import ExposedResourceSpec, ForwardSpec
from ..spec.flows import UnitSpec
from ..values.record import dataclass
from .consumes import ConsumedApi, ConsumedParam, is_signed, param_of, signed_slot
from .evidence import Unit
from .flows import FlowLinker
from .names import rooted
from .variables import VARIABLE, without_names

_PLACES = frozenset({"query", "header", "cookie"})
# these belong to one connection, or are written by whoever sends
_NEVER = frozenset(
    {
        "connection",
        "content-length",
        "expect",
        "host",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)


@dataclass(frozen=True, slots=True)
class ForwardLinker:
    """Links the forwards of one server."""

    flows: FlowLinker
    report: Report
    namespace: str
    guarded: Diagnostic | None = None

    def link(self, resources: tuple[ExposedResourceSpec, ...]) -> Iterator[RestForward]:
        """Link them in the order of the file; of two with one path the first is served (L116)."""
        seen = set[str]()
        for resource in resources:
            if resource.forward is None:
                continue
            path = rooted(resource.path)
            shape = without_names(path)
            if shape in seen:
                message = f"a second forward has the path {path!r}; only the first is served"
                self.report.warn("L116", message, resource.span("forward"))
                continue
            seen.add(shape)
            yield self._forward(resource, resource.forward, path)

    def _forward(self, resource: ExposedResourceSpec, spec: ForwardSpec, path: str) -> RestForward:
        name = f"{self.namespace}.{resource.name or resource.path}.forward"
        api = self.guarded or self._misplaced(resource, path) or self._api(spec)
        if isinstance(api, Diagnostic):
            return RestForward(path, Operation(name, "", Contract(), Refused(api)))
        self._tell_of_path(resource, path)
        description = resource.description or api.spec.description or ""
        call = self._stated(api, spec)
        if isinstance(call, Diagnostic):
            return RestForward(path, Operation(name, description, Contract(), Refused(call)))
        trusted = frozenset(self._trusted(spec, api.spec, call))
        return RestForward(path, Operation(name, description, Contract(), Forward(call)), trusted)

    def _misplaced(self, resource: ExposedResourceSpec, path: str) -> Diagnostic | None:
        """Refuse a rest of the path that is not at its end (L044)."""
        if "path" not in _words(REST_OF_PATH.sub("", path)):
            return None
        message = (
            f"'{{path}}' is not the last segment of {resource.path!r}, so that nothing says what goes on"
        )
        return self.report.refuse("L044", message, resource.span("path"), "write it at the end")

    def _api(self, spec: ForwardSpec) -> ConsumedApi | Diagnostic:
        apis = {api.api.namespace: api for api in self.flows.calls.apis}
        if (api := apis.get(spec.namespace)) is not None:
            return api.refusal or api
        message = f"no consumed API has the namespace {spec.namespace!r}"
        hint = did_you_mean(spec.namespace, apis)
        return self.report.refuse("L043", message, spec.span("targetNamespace"), hint)

    def _tell_of_path(self, resource: ExposedResourceSpec, path: str) -> None:
        """Warn of variables that go nowhere (L142), and where nothing below the path is handed on (L143)."""
        span, unused = resource.span("path"), _words(REST_OF_PATH.sub("", path))
        if unused:
            self.report.warn(
                "L142", f"{unused[0]!r} of the path goes nowhere: only '{{path}}' is handed on", span
            )
        if not REST_OF_PATH.search(path):
            message = f"{resource.path!r} does not end in '/{{path}}': nothing below it is handed on"
            self.report.warn("L143", message, span, f"write {path.rstrip('/')}/{{path}}")

    def _stated(self, api: ConsumedApi, spec: ForwardSpec) -> HttpCall | Diagnostic:
        """Link what the API states for every request; the rest comes from callers, or not at all (L146)."""
        whole = _Whole(api.api.namespace, api.spec)
        for param in whole.unsent({header.strip().lower() for header in spec.headers or ()}):
            message = f"parameter {param.name!r} in {param.place!r} is no part of what is forwarded"
            self.report.warn("L146", message, param.span)
        unit = Unit(UnitSpec.model_validate({}))
        wiring = self.flows.wiring(unit, self.namespace, required_by_default=False)
        sources = wiring.sources(whole, unit.spec)
        return wiring.refusal or self.flows.calls.link_whole(api, sources)

    def _trusted(self, spec: ForwardSpec, api: HttpSpec, call: HttpCall) -> Iterator[str]:
        """List the headers that go on; those that cannot (L144), or that the file states (L145), do not."""
        slot, signed = signed_slot(api)
        stated = {name.lower() for name, _ in call.headers} | ({signed} if slot == "header" else set())
        for place, header in enumerate(spec.headers or ()):
            name, span = header.strip().lower(), spec.span("trustedHeaders", place)
            if name in _NEVER or not is_token(name) or name == "*":
                self.report.warn("L144", f"{header!r} is no header that can be handed on", span)
            elif name in stated:
                self.report.warn(
                    "L145", f"header {header!r} is set by the file, so callers' is not sent", span
                )
            else:
                yield name


@dataclass(frozen=True, slots=True)
class _Whole:
    """A whole API as something that can be called: what it states holds for every request."""

    name: str
    api: HttpSpec

    @property
    def params(self) -> tuple[ConsumedParam, ...]:
        return tuple(param for param in self._all() if self._is_stated(param))

    def unsent(self, trusted: Set[str]) -> Iterator[ConsumedParam]:
        """List what neither the file states nor a caller can say."""
        for param in self._all():
            callers = param.place == "query" or (param.place == "header" and param.name.lower() in trusted)
            if not (self._is_stated(param) or callers or self.signs(param)):
                yield param

    def signs(self, param: ConsumedParam) -> bool:
        return is_signed(self.api, param)

    def _all(self) -> Iterator[ConsumedParam]:
        return (param_of(spec, ()) for spec in self.api.inputs or ())

    def _is_stated(self, param: ConsumedParam) -> bool:
        return param.place == "environment" or (param.fixed is not None and param.place in _PLACES)


def _words(path: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in VARIABLE.findall(path))
