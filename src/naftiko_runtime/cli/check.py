"""``naftiko check`` and ``naftiko plan``: what a file says, and what is wrong with it."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Mapping
from types import MappingProxyType

from ..app.compiler import compile_text
from ..rules.lint import RECOMMENDED, RULES, lint
from ..rules.rule import Rule
from ..source.diagnostics import Report, Severity
from ..values.json import encode_pretty
from .origin import read_origin

_RULES: Mapping[str, tuple[Rule, ...]] = MappingProxyType(
    {"none": (), "recommended": RECOMMENDED, "all": RULES}
)


def check(arguments: Namespace) -> int:
    """Print every problem; 1 when something would not be served, or under strict when anything was found."""
    origin = read_origin(arguments.file)
    compiled = compile_text(origin.text, origin.name, origin.folder)
    report = compiled.report
    if compiled.document is not None:
        lint(compiled.document, report, _RULES[arguments.lint])
    if arguments.format == "json":
        sys.stdout.buffer.write(encode_pretty([item.as_json() for item in report]) + b"\n")
    else:
        for item in report:
            print(item)
        print(summary(origin.name, report))
    return 1 if is_bad(report, strict=arguments.strict) else 0


def plan(arguments: Namespace) -> int:
    """Print the plan; problems that prevent one go to standard error."""
    origin = read_origin(arguments.file)
    compiled = compile_text(origin.text, origin.name, origin.folder)
    if compiled.plan is None:
        complain(compiled.report, strict=False)
        return 1
    sys.stdout.write(compiled.plan.explain())
    return 0


def complain(report: Report, *, strict: bool) -> None:
    """Print the errors of a file on standard error; its warnings only where they count as errors."""
    for item in report:
        if strict or item.severity is not Severity.WARNING:
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
