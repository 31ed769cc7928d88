"""Methods that no request can have, wherever they stand."""

from __future__ import annotations

from ..plan.call import is_token
from ..source.diagnostics import Diagnostic, Report
from ..spec.consumes import OperationSpec
from ..spec.exposes import RouteSpec


def impossible(spec: OperationSpec | RouteSpec, report: Report) -> Diagnostic | None:
    """Refuse a method that is no name of one (S009); a name that nobody knows may be one of the API's own."""
    if is_token(spec.method):
        return None
    message = f"{spec.method!r} cannot be the method of a request"
    return report.refuse("S009", message, spec.span("method"), "write one word, such as GET")
