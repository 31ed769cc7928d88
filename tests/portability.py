"""What the large hosts of MCP take in a list of tools: their limits as data, and a lint that goes by them."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import TypeAlias

from jsonschema_rs import Draft202012Validator, ValidationError
from mcp import Client

from connecting import server_of
from naftiko_runtime.plan.surfaces import Context, McpSurface, Operation, Result
from naftiko_runtime.values import Json
from naftiko_runtime.values.json import encode_text

Tool: TypeAlias = Mapping[str, Json]
"""A tool as it stands in the answer."""

DESCRIPTION_BYTES = 2048
# Cursor takes 60 characters for the names of server and tool together: this leaves 11 for the server
COMFORTABLE_NAME = 48

_SCHEMAS = ("inputSchema", "outputSchema")
COMBINERS = ("oneOf", "anyOf", "allOf", "if", "then", "else", "not", "enum", "$ref")
_OF_NAMES = ("properties", "patternProperties", "dependentSchemas", "$defs", "definitions")
_OF_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
_OF_ONE = ("items", "contains", "not", "propertyNames", "if", "then", "else", "contentSchema")
_OF_ONE_OR_TRUTH = ("additionalProperties", "unevaluatedProperties", "unevaluatedItems")
# what says nothing of a value
_NOTES = frozenset(
    (
        "title",
        "description",
        "default",
        "examples",
        "deprecated",
        "$comment",
        "$defs",
        "definitions",
        "$schema",
    )
)


@dataclass(frozen=True)
class Limit:
    """What hosts take, which of them take no more, where that is known from, and what goes beyond it."""

    says: str
    hosts: str
    source: str
    beyond: Callable[[Tool], Iterator[str]]


def lint(tool: Tool) -> list[str]:
    """Say in what a tool goes beyond what hosts take."""
    return [
        f"{tool.get('name')}: {where}: {limit.says} ({limit.hosts})"
        for limit in LIMITS
        for where in limit.beyond(tool)
    ]


async def listed(surface: McpSurface, mode: str) -> list[Tool]:
    """Ask a server for all pages of its tools, by the SDK's client and without a socket."""
    async with Client(server_of(surface, _nothing), mode=mode) as client:
        page = await client.list_tools()
        tools = [*page.tools]
        while page.next_cursor:
            page = await client.list_tools(cursor=page.next_cursor)
            tools += page.tools
    return [tool.model_dump(by_alias=True, mode="json", exclude_none=True) for tool in tools]


def _nothing(
    operation: Operation, raw: Mapping[str, Json], context: Context
) -> AbstractAsyncContextManager[Result]:
    raise AssertionError("a list calls nothing")


def nodes(schema: Json, path: str = "") -> Iterator[tuple[str, Json]]:
    """Visit a schema and all schemas in it; truth values where every host takes them are left out."""
    yield path, schema
    if not isinstance(schema, dict):
        return
    for key, value in schema.items():
        here = f"{path}.{key}" if path else key
        if key in _OF_NAMES and isinstance(value, dict):
            for name, part in value.items():
                yield from nodes(part, f"{here}.{name}")
        elif key in _OF_LISTS and isinstance(value, list):
            for number, part in enumerate(value):
                yield from nodes(part, f"{here}[{number}]")
        elif key in _OF_ONE or (key in _OF_ONE_OR_TRUTH and not isinstance(value, bool)):
            yield from nodes(value, here)


def _name(tool: Tool) -> Iterator[str]:
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", str(tool.get("name", ""))):
        yield "name"


def _silent(tool: Tool) -> Iterator[str]:
    if not tool.get("description"):
        yield "description"


def _long(tool: Tool) -> Iterator[str]:
    if _is_long(tool):
        yield "description"
    for path, node in _objects(tool):
        if _is_long(node):
            yield f"{path}.description"


def _roots(tool: Tool) -> Iterator[str]:
    for key, schema in _roots_of(tool):
        if not isinstance(schema, dict) or schema.get("type") != "object":
            yield key


def _combined(tool: Tool) -> Iterator[str]:
    for key, schema in _roots_of(tool):
        if isinstance(schema, dict):
            yield from (f"{key}.{word}" for word in COMBINERS if word in schema)


def _keys(tool: Tool) -> Iterator[str]:
    schema = tool.get("inputSchema")
    properties = schema.get("properties") if isinstance(schema, dict) else None
    for name in properties if isinstance(properties, dict) else ():
        if not re.fullmatch(r"[A-Za-z0-9_.-]{1,64}", name):
            yield f"inputSchema.properties.{name}"


def _bare_lists(tool: Tool) -> Iterator[str]:
    for path, node in _objects(tool):
        if node.get("type") == "array" and not isinstance(node.get("items"), dict):
            yield path


def _truths(tool: Tool) -> Iterator[str]:
    for path, node in _everything(tool):
        if not isinstance(node, dict):
            yield path


def _unions(tool: Tool) -> Iterator[str]:
    for path, node in _objects(tool):
        if isinstance(node.get("type"), list):
            yield path


def _remote(tool: Tool) -> Iterator[str]:
    for path, node in _objects(tool):
        if not str(node.get("$ref", "#")).startswith("#"):
            yield path


def _untyped(tool: Tool) -> Iterator[str]:
    for path, node in _objects(tool):
        if not path.endswith(".not") and node.keys() <= _NOTES:
            yield path


def _broken(tool: Tool) -> Iterator[str]:
    for key, schema in _roots_of(tool):
        try:
            Draft202012Validator(schema if isinstance(schema, dict) else encode_text(schema))
        except (ValidationError, ValueError) as error:
            yield f"{key}: {error}"


def _roots_of(tool: Tool) -> Iterator[tuple[str, Json]]:
    yield from ((key, tool[key]) for key in _SCHEMAS if key in tool)


def _everything(tool: Tool) -> Iterator[tuple[str, Json]]:
    for key, schema in _roots_of(tool):
        yield from nodes(schema, key)


def _objects(tool: Tool) -> Iterator[tuple[str, dict[str, Json]]]:
    for path, node in _everything(tool):
        if isinstance(node, dict):
            yield path, node


def _is_long(node: Mapping[str, Json]) -> bool:
    return len(str(node.get("description", "")).encode()) > DESCRIPTION_BYTES


_INSPECTOR = "@modelcontextprotocol/inspector 2.12.0, --strict"

LIMITS = (
    Limit("a name is 1 to 64 of A-Z a-z 0-9 _ -", "OpenAI, Codex", "microsoft/foundry-dev-tools#201", _name),
    Limit("a tool is described", "the models of all hosts", "the conformance suite, tools-list", _silent),
    Limit("a description has 2 KB", "Claude Code", "its documentation of MCP", _long),
    Limit("a schema is of type object", "SDKs of 2025-11-25 and before", "opentokenz/mcpx#28", _roots),
    Limit(
        "nothing is combined at the root",
        "the APIs of Anthropic and OpenAI, Claude Code",
        "makenotion/notion-mcp-server#340, anthropics/claude-code#95504",
        _combined,
    ),
    Limit(
        "an argument's name is 1 to 64 of A-Z a-z 0-9 _ . -", "Anthropic API", "decocms/studio#6874", _keys
    ),
    Limit("an array says what its items are", "VS Code", "microsoft/vscode#246119", _bare_lists),
    Limit("a schema is an object", "the inspector", _INSPECTOR, _truths),
    Limit("there is one type", "Gemini", _INSPECTOR, _unions),
    Limit("a reference stays in its document", "all hosts", _INSPECTOR, _remote),
    Limit("a schema says something", "the inspector", _INSPECTOR, _untyped),
    Limit("a schema compiles", "clients that check answers", "JSON Schema 2020-12", _broken),
)
