"""Messages of MCP clients, as they should be and not quite."""

import copy
from collections.abc import Mapping
from typing import Any

from malformed import ENVELOPE, HELLO, MODERN

TASKS: dict[str, Any] = {
    "list": {},
    "cancel": {},
    "requests": {"sampling": {"createMessage": {}}, "elicitation": {"create": {}}},
}
MESSAGES: tuple[tuple[str, dict[str, Any] | None], ...] = (
    ("initialize", HELLO),
    ("initialize", {**HELLO, "protocolVersion": "2024-11-05"}),
    ("initialize", {**HELLO, "protocolVersion": "1999-01-01"}),
    ("initialize", {**HELLO, "protocolVersion": "2026-07-28"}),
    ("initialize", {**HELLO, "capabilities": {"roots": {"listChanged": True}, "elicitation": {"form": {}}}}),
    ("initialize", {**HELLO, "capabilities": {"roots": {"listChanged": {}}}}),
    ("initialize", {**HELLO, "capabilities": {"sampling": 1}}),
    ("initialize", {**HELLO, "capabilities": {"mood": 1, "weather": {"a": [2]}, "experimental": {"a": {}}}}),
    ("initialize", {**HELLO, "capabilities": {"tasks": TASKS, "elicitation": {}, "roots": {}}}),
    ("initialize", {**HELLO, "capabilities": {"tasks": {"list": True}}}),
    ("initialize", {**HELLO, "capabilities": {"tasks": {"requests": {"sampling": {"createMessage": 1}}}}}),
    ("initialize", {**HELLO, "capabilities": {"tasks": {"requests": {"sampling": 1}}}}),
    ("initialize", {**HELLO, "capabilities": {"tasks": None, "experimental": {"a": 1}}}),
    ("initialize", {**HELLO, "clientInfo": {"name": "a", "version": "1", "title": 5}}),
    ("initialize", {"protocolVersion": "2025-11-25"}),
    ("ping", None),
    ("server/discover", None),
    ("tools/list", None),
    ("tools/list", {}),
    ("tools/list", {"cursor": "1"}),
    ("tools/list", {"cursor": None}),
    ("tools/list", {"cursor": 3}),
    ("tools/call", {"name": "echo", "arguments": {"text": 'a é \u2028 🚢 " \\ <'}}),
    ("tools/call", {"name": "echo", "arguments": {"text": ""}, "_meta": {"progressToken": 4}}),
    ("tools/call", {"name": "echo", "arguments": {"text": "a"}, "_meta": {"progressToken": True}}),
    ("tools/call", {"name": "echo", "arguments": {"text": "a"}, "_meta": {"maker.example/use": ["b"]}}),
    ("tools/call", {"name": "echo", "arguments": {}, "_meta": None}),
    ("tools/call", {"name": "echo", "arguments": {"txet": "a"}}),
    ("tools/call", {"name": "echo"}),
    ("tools/call", {"name": "echo", "arguments": None}),
    ("tools/call", {"name": "echo", "arguments": []}),
    ("tools/call", {"name": "echo", "arguments": {"text": "a"}, "task": {"ttl": 1}}),
    ("tools/call", {"name": "ehco", "arguments": {}}),
    ("tools/call", {"name": "", "arguments": {}}),
    ("tools/call", {"name": 7}),
    ("tools/call", {"name": "count", "arguments": {"number": 3, "of": ["a"], "deep": {"x": {"y": None}}}}),
    ("tools/call", {"name": "count", "arguments": {"number": 10**30}}),
    ("tools/call", {"name": "count", "arguments": {"number": "3", "deep": 1}}),
    ("tools/call", {"name": "echo", "arguments": {"text": "a"}, "requestState": "s"}),
    ("resources/list", None),
    ("resources/templates/list", None),
    ("resources/read", {"uri": "test://text"}),
    ("resources/read", {"uri": "test://one/7%2F8"}),
    ("resources/read", {"uri": "test://nothing"}),
    ("resources/read", {"uri": ["test://text"]}),
    ("resources/subscribe", {"uri": "test://text"}),
    ("prompts/list", None),
    ("prompts/get", {"name": "greet", "arguments": {"who": "a"}}),
    ("prompts/get", {"name": "greet", "arguments": {"who": 1}}),
    ("prompts/get", {"name": "greet", "arguments": {"other": "a"}}),
    ("prompts/get", {"name": "greet", "arguments": None}),
    ("prompts/get", {"name": "great"}),
    ("completion/complete", {"ref": {"type": "ref/prompt", "name": "greet"}, "argument": {"name": "who"}}),
    ("nothing/atAll", None),
    ("logging/setLevel", {"level": "warning"}),
    ("logging/setLevel", {"level": "loud"}),
    ("logging/setLevel", {"level": ["info"]}),
    ("logging/setLevel", {"level": "info", "more": 1, "_meta": {"progressToken": 1}}),
    ("logging/setLevel", None),
    ("notifications/initialized", None),
    ("notifications/cancelled", {"requestId": 5}),
    ("notifications/nothing", {"a": 1}),
)
IDS: tuple[Any, ...] = (1, 0, -7, "a", "", 'é"\\', 2**53 + 1, 10**30, True, 1.5, 1.0, None, [1])
METAS: tuple[Mapping[str, Any], ...] = (
    ENVELOPE,
    {**ENVELOPE, "io.modelcontextprotocol/clientInfo": {"name": "a", "version": "1"}},
    {**ENVELOPE, "io.modelcontextprotocol/clientInfo": {"name": "a"}},
    {**ENVELOPE, "io.modelcontextprotocol/clientInfo": {"name": "a", "version": "1", "icons": []}},
    {**ENVELOPE, "io.modelcontextprotocol/clientInfo": None},
    {**ENVELOPE, "io.modelcontextprotocol/logLevel": "debug"},
    {**ENVELOPE, "io.modelcontextprotocol/logLevel": "loud"},
    {**ENVELOPE, "io.modelcontextprotocol/logLevel": ["info"]},
    {**ENVELOPE, "io.modelcontextprotocol/logLevel": None},
    {
        **ENVELOPE,
        "io.modelcontextprotocol/clientCapabilities": {"elicitation": {}, "extensions": {"a/b": {}}},
    },
    {**ENVELOPE, "io.modelcontextprotocol/clientCapabilities": {"extensions": {"a/b": 1}}},
    {**ENVELOPE, "io.modelcontextprotocol/clientCapabilities": {"mood": 1, "tasks": TASKS}},
    {**ENVELOPE, "io.modelcontextprotocol/clientCapabilities": None},
    {**ENVELOPE, "io.modelcontextprotocol/protocolVersion": "2025-11-25"},
    {**ENVELOPE, "progressToken": "t", "other.example/key": {"a": None}},
    {"io.modelcontextprotocol/protocolVersion": MODERN},
    {},
)


def message(
    method: str, params: Mapping[str, Any] | None, *, modern: bool, number: Any = 1
) -> dict[str, Any]:
    made: dict[str, Any] = {"jsonrpc": "2.0", "id": number, "method": method}
    if method.startswith("notifications/"):
        del made["id"]
    if params is not None or modern:
        made["params"] = copy.deepcopy(dict(params or {}))
        if modern:
            made["params"]["_meta"] = {**ENVELOPE, **(made["params"].get("_meta") or {})}
    return made
