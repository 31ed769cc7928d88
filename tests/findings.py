"""Files as they may have been checked."""

from naftiko_runtime.cli.checking import Checked, Outcome
from naftiko_runtime.source.diagnostics import Diagnostic, Severity, Span


def ignored(file: str, line: int, key: str, hint: str | None = None) -> Diagnostic:
    return Diagnostic("S002", f"unknown key {key!r} is ignored", Span(file, line), Severity.WARNING, hint)


WRONG = Diagnostic("S001", "'port' is 100%: wrong", Span("a,b.yaml", 3, 7), Severity.ERROR)
FINE = Checked("fine.yaml")
WARNED = Checked(
    "/srv/warned.yaml",
    (ignored("/srv/warned.yaml", 1, "x", "did you mean 'y'?"), ignored("/srv/warned.yaml", 2, "z")),
)
BROKEN = Checked("a,b.yaml", (WRONG, ignored("a,b.yaml", 9, "x", "did you mean 'y'?")))
SKIPPED = Checked("compose.yaml", outcome=Outcome.SKIPPED)
UNREADABLE = Checked("no ne.yaml", outcome=Outcome.UNREADABLE, reason="cannot read no ne.yaml: no")
CRASHED = Checked("odd.yaml", outcome=Outcome.CRASHED, reason="cannot check odd.yaml: KeyError in a.py:1")
