"""Which diagnostics keep a file from being served, and telling them."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..source.diagnostics import Diagnostic, Report, Severity

if TYPE_CHECKING:
    from ..runtime.bindings import BindError

_KEYS = frozenset({"B001", "B005", "B006", "B007"})


def complain(report: Report, *, strict: bool) -> None:
    """Print what is wrong with a file on standard error; its warnings only where they count as errors."""
    for item in report:
        if is_wrong(item, strict=strict):
            print(item, file=sys.stderr)


def complain_of_bindings(error: BindError, *, sandbox: bool) -> None:
    """Print what is missing to run a file, and how to do without where it is keys."""
    print(error, file=sys.stderr)
    if not sandbox and any(item.code in _KEYS for item in error.diagnostics):
        print("  or try it without keys: --sandbox", file=sys.stderr)


def is_bad(found: Iterable[Diagnostic], *, strict: bool) -> bool:
    return any(is_wrong(item, strict=strict) for item in found)


def is_wrong(item: Diagnostic, *, strict: bool) -> bool:
    """Tell whether something would not be served; under strict every warning counts."""
    return strict or item.severity is not Severity.WARNING
