"""MCP tools, as models and their clients see them."""

from __future__ import annotations

from collections.abc import Iterator

from ..expr.scope import fold
from ..spec.exposes import McpSpec, ToolSpec
from .repeat import repeats
from .rule import Finding
from .survey import Survey

_LIMIT_BYTES = 2048


def described(survey: Survey) -> Iterator[Finding]:
    """Find tools without a description, of their own or of what they run."""
    for tool in survey.every(ToolSpec):
        if not tool.description and not _is_described_elsewhere(survey, tool):
            message = f"tool {tool.name!r} has no description, so a model has only its name to go by"
            yield Finding(message, tool.span("name"), "say what it does, and when to use it")


def _is_described_elsewhere(survey: Survey, tool: ToolSpec) -> bool:
    """Tell whether a description is inherited; it may be from what is not in this file."""
    if tool.ref:
        flow = survey.flow(tool.ref)
        return flow is None or bool(flow.description)
    if tool.call:
        operations = next(survey.called(tool))
        return not operations or any(operation.description for operation in operations)
    return False


def short_described(survey: Survey) -> Iterator[Finding]:
    for tool in survey.every(ToolSpec):
        length = len((tool.description or "").encode())
        if length > _LIMIT_BYTES:
            message = (
                f"the description of tool {tool.name!r} has {length} bytes, which every conversation pays for"
            )
            hint = (
                f"keep it below {_LIMIT_BYTES} bytes; details can go into the descriptions of its parameters"
            )
            yield Finding(message, tool.span("description"), hint)


def names_distinct(survey: Survey) -> Iterator[Finding]:
    """Find tool names that differ in case, hyphens and underscores only; equal ones are told by L116."""
    for server in survey.every(McpSpec):
        for first, second in repeats(server.tools or (), _folded):
            if first.name != second.name:
                message = f"tool {second.name!r} is easily taken for {first.name!r}"
                yield Finding(message, second.span("name"), "give it a name that says how it differs")


def _folded(tool: ToolSpec) -> str | None:
    return fold(tool.name) if tool.name else None


def stdio_without_authentication(survey: Survey) -> Iterator[Finding]:
    for server in survey.every(McpSpec):
        if server.transport == "stdio" and server.authentication is not None:
            message = "over stdio there is nobody to authenticate, so 'authentication' has no effect"
            yield Finding(message, server.span("authentication"), "remove it, or write 'transport: http'")
