"""Real files that expose an operation over REST and MCP: both give one value, and one kind of error."""

import json
from base64 import b64decode
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from corpus.test_wire import one_of_each_provider
from naftiko_runtime.app.opening import Options
from naftiko_runtime.app.serve import serving
from naftiko_runtime.plan.explain import Plan
from naftiko_runtime.plan.flow import Flow
from naftiko_runtime.plan.surfaces import McpSurface, McpTool, Operation, PassThrough, RestRoute, RestSurface
from oracle.arguments import made
from oracle.asking import ask
from oracle.cases import Case, needs_corpus
from wire import Respond, Upstream, answer

pytestmark = needs_corpus

OF_EACH_FILE = 2
ANSWERS: dict[str, Respond] = {
    "an object": answer(b'{"id": 1, "name": "\xc3\xa9", "items": [{"id": 2, "deep": {"x": null}}]}'),
    "a list": answer(b'[{"id": 1}, {"id": 2.5}]'),
    "a number": answer(b"12345678901234567890"),
    "a text": answer(b'"text"'),
    "nothing": answer(b"", "204 No Content", content_length="0"),
    "a refusal": answer(b'{"error": {"message": "no"}}', "404 Not Found"),
    "a page": answer(b"<html>no</html>", "403 Forbidden", content_type="text/html"),
    "no JSON": answer(b"{", "200 OK"),
}


@dataclass(frozen=True)
class Told:
    """What a caller was told: a value, or with which status the call failed."""

    value: Any = None
    failed: int | None = None


def pairs_of(plan: Plan) -> Iterator[tuple[RestRoute, McpTool]]:
    """Bring routes and tools together that do the same."""
    routes: dict[object, RestRoute] = {}
    for surface in plan.surfaces:
        for route in surface.routes if isinstance(surface, RestSurface) else ():
            if not route.streams_body and (key := _does(route.operation)) is not None:
                routes.setdefault(key, route)
    for surface in plan.surfaces:
        for tool in surface.tools if isinstance(surface, McpSurface) else ():
            key = _does(tool.operation)
            if key is not None and key in routes:
                yield routes[key], tool


def _does(operation: Operation) -> tuple[object, ...] | None:
    match operation.body:
        case PassThrough(call):
            return call.api, call.name, call.method
        case Flow(steps, result) if len(steps) == 1 and len(steps[0].calls) == 1:
            return steps[0].calls[0].api, steps[0].calls[0].name, repr(result)
        case _:
            return None


async def told(url: str, unit: RestRoute | McpTool) -> Told:
    """Call a unit with every argument and read what it answers."""
    params = unit.operation.contract.params
    text = await ask(url, unit, made((param.name, param.kind) for param in params))
    head, _, body = text.partition("\r\n\r\n")
    status = int(head.split()[1])
    return _of_route(status, body) if isinstance(unit, RestRoute) else _of_tool(json.loads(body))


def _of_route(status: int, body: str) -> Told:
    if status >= 400:
        return Told(failed=status)
    try:
        return Told(json.loads(body)) if body else Told()
    except ValueError:
        return Told(failed=502)  # a pass-through hands on what nobody can read as it is


def _of_tool(message: dict[str, Any]) -> Told:
    result = message["result"]
    if result.get("isError"):
        return Told(failed=result["_meta"]["io.naftiko/error"]["status"])
    if not result["content"]:
        return Told()
    first = result["content"][0]
    if first["type"] == "resource":  # the file says that the answer is bytes
        return _of_route(200, b64decode(first["resource"]["blob"]).decode())
    said = first["text"]
    shown = result.get("structuredContent")
    if shown is None:
        return Told(said)
    value = json.loads(said)
    assert shown == (value if isinstance(value, dict) else {"result": value})
    return Told(value)


@pytest.mark.anyio
async def test_both_faces_of_real_files_tell_the_same(cases: list[Case], upstream: Upstream) -> None:
    outcomes: Counter[str] = Counter()
    differences: list[str] = []
    for case in one_of_each_provider(cases):
        assert case.plan is not None
        pairs = list(pairs_of(case.plan))[:OF_EACH_FILE]
        if not pairs:
            continue
        plan = replace(case.plan, binds=tuple(replace(bind, file=None) for bind in case.plan.binds))
        options = Options(
            ports={surface.namespace: 0 for surface in plan.surfaces},
            base_uris=dict.fromkeys(plan.apis, upstream.url),
            retries=0,
        )
        async with serving(plan, {bind.source: "a-key" for bind in plan.binds}, options) as running:
            urls = {listener.kind: listener.url for listener in running.listeners}
            for route, tool in pairs:
                for name, respond in ANSWERS.items():
                    upstream.respond = respond
                    over_rest, over_mcp = await told(urls["REST"], route), await told(urls["MCP"], tool)
                    outcomes["failed" if over_mcp.failed else "gave a value"] += 1
                    if over_rest != over_mcp:
                        differences.append(f"{case.name}: {tool.name}: {name}: {over_rest} but {over_mcp}")
    assert differences == []
    assert min(outcomes["failed"], outcomes["gave a value"]) > 100, outcomes
