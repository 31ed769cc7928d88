"""Files and directories that servers show, found from where the capability stands."""

from __future__ import annotations

from pathlib import Path

from ..plan.locations import file_path
from ..source.diagnostics import Diagnostic, Report, Span


def located(location: str, folder: Path | None, span: Span, report: Report) -> Path | Diagnostic:
    """Find the path that a location means, or refuse it (L072)."""
    path = file_path(location)
    if path is None:
        message = f"location {location!r} is not a file of this machine"
        return report.refuse(
            "L072", message, span, f"write 'file:{location}'" if ":" not in location else None
        )
    if folder is None and not path.is_absolute():
        message = f"{location!r} stands beside the capability, which did not come from a file here"
        return report.refuse("L072", message, span, "give its whole path")
    return (folder or Path()).absolute() / path
