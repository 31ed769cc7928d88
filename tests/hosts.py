"""What the hosts of MCP clients take as a tool: every rule, and whose it is."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
KEY = re.compile(r"[A-Za-z0-9_.-]{1,64}")
DESCRIPTION_BYTES = 2048
COMBINED = ("oneOf", "anyOf", "allOf", "not", "if", "$ref")

SOURCES: Mapping[str, str] = {
    "name": "OpenAI, Codex and Copilot: letters, digits, _ and -, 64 at most; others take more",
    "key": "the Anthropic API: [a-zA-Z0-9_.-]{1,64}; one that does not fit fails all tools of the request",
    "object": "the protocol: the root of inputSchema is an object; the SDKs refuse the whole list otherwise",
    "combined": "the Anthropic API: no combinator at the top; one of them fails all tools of the request",
    "items": "VS Code: a tool with an array without items is dropped",
    "silent": "the inspector's --strict: a schema without any keyword, or a bare true or false",
    "union": "Gemini and the inspector's --strict: one type, not a list of them",
    "description": "Claude Code: descriptions are cut at 2 KB",
    "hints": "the protocol: without annotations hosts have to expect the worst",
}


@dataclass(frozen=True)
class Finding:
    """A rule that a tool breaks."""

    tool: str
    rule: str
    place: str


def findings_of(tool: Mapping[str, Any]) -> Iterator[Finding]:
    """Look at a tool as it is on the wire."""
    name, schema = str(tool["name"]), tool["inputSchema"]
    found = [
        ("name", "name", not NAME.fullmatch(name)),
        ("object", "inputSchema", schema.get("type") != "object"),
        ("combined", "inputSchema", any(word in schema for word in COMBINED)),
        ("description", "description", len(tool.get("description", "").encode()) > DESCRIPTION_BYTES),
        ("hints", "annotations", len(tool.get("annotations") or {}) < 4),
        *(("key", f"inputSchema.{key}", not KEY.fullmatch(key)) for key in schema.get("properties", {})),
    ]
    yield from (Finding(name, rule, place) for rule, place, is_broken in found if is_broken)
    for word in ("inputSchema", "outputSchema"):
        for place, rule in _inside(tool.get(word) or {"type": "object"}, word):
            yield Finding(name, rule, place)


def _inside(schema: Any, place: str) -> Iterator[tuple[str, str]]:
    if not isinstance(schema, dict):
        yield place, "silent"
        return
    found = [
        ("silent", not set(schema) - {"title", "description", "default", "examples", "format"}),
        ("union", isinstance(schema.get("type"), list)),
        ("items", schema.get("type") == "array" and "items" not in schema),
        ("description", len(str(schema.get("description", "")).encode()) > DESCRIPTION_BYTES),
    ]
    yield from ((place, rule) for rule, is_broken in found if is_broken)
    for name, part in _below(schema):
        yield from _inside(part, f"{place}.{name}")


def _below(schema: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for word in ("properties", "$defs"):
        yield from schema.get(word, {}).items()
    for word in ("anyOf", "oneOf", "allOf"):
        yield from ((word, part) for part in schema.get(word, []))
    if "items" in schema:
        yield "items", schema["items"]
