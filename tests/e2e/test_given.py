"""What was given is sent as it was given, and nothing of what was left out."""

import json
from urllib.parse import parse_qsl

import httpx2
import pytest

from naftiko_runtime.values import Json
from serving import compiled, mcp_client, served
from wire import Seen, Upstream

CAPABILITY = """
naftiko: 1.0.0-alpha2
capability:
  consumes:
  - type: http
    namespace: api
    baseUri: http://127.0.0.1:1
    resources:
    - name: things
      path: /things
      operations:
      - name: ask
        method: GET
        inputParameters:
        - {name: a, in: query}
        - {name: b, in: query}
        - {name: list, in: query, type: array}
        - {name: X-C, in: header}
        - {name: d, in: cookie}
      - {name: look, method: GET, inputParameters: &body [{name: a, in: body}, {name: b, in: body}]}
      - {name: make, method: POST, inputParameters: *body}
      - {name: drop, method: DELETE, inputParameters: *body}
      - {name: form, method: POST, body: {type: form, data: {a: '{{a}}', b: '{{b}}'}}}
  exposes:
  - type: rest
    namespace: face
    port: 8080
    resources:
    - {path: /ask, operations: [{method: POST, call: api.ask, inputParameters: [
        {name: a, in: body}, {name: b, in: body}, {name: list, in: body, type: array},
        {name: X-C, in: body}, {name: d, in: body}]}]}
    - {path: /look, operations: [{method: POST, call: api.look}]}
    - {path: /make, operations: [{method: POST, call: api.make}]}
    - {path: /drop, operations: [{method: POST, call: api.drop}]}
    - {path: /form, operations: [{method: POST, call: api.form}]}
  - type: mcp
    namespace: tools
    port: 9090
    tools:
    - {name: ask, call: api.ask}
    - {name: look, call: api.look}
    - {name: make, call: api.make}
    - {name: drop, call: api.drop}
    - {name: form, call: api.form}
"""
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
NESTED: Json = {"x": [False, {"y": ""}]}
Shown = tuple[str, list[tuple[str, str]], str | None, str | None, str | None, object]


def shown(seen: Seen) -> Shown:
    """Show what of a request the caller's values decide."""
    path, _, query = seen.target.partition("?")
    assert path == "/things"
    if seen.body or seen.method == "POST":
        assert seen.header("content-length") == str(len(seen.body))
    kind = seen.header("content-type")
    body = json.loads(seen.body) if kind == JSON else seen.body.decode()
    asked = parse_qsl(query, keep_blank_values=True)
    return seen.method, asked, seen.header("x-c"), seen.header("cookie"), kind, body


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("ask", {}, ("GET", [], None, None, None, "")),
        ("ask", {"a": None, "list": []}, ("GET", [], None, None, None, "")),
        ("ask", {"a": False, "b": 0, "d": ""}, ("GET", [("a", "false"), ("b", "0")], None, "d=", None, "")),
        ("ask", {"a": "", "X-C": True}, ("GET", [("a", "")], "true", None, None, "")),
        ("ask", {"list": ["x", "y,z", False, None]}, (
            "GET", [("list", "x"), ("list", "y,z"), ("list", "false")], None, None, None, "",
        )),
        ("make", {}, ("POST", [], None, None, None, "")),
        ("make", {"a": False}, ("POST", [], None, None, JSON, {"a": False})),
        ("make", {"a": 0, "b": ""}, ("POST", [], None, None, JSON, {"a": 0, "b": ""})),
        ("look", {"a": NESTED, "b": 1.5}, ("GET", [], None, None, JSON, {"a": NESTED, "b": 1.5})),
        ("drop", {"b": []}, ("DELETE", [], None, None, JSON, {"b": []})),
        ("form", {}, ("POST", [], None, None, None, "")),
        ("form", {"a": False, "b": [0, ""]}, ("POST", [], None, None, FORM, "a=false&b=0&b=")),
    ],
)  # fmt: skip
async def test_both_faces_send_what_was_given(
    name: str, given: dict[str, Json], expected: Shown, upstream: Upstream
) -> None:
    async with served(compiled(CAPABILITY), {}, base_uris={"api": upstream.url}) as running:
        async with httpx2.AsyncClient() as client:
            got = await client.post(f"{running.rest}/{name}", json=given)
        async with mcp_client(running.mcp) as tools:
            result = await tools.call_tool(name, given)
    assert (got.status_code, result.is_error) == (200, False), f"{got.text} {result.content}"
    assert [shown(seen) for seen in upstream.seen] == [expected, expected]
