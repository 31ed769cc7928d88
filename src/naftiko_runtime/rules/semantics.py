"""What units say they do to the world, beside what they do."""

from __future__ import annotations

from collections.abc import Iterator

from ..spec.aggregates import SemanticsSpec
from ..spec.exposes import HintsSpec, RouteSpec, ToolSpec
from ..spec.flows import UnitSpec
from .rule import Finding
from .survey import Survey

_CHANGING = frozenset({"DELETE", "PATCH", "PUT"})


def agree_with_flow(survey: Survey) -> Iterator[Finding]:
    """Find hints and methods that contradict the semantics of the flow that the unit refers to."""
    for unit in survey.every(UnitSpec):
        flow = survey.flow(unit.ref)
        if flow is None or flow.semantics is None:
            continue
        hint = f"change it here, or the semantics on line {flow.semantics.span().line}"
        if isinstance(unit, ToolSpec) and unit.hints is not None:
            for key, word in _against_hints(flow.semantics, unit.hints):
                message = f"flow {unit.ref!r} is {word}, and this tool says otherwise"
                yield Finding(message, unit.hints.span(key), hint)
        elif isinstance(unit, RouteSpec):
            for word in _against_method(flow.semantics, unit.method.upper()):
                message = f"flow {unit.ref!r} is {word}, and {unit.method} promises otherwise"
                yield Finding(message, unit.span("method"), hint)


def _against_hints(flow: SemanticsSpec, hints: HintsSpec) -> Iterator[tuple[str, str]]:
    if flow.safe is True and hints.read_only is False:
        yield "readOnly", "safe"
    if flow.safe is True and hints.destructive is True:
        yield "destructive", "safe"
    if flow.safe is False and hints.read_only is True:
        yield "readOnly", "not safe"
    if None not in (flow.idempotent, hints.idempotent) and flow.idempotent is not hints.idempotent:
        yield "idempotent", "idempotent" if flow.idempotent else "not idempotent"


def _against_method(flow: SemanticsSpec, method: str) -> Iterator[str]:
    if flow.safe is True and method != "GET":
        yield "safe"
    if flow.safe is False and method == "GET":
        yield "not safe"
    if flow.idempotent is True and method == "POST":
        yield "idempotent"


def hints_agree(survey: Survey) -> Iterator[Finding]:
    """Find tools that say they only read, and change something by what else they say or call."""
    for tool in survey.every(ToolSpec):
        if tool.hints is None or tool.hints.read_only is not True:
            continue
        span = tool.hints.span("readOnly")
        if tool.hints.destructive is True:
            yield Finding("a tool cannot be both readOnly and destructive", span, "keep one of the two")
        if methods := _changing_methods(survey, tool):
            message = f"tool {tool.name!r} says that it only reads, and calls {' and '.join(methods)}"
            yield Finding(
                message,
                span,
                "write 'readOnly: false'; a client may call a tool that only reads without asking",
            )


def _changing_methods(survey: Survey, tool: ToolSpec) -> list[str]:
    """List the methods that change something, of calls that can mean nothing else."""
    called = ({operation.method.upper() for operation in found} for found in survey.called(tool))
    return sorted({method for methods in called if methods <= _CHANGING for method in methods})
