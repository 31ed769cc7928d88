"""The credentials that are sent to consumed APIs, and the fields that authors wrote for them."""

from __future__ import annotations

import re

from ..expr.scope import Const, Expr
from ..expr.template import compile_template
from ..plan.credential import Credential
from ..schemes import SCHEMES, UNSERVED
from ..schemes.fields import CredentialField
from ..source.diagnostics import Diagnostic, Report, Span
from ..spec.consumes import AuthenticationSpec
from ..values.record import dataclass
from .binds import BindTable


def link_credential(
    spec: AuthenticationSpec | None, binds: BindTable, report: Report
) -> tuple[Credential | None, Diagnostic | None]:
    """Link what signs the requests to an API, or say why nothing can be sent to it."""
    if spec is None or spec.type.lower() == "none":
        return None, None
    scheme = SCHEMES.get(spec.type.lower())
    if scheme is None:
        return None, _refused(spec, report)
    fields = CredentialFields(spec, binds, report)
    credential = scheme(spec, fields)
    return (credential, None) if fields.refusal is None else (None, fields.refusal)


def _refused(spec: AuthenticationSpec, report: Report) -> Diagnostic:
    """Refuse a scheme that exists, but is not served (L061), or that nobody here knows (L012)."""
    span, known = spec.span("type"), f"served are {', '.join(SCHEMES)}"
    found = UNSERVED.get(re.sub("[-_ ]", "", spec.type).lower())
    if found is None:
        message = f"authentication {spec.type!r} is not served by this release"
        return report.refuse("L012", message, span, known)
    name, instead = found
    message = f"authentication {spec.type!r}, which is {name}, is not served by this release"
    return report.refuse("L061", message, span, instead)


@dataclass(slots=True)
class CredentialFields:
    """Gives a scheme its fields; one that cannot be used refuses every operation of the API (L013).

    ``whose`` begins the sentences about credentials that are not the API's.
    """

    spec: AuthenticationSpec
    binds: BindTable
    report: Report
    code: str = "L013"
    whose: str = ""
    hint: str | None = None
    refusal: Diagnostic | None = None

    def value(self, name: CredentialField) -> Expr:
        found = self.optional(name)
        if found is None:
            written = self._written(name)
            hint = self.hint or f"add it: {written}: '{{{{env.NAME}}}}'"
            self.refuse(f"has no {written!r}", name, hint=hint)
        return found or Const("")

    def optional(self, name: CredentialField) -> Expr | None:
        stated: str | tuple[str, ...] | None = getattr(self.spec, name)
        if stated is None:
            return None
        text = stated if isinstance(stated, str) else " ".join(stated)
        what, span = f"{self.whose}{self.spec.type} {self._written(name)}", self._span(name)
        if (variable := self.binds.bare(text, what, span)) is not None:
            return variable

        self.binds.tell_of_single(text, span)

        def find(word: str) -> Expr:
            return self.binds.resolve(word, what, span)

        try:
            return compile_template(text, find, inside=find)
        except ValueError as error:
            self.refusal = self.report.refuse("L060", str(error), span)
            return Const("")

    def refuse(self, problem: str, name: CredentialField, code: str = "", hint: str | None = None) -> None:
        message = f"{self.whose}{self.spec.type} authentication {problem}"
        self.refusal = self.report.refuse(code or self.code, message, self._span(name), hint or self.hint)

    def _written(self, name: CredentialField) -> str:
        """Return the key of a field."""
        return type(self.spec).model_fields[name].alias or name

    def _span(self, name: CredentialField) -> Span:
        return self.spec.span(self._written(name))
