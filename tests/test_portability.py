"""The lint of lists of tools finds what it is for, and nothing in the files that users begin with."""

from pathlib import Path

import pytest

from naftiko_runtime.plan.surfaces import McpSurface
from naftiko_runtime.values import Json
from portability import LIMITS, Tool, lint, listed
from serving import compiled, read

ROOT = Path(__file__).parents[1]
OURS = (
    *sorted(ROOT.glob("capabilities/*.yaml")),
    *sorted(ROOT.glob("docs/tutorial/[0-9]*.yaml")),
)
LEGAL: Tool = {"name": "legal", "description": "It is.", "inputSchema": {"type": "object"}}


def with_argument(schema: Json, name: str = "it") -> Tool:
    return {**LEGAL, "inputSchema": {"type": "object", "properties": {name: schema}}}


def root(key: str, value: Json) -> Tool:
    return {**LEGAL, "inputSchema": {"type": "object", key: value}}


BEYOND: tuple[tuple[str, str, Tool], ...] = (
    ("a name is", "name", {**LEGAL, "name": "a.b"}),
    ("a name is", "name", {**LEGAL, "name": "a" * 65}),
    ("a tool is described", "description", {**LEGAL, "description": ""}),
    ("a description has", "description", {**LEGAL, "description": "é" * 1025}),
    (
        "a description has",
        "inputSchema.properties.it.description",
        with_argument({"type": "string", "description": "a" * 2049}),
    ),
    ("a schema is of type object", "outputSchema", {**LEGAL, "outputSchema": {"type": "array", "items": {}}}),
    ("nothing is combined", "inputSchema.anyOf", root("anyOf", [{"required": ["a"]}])),
    ("nothing is combined", "inputSchema.if", root("if", {"required": ["a"]})),
    ("an argument's name", "inputSchema.properties.$top", with_argument({"type": "string"}, "$top")),
    ("an array says", "inputSchema.properties.it", with_argument({"type": "array"})),
    (
        "an array says",
        "inputSchema.properties.it.anyOf[0]",
        with_argument({"anyOf": [{"type": "array", "items": True}]}),
    ),
    ("a schema is an object", "inputSchema.properties.it", with_argument(True)),
    ("there is one type", "inputSchema.properties.it", with_argument({"type": ["string", "null"]})),
    ("a reference stays", "inputSchema.$defs.it", root("$defs", {"it": {"$ref": "https://a.example"}})),
    ("a schema says something", "inputSchema.properties.it", with_argument({"title": "It"})),
    ("a schema says something", "inputSchema.additionalProperties", root("additionalProperties", {})),
    ("a schema compiles", "inputSchema", with_argument({"type": "text"})),
    ("a schema compiles", "inputSchema", with_argument({"$ref": "#/$defs/nowhere"})),
)


@pytest.mark.parametrize(("says", "where", "tool"), BEYOND)
def test_what_hosts_do_not_take_is_found_where_it_is(says: str, where: str, tool: Tool) -> None:
    found = [said for said in lint(tool) if f": {says}" in said]
    assert len(found) == 1
    assert found[0].startswith(f"{tool['name']}: {where}:")


def test_every_limit_has_something_beyond_it() -> None:
    shown = {says for says, _, _ in BEYOND}
    assert [limit.says for limit in LIMITS if not any(limit.says.startswith(says) for says in shown)] == []


def test_what_all_hosts_take_is_not_found() -> None:
    lists: Json = {"type": "array", "items": {"type": "string"}}
    whole: Json = {"type": "object", "properties": {"a": lists}, "additionalProperties": False}
    either: Json = {"anyOf": [whole, {"enum": [1]}, {"$ref": "#/$defs/a"}, {"not": {}}]}
    argument = with_argument(either)["inputSchema"]
    assert isinstance(argument, dict)
    assert lint({**LEGAL, "inputSchema": {**argument, "$defs": {"a": lists}}}) == []


@pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])
@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
async def test_the_files_that_users_begin_with_list_what_all_hosts_take(path: Path, mode: str) -> None:
    for surface in compiled(read(path)).surfaces:
        if isinstance(surface, McpSurface):
            tools = await listed(surface, mode)
            assert [tool["name"] for tool in tools] == [tool.name for tool in surface.tools]
            assert [said for tool in tools for said in lint(tool)] == []
