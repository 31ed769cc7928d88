"""Real files list tools that the hosts take, to clients of either era."""

import pytest

from naftiko_runtime.plan.surfaces import McpSurface, Refused
from oracle.cases import Case, needs_corpus
from portability import COMFORTABLE_NAME, DESCRIPTION_BYTES, Tool, lint, listed

pytestmark = needs_corpus
HINTS = {"readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"}
TOLD = frozenset(("L155", "L156", "L157"))


def servers(cases: list[Case]) -> list[tuple[Case, McpSurface]]:
    return [
        (case, surface)
        for case in cases
        for surface in (case.plan.surfaces if case.plan else ())
        if isinstance(surface, McpSurface)
    ]


@pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])
async def test_every_file_lists_all_its_tools_as_the_hosts_take_them(cases: list[Case], mode: str) -> None:
    found: list[str] = []
    for case, surface in servers(cases):
        tools = await listed(surface, mode)
        assert [tool["name"] for tool in tools] == [tool.name for tool in surface.tools], case.name
        found += [
            f"{case.name}: {said}" for tool in tools for said in (*lint(tool), *unhinted(tool, surface))
        ]
    assert found == []


def unhinted(tool: Tool, surface: McpSurface) -> list[str]:
    """Find a tool that leaves out what it does to the world, although it does something."""
    body = next(each.operation.body for each in surface.tools if each.name == tool["name"])
    hints = tool.get("annotations")
    said = hints.keys() if isinstance(hints, dict) else ()
    return [] if isinstance(body, Refused) or set(said) >= HINTS else [f"{tool['name']}: annotations"]


def test_authors_are_told_of_names_that_some_hosts_cut(cases: list[Case]) -> None:
    for case, surface in servers(cases):
        long = [tool.name for tool in surface.tools if len(tool.name) > COMFORTABLE_NAME]
        assert not long or any(item.code in TOLD for item in case.report), (case.name, long)


def test_instructions_are_no_longer_than_the_hosts_read(cases: list[Case]) -> None:
    long = [case.name for case, surface in servers(cases) if _size(surface) > DESCRIPTION_BYTES]
    assert long == []


def _size(surface: McpSurface) -> int:
    return len(surface.description.encode())
