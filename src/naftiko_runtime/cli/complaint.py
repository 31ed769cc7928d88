"""Which diagnostics keep a file from being served, and telling them."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from ..source.diagnostics import Diagnostic, Report, Severity


def complain(report: Report, *, strict: bool) -> None:
    """Print what is wrong with a file on standard error; its warnings only where they count as errors."""
    for item in report:
        if is_wrong(item, strict=strict):
            print(item, file=sys.stderr)


def is_bad(found: Iterable[Diagnostic], *, strict: bool) -> bool:
    return any(is_wrong(item, strict=strict) for item in found)


def is_wrong(item: Diagnostic, *, strict: bool) -> bool:
    """Tell whether something would not be served; under strict every warning counts."""
    return strict or item.severity is not Severity.WARNING
