"""Makes JSON-RPC messages that are wrong in some way, always the same ones for the same number."""

import copy
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

Kind: TypeAlias = Literal["junk", "alien", "request", "silent"]
"""No JSON that anybody reads; JSON that is no message; what is to be answered; what is not."""

MODERN = "2026-07-28"
ENVELOPE = {
    "io.modelcontextprotocol/protocolVersion": MODERN,
    "io.modelcontextprotocol/clientCapabilities": {},
}
HELLO = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}

FACE = """\
naftiko: 1.0.0-alpha2
capability:
  exposes:
  - type: mcp
    namespace: face
    port: 9090
    tools:
    - name: echo
      description: Says it again.
      inputParameters: [{name: text, type: string, description: A text.}]
      outputParameters: [{type: string, value: "{{text}}"}]
    - name: count
      description: Counts.
      inputParameters:
      - {name: number, type: integer, description: A number., required: false}
      - {name: of, type: array, items: {type: string}, description: Texts., required: false}
      - {name: deep, type: object, description: Anything., required: false}
      outputParameters:
      - {name: number, type: integer, value: "{{number}}"}
      - {name: kind, type: string, value: counted}
    resources:
    - {name: text, uri: 'test://text', description: A text., outputParameters: [{type: string, value: a}]}
    - name: one
      uri: test://one/{id}
      description: One of many.
      outputParameters: [{type: string, value: "{{id}}"}]
    prompts:
    - name: greet
      description: Greets.
      arguments: [{name: who, description: Whom., required: true}]
      template: [{role: user, content: "Hello {{who}}"}]
"""

# what a client may say to it, with a number of its own; some of it out of order, or about what is not there
_SAID: tuple[tuple[str, Any], ...] = (
    ("initialize", HELLO),
    ("initialize", {**HELLO, "protocolVersion": "1999-01-01"}),
    ("notifications/initialized", None),
    ("notifications/cancelled", {"requestId": 987654321, "reason": "no longer"}),
    ("notifications/progress", {"progressToken": 1, "progress": 3}),
    ("notifications/roots/list_changed", None),
    ("ping", None),
    ("server/discover", None),
    ("logging/setLevel", {"level": "debug"}),
    ("tools/list", None),
    ("tools/list", {"cursor": "!!"}),
    ("tools/call", {"name": "echo", "arguments": {"text": "a"}}),
    ("tools/call", {"name": "count", "arguments": {"number": 3, "of": ["a"], "deep": {"x": {"y": 1}}}}),
    ("tools/call", {"name": "nowhere", "arguments": {}}),
    ("tools/call", {"name": "echo", "arguments": {"txet": 1}, "task": {"ttl": 1}}),
    ("resources/list", None),
    ("resources/templates/list", None),
    ("resources/read", {"uri": "test://text"}),
    ("resources/read", {"uri": "test://one/7"}),
    ("resources/read", {"uri": "test://../../etc/passwd"}),
    ("resources/subscribe", {"uri": "test://text"}),
    ("resources/unsubscribe", {"uri": "test://text"}),
    ("prompts/list", None),
    ("prompts/get", {"name": "greet", "arguments": {"who": "a"}}),
    ("prompts/get", {"name": "greet"}),
    (
        "completion/complete",
        {"ref": {"type": "ref/prompt", "name": "greet"}, "argument": {"name": "who", "value": ""}},
    ),
    ("sampling/createMessage", {"messages": [], "maxTokens": 1}),
    ("elicitation/create", {"message": "a", "requestedSchema": {"type": "object", "properties": {}}}),
    ("roots/list", None),
    ("tasks/get", {"taskId": "a"}),
    ("nothing/atAll", {"a": 1}),
)

_READ = 200  # no server has to read what nests deeper
_DEEP: Any = []
for _ in range(_READ + 50):
    _DEEP = [_DEEP]

_WEIRD: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    2**63,
    10**40,
    1.5,
    1e308,
    float("nan"),
    float("-inf"),
    "",
    " ",
    "\0",
    "é\u202e🚢",
    "\ud800",
    "x" * 20_000,
    "../..",
    "{{env.HOME}}",
    "__class__",
    [],
    [1, [2]],
    {},
    {"": {}},
    {"jsonrpc": "2.0"},
    {"$ref": "#"},
    {"method": "ping"},
    _DEEP,
)
_KEYS = ("", "id", "method", "params", "result", "error", "_meta", "jsonrpc", "name", "arguments", "\0")


@dataclass(frozen=True)
class Malformed:
    """A message as bytes in one line, and what it is all the same; no number if it lost its own."""

    data: bytes
    kind: Kind
    number: int | None


def malformed(number: int, *, modern: bool) -> Malformed:
    """Make the message of a number, in the form of one of the two eras."""
    chance = random.Random(number)  # noqa: S311 - the same ones again are what is wanted
    message = _said(chance, number, modern=modern)
    for _ in range(chance.choice((0, 1, 1, 1, 2, 3))):
        _change(message, chance)
    data = json.dumps(message).encode()
    if chance.random() < 0.3:
        data = _broken(data, chance)
    return _sorted(data.replace(b"\n", b" ").replace(b"\r", b" "), number)


def _said(chance: random.Random, number: int, *, modern: bool) -> dict[str, Any]:
    if chance.random() < 0.04:  # an answer to what nobody asked
        told = {"error": {"code": -1, "message": "no"}} if chance.random() < 0.5 else {"result": {}}
        return {"jsonrpc": "2.0", "id": number, **told}
    method, params = chance.choice(_SAID)
    message: dict[str, Any] = {"jsonrpc": "2.0", "method": method}
    if not method.startswith("notifications/"):
        message["id"] = number
    if params is not None or modern:
        message["params"] = copy.deepcopy(params) or {}
        if modern:
            message["params"]["_meta"] = copy.deepcopy(ENVELOPE)
    return message


def _change(message: dict[str, Any], chance: random.Random) -> None:
    """Take away, put in, put elsewhere or write otherwise one thing in a message."""
    holder = chance.choice([*_holders(message)])
    keys: list[Any] = [*holder] if isinstance(holder, dict) else [*range(len(holder))]
    strange = copy.deepcopy(chance.choice(_WEIRD))
    if not keys:
        if isinstance(holder, dict):
            holder[chance.choice(_KEYS)] = strange
        else:
            holder.append(strange)
        return
    key = chance.choice(keys)
    way = chance.randrange(5)
    if way == 0:
        del holder[key]
    elif way == 1 and isinstance(holder, dict):
        holder[chance.choice(_KEYS)] = strange
    elif way == 2 and isinstance(holder, dict):
        holder[str(key).swapcase()] = holder.pop(key)
    elif way == 3:
        holder[key] = [holder[key]]
    else:
        holder[key] = strange


def _holders(value: Any) -> Iterator[Any]:
    if isinstance(value, dict | list):
        yield value
        for part in value.values() if isinstance(value, dict) else value:
            yield from _holders(part)


def _broken(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data))
    return chance.choice(
        (
            data[:at],
            data[at:],
            data + data,
            b"[" + data + b"]",
            b"\xef\xbb\xbf" + data,
            data[:at] + b"\xff\xfe" + data[at:],
            data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :],
            b"[" * 5_000,
            b'"' + data.replace(b'"', b"'") + b'"',
            data.replace(b'"jsonrpc"', b'"id": 5, "jsonrpc"'),
            bytes(chance.randrange(256) for _ in range(40)),
            b"",
        )
    )


def _sorted(data: bytes, number: int) -> Malformed:
    try:
        value = json.loads(data.decode("utf-8"), parse_constant=_no_number)
        data.decode("utf-8").encode()
        json.dumps(value, ensure_ascii=False).encode()  # half of a surrogate pair is no text
    except (ValueError, RecursionError):
        return Malformed(data, "junk", None)
    kind = "junk" if _depth(value) > _READ else _kind(value)
    known = value.get("id") if kind == "request" else None
    return Malformed(data, kind, number if known == number else None)


def _depth(value: Any) -> int:
    if not isinstance(value, dict | list):
        return 0
    return 1 + max(
        (_depth(part) for part in (value.values() if isinstance(value, dict) else value)), default=0
    )


def _no_number(text: str) -> float:
    raise ValueError(text)


def _kind(value: Any) -> Kind:
    if not isinstance(value, dict) or value.get("jsonrpc") != "2.0":
        return "alien"
    given = value.get("id")
    has_id = isinstance(given, int | str) and not isinstance(given, bool)
    if isinstance(value.get("method"), str) and isinstance(value.get("params"), dict | None):
        return "request" if has_id else "alien" if "id" in value else "silent"
    return "silent" if has_id and _answers(value) else "alien"


def _answers(value: dict[str, Any]) -> bool:
    error = value.get("error")
    if isinstance(error, dict):
        return isinstance(error.get("code"), int) and isinstance(error.get("message"), str)
    return isinstance(value.get("result"), dict)
