"""The credentials that servers ask their callers for."""

from __future__ import annotations

from ..expr.scope import Const, Expr
from ..plan.verifier import Verifier
from ..schemes import VERIFIERS
from ..schemes.fields import CredentialField
from ..source.diagnostics import Diagnostic, Report
from ..spec.consumes import AuthenticationSpec
from ..values.record import dataclass
from .binds import BindTable
from .credentials import CredentialFields

_HINT = "bearer has 'token', basic 'username' and 'password', apikey 'key', 'value' and 'placement'"


def link_verifier(
    spec: AuthenticationSpec | None, binds: BindTable, report: Report
) -> Verifier | Diagnostic | None:
    """Link what a server's callers have to present; a Diagnostic says why nothing can be served."""
    if spec is None or spec.type.lower() == "none":
        return None
    link = VERIFIERS.get(spec.type.lower())
    if link is None:
        message = f"authentication {spec.type!r} of callers is not served by this release, so nothing is"
        return report.refuse("L018", message, spec.span("type"), f"served are {', '.join(VERIFIERS)}")
    fields = CredentialFields(spec, binds, report, code="L052", whose="callers' ", hint=_HINT)
    verifier = link(spec, _Stated(fields))
    return fields.refusal or verifier


@dataclass(frozen=True, slots=True)
class _Stated:
    """Looks at credentials that stand in the file itself: an empty one would let everybody in."""

    fields: CredentialFields

    def value(self, name: CredentialField) -> Expr:
        found = self.fields.value(name)
        if self.fields.refusal is None and isinstance(found, Const):
            self._look(found, name)
        return found

    def refuse(self, problem: str, name: CredentialField, code: str = "", hint: str | None = None) -> None:
        self.fields.refuse(problem, name, code, hint)

    def _look(self, stated: Const, name: CredentialField) -> None:
        if not str(stated.value).strip():
            self.refuse(f"has an empty {name!r}", name)
        elif name != "username":
            message = f"the {name} that callers present stands in the file in clear text"
            span = self.fields.spec.span(name)
            self.fields.report.warn("L151", message, span, "bind a variable and write '{{env.NAME}}'")
