"""The tools of real files are such as the clients of all large hosts take."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager

import pytest

from hosts import SOURCES, Finding, findings_of
from naftiko_runtime.exposers.mcp.tools import Toolbox
from naftiko_runtime.plan.surfaces import Context, McpSurface, Operation, Refused, Result
from naftiko_runtime.values import Json
from oracle.cases import Case


def tools_of(case: Case) -> list[Finding]:
    """Look at the tools of a file; those that are refused do nothing, so nothing is said of what they do."""
    found: list[Finding] = []
    for surface in case.plan.surfaces if case.plan else ():
        if isinstance(surface, McpSurface):
            listed = Toolbox.of(surface.tools, _nobody, {}).listed
            served = {tool.name for tool in surface.tools if not isinstance(tool.operation.body, Refused)}
            for name, tool in listed.items():
                shown = findings_of(tool.model_dump(by_alias=True, exclude_none=True))
                found += [item for item in shown if name in served or item.rule != "hints"]
    return found


def _nobody(
    operation: Operation, raw: Mapping[str, Json], context: Context
) -> AbstractAsyncContextManager[Result]:
    raise NotImplementedError


def test_no_tool_of_a_real_file_breaks_a_rule_of_a_host(cases: list[Case]) -> None:
    broken = {case.name: found for case in cases if (found := tools_of(case))}
    assert {name: found[:3] for name, found in broken.items()} == {}


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"name": "a b"}, "name"),
        ({"inputSchema": {"type": "array", "items": {"type": "string"}}}, "object"),
        ({"inputSchema": {"type": "object", "oneOf": [{"required": ["a"]}]}}, "combined"),
        ({"description": "é" * 1025}, "description"),
        ({"annotations": {}}, "hints"),
        ({"inputSchema": {"type": "object", "properties": {"$top": {"type": "integer"}}}}, "key"),
        ({"inputSchema": {"type": "object", "properties": {"a": {"type": "array"}}}}, "items"),
        ({"inputSchema": {"type": "object", "properties": {"a": {"description": "It."}}}}, "silent"),
        ({"inputSchema": {"type": "object", "properties": {"a": True}}}, "silent"),
        ({"outputSchema": {"type": "object", "properties": {"a": {"type": ["string", "null"]}}}}, "union"),
        ({"inputSchema": {"type": "object", "properties": {"a": {"anyOf": [{"type": "array"}]}}}}, "items"),
        ({"inputSchema": {"type": "object", "$defs": {"a": {"type": "array", "items": {}}}}}, "silent"),
    ],
)
def test_every_rule_is_looked_at(change: dict[str, object], rule: str) -> None:
    hints = {"readOnlyHint": True, "destructiveHint": False, "idempotentHint": True, "openWorldHint": False}
    good = {"name": "a", "description": "A.", "inputSchema": {"type": "object"}, "annotations": hints}
    assert list(findings_of(good)) == []
    assert [found.rule for found in findings_of({**good, **change})] == [rule]
    assert rule in SOURCES
