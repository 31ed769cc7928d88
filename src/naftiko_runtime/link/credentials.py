"""The credentials that are sent to consumed APIs, and the fields that authors wrote for them."""

from __future__ import annotations

from dataclasses import dataclass

from ..expr.scope import Const, Expr
from ..expr.template import compile_template
from ..plan.credential import Credential
from ..schemes import SCHEMES
from ..schemes.fields import CredentialField
from ..source.diagnostics import Diagnostic, Report
from ..spec.consumes import AuthenticationSpec
from .binds import BindTable


def link_credential(
    spec: AuthenticationSpec | None, binds: BindTable, report: Report
) -> tuple[Credential | None, Diagnostic | None]:
    """Link what signs the requests to an API, or say why nothing can be sent to it."""
    if spec is None or spec.type.lower() == "none":
        return None, None
    scheme = SCHEMES.get(spec.type.lower())
    if scheme is None:
        known = ", ".join(SCHEMES)
        message = f"authentication {spec.type!r} is not served by this release"
        return None, report.refuse("L012", message, spec.span("type"), f"served are {known}")
    fields = CredentialFields(spec, binds, report)
    credential = scheme(spec, fields)
    return (credential, None) if fields.refusal is None else (None, fields.refusal)


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
        text: str | None = getattr(self.spec, name)
        if text is None:
            self.refuse(f"has no {name!r}", name)
            return Const("")
        what, span = f"{self.whose}{self.spec.type} {name}", self.spec.span(name)
        if (variable := self.binds.bare(text, what, span)) is not None:
            return variable

        def find(word: str) -> Expr:
            return self.binds.resolve(word, what, span)

        try:
            return compile_template(text, find, inside=find)
        except ValueError as error:
            self.refusal = self.report.refuse("L060", str(error), span)
            return Const("")

    def refuse(self, problem: str, name: CredentialField) -> None:
        message = f"{self.whose}{self.spec.type} authentication {problem}"
        self.refusal = self.report.refuse(self.code, message, self.spec.span(name), self.hint)
