"""``naftiko check`` and ``naftiko plan``: what a file says, and what is wrong with it."""

from __future__ import annotations

import sys

from ..app.compiler import Compiled, compile_text
from ..source.diagnostics import Report, Severity
from ..values.json import encode_pretty
from .origin import read_origin


def check(place: str, *, form: str, strict: bool) -> int:
    """Print every problem; 1 when something would not be served, or under strict when anything was found."""
    origin = read_origin(place)
    compiled = compile_text(origin.text, origin.name)
    if form == "json":
        sys.stdout.buffer.write(encode_pretty([item.as_json() for item in compiled.report]) + b"\n")
    else:
        for item in compiled.report:
            print(item)
        print(summary(origin.name, compiled.report))
    return 1 if is_bad(compiled.report, strict=strict) else 0


def plan(place: str) -> int:
    """Print the plan; problems that prevent one go to standard error."""
    origin = read_origin(place)
    compiled = compile_text(origin.text, origin.name)
    if compiled.plan is None:
        complain(compiled)
        return 1
    sys.stdout.write(compiled.plan.explain())
    return 0


def complain(compiled: Compiled) -> None:
    """Print the errors of a file on standard error, without the warnings."""
    for item in compiled.report:
        if item.severity is not Severity.WARNING:
            print(item, file=sys.stderr)


def is_bad(report: Report, *, strict: bool) -> bool:
    warned = strict and report.count(Severity.WARNING) > 0
    return warned or report.has_errors or report.count(Severity.REFUSED) > 0


def summary(name: str, report: Report) -> str:
    """Count the diagnostics in one line."""
    if not report.items:
        return f"{name}: no problems"
    errors, refused = report.count(Severity.ERROR), report.count(Severity.REFUSED)
    return f"{name}: {errors} errors, {refused} refused, {report.count(Severity.WARNING)} warnings"
