"""The values that a plan needs from outside: bound variables and base URIs."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from ..plan.explain import Plan
from ..source.diagnostics import Diagnostic, Severity, Span, did_you_mean
from ..values import Secret
from ..values.later import later
from ..values.secret import Variable
from .bind_files import Reader, bound_in_files, needs, read_text

if TYPE_CHECKING:
    from . import tls
else:
    tls = later(".tls", __package__)

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class BindError(Exception):
    """Everything that is missing before the plan can run, each with the place that needs it."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        super().__init__("\n".join(str(item) for item in diagnostics))
        self.diagnostics = diagnostics


@dataclass(frozen=True, slots=True)
class Bindings:
    """What a plan runs with: secrets by their key, base URIs and TLS by API.

    ``named`` are the APIs whose base URI is the operator's word.
    """

    binds: Mapping[str, Secret] = field(repr=False)
    base_uris: Mapping[str, str]
    named: frozenset[str] = frozenset()
    tls: Mapping[str, ssl.SSLContext] = field(default_factory=dict)


def bind(
    plan: Plan,
    environ: Mapping[str, str],
    base_uris: Mapping[str, str] | None = None,
    read: Reader = read_text,
) -> Bindings:
    """Find every value; raises BindError that names all of those missing (D10)."""
    given = base_uris or {}
    in_files, unread = bound_in_files(plan.binds, read)
    values = {bind.key: environ.get(bind.source, "") for bind in plan.binds if bind.file is None}
    values |= in_files
    problems = (
        *_unknown(plan, given),
        *_without_base(plan, given),
        *_missing(plan, environ),
        *unread,
        *_broken(plan, values),
    )
    if problems:
        raise BindError(problems)
    variables = {bind.key: Variable(bind.source) for bind in plan.binds if bind.file is None}
    binds = {key: Secret(value, variables.get(key)) for key, value in values.items()}
    bases = {
        api.namespace: given.get(api.namespace, api.base_uri or "").rstrip("/") for api in plan.apis.values()
    }
    contexts = _secured(plan, bases, binds, read)
    return Bindings(MappingProxyType(binds), MappingProxyType(bases), frozenset(given), contexts)


def _secured(
    plan: Plan, bases: Mapping[str, str], binds: Mapping[str, Secret], read: Reader
) -> Mapping[str, ssl.SSLContext]:
    """Make the TLS contexts of APIs that say something about it; raises BindError."""
    apis = plan.apis.values()
    secured = [(api, api.tls) for api in apis if api.tls is not None and _is_https(bases[api.namespace])]
    if not secured:  # so what reads certificates is not imported
        return MappingProxyType({})
    contexts, unsecured = tls.secure(secured, binds, read)
    if unsecured:
        raise BindError(unsecured)
    return MappingProxyType(contexts)


def _is_https(base_uri: str) -> bool:
    return base_uri.lower().startswith("https:")


def _missing(plan: Plan, environ: Mapping[str, str]) -> Iterator[Diagnostic]:
    for bind in plan.binds:
        if bind.file is None and not environ.get(bind.source, "").strip():
            state = "is empty" if bind.source in environ else "is not set"
            hint = f"export {bind.source}=…, or put it into a file and name that with --env-file"
            yield _error("B001", f"{bind.source} {state}; {needs(bind)}", bind.span, hint)


def _broken(plan: Plan, values: Mapping[str, str]) -> Iterator[Diagnostic]:
    for bind in plan.binds:
        value = values.get(bind.key, "")
        if value.strip() and _CONTROL.search(value) and not bind.may_hold_lines:
            subject = f"{bind.source!r} in {bind.file.location!r}" if bind.file else bind.source
            message = f"{subject} holds a line break or control character; {needs(bind)}"
            yield _error("B002", message, bind.span, "a trailing line break often comes from a file")


def _without_base(plan: Plan, given: Mapping[str, str]) -> Iterator[Diagnostic]:
    for api in plan.apis.values():
        if api.base_uri is None and api.namespace not in given:
            hint = f"give it with --base-uri {api.namespace}=https://…"
            yield _error("B003", f"API {api.namespace!r} has no base URI that can be called", api.span, hint)


def _unknown(plan: Plan, given: Mapping[str, str]) -> Iterator[Diagnostic]:
    for namespace in given:
        if namespace not in plan.apis:
            message = f"--base-uri names {namespace!r}, which this file does not consume"
            yield _error("B004", message, Span(plan.file), did_you_mean(namespace, plan.apis))


def _error(code: str, message: str, span: Span, hint: str | None) -> Diagnostic:
    return Diagnostic(code, message, span, Severity.ERROR, hint)
