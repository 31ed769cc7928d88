"""MCP resources: directories, and what is called or stated under a URI (spec 2.11)."""

from __future__ import annotations

from pathlib import Path

from ..plan.flow import Flow
from ..plan.surfaces import McpResource, Operation, Part, Refused
from ..plan.uris import UriPattern
from ..source.diagnostics import Diagnostic, Report
from ..spec.exposes import McpResourceSpec
from ..spec.flows import InputSpec
from .located import located
from .outputs import parts_of


def with_variables(spec: McpResourceSpec) -> McpResourceSpec:
    """Show the variables of a URI as inputs, beside those that the file describes."""
    try:
        names = UriPattern(spec.uri).names
    except ValueError:  # it is told where the resource is linked
        return spec
    described = {given.name: given for given in spec.inputs or ()}
    made = (InputSpec.model_validate({"name": name, "type": "string", "required": True}) for name in names)
    inputs = tuple(described.get(given.name, given) for given in made)
    return spec.model_copy(update={"inputs": inputs})


def link_resource(
    spec: McpResourceSpec, operation: Operation | None, folder: Path | None, report: Report
) -> McpResource | Diagnostic:
    """Link a resource; one without a location has an operation."""
    try:
        uri = UriPattern(spec.uri)
    except ValueError as error:
        return report.refuse("L071", str(error), spec.span("uri"))
    about = spec.name or spec.uri, spec.label, spec.description or "", uri, spec.media_type
    if operation is None:
        found = located(spec.location or "", folder, spec.span("location"), report)
        if isinstance(found, Diagnostic):
            return found
        if not found.is_dir():
            report.warn(
                "L202", f"there is no directory {str(found)!r}; nothing is in it", spec.span("location")
            )
        return McpResource(*about, directory=found)
    if isinstance(operation.body, Refused):
        return operation.body.diagnostic
    parts = parts_of(spec.outputs or ()) if isinstance(operation.body, Flow) else ()
    part = parts[0] if parts else Part(None, is_base64=bool(spec.binary))
    media_type = spec.media_type or (part.media_type or None)
    return McpResource(*about[:4], media_type, operation=operation, part=part)
