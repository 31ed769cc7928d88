"""Compiles small capabilities, and finds what came out of them."""

from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent, indent

from naftiko_runtime.app.compiler import Compiled, compile_text
from naftiko_runtime.expr.scope import Scope
from naftiko_runtime.plan.call import HttpCall, Outbound
from naftiko_runtime.plan.explain import Plan, exposed
from naftiko_runtime.plan.flow import Flow
from naftiko_runtime.plan.surfaces import McpSurface, Operation, PassThrough, Refused, RestRoute, RestSurface
from naftiko_runtime.values import Json, Secret

BINDS = "binds: [{namespace: keys, keys: {TOKEN: SHOP_TOKEN, other: SHOP_OTHER}}]"


def shop(
    *,
    path: str = "/orders",
    operation: str = "",
    unit: str = "",
    route: str = "/orders",
    api: str = "",
    base: str = "https://shop.example",
    verb: str = "GET",
) -> Compiled:
    """Compile a shop with one operation, exposed by ``verb`` on a route and as the tool ``tool``.

    ``operation``, ``unit`` and ``api`` are further YAML lines of the consumed operation, of both exposed
    units, and of the consumed API.
    """
    return compiled(f"""\
naftiko: 1.0.0-alpha2
{BINDS}
capability:
  consumes:
  - type: http
    namespace: shop
    baseUri: {base!r}
{_lines(api, 4)}
    resources:
    - name: orders
      path: {path!r}
      operations:
      - name: list
        method: GET
{_lines(operation, 8)}
  exposes:
  - type: rest
    namespace: face
    port: 8080
    resources:
    - path: {route!r}
      operations:
      - method: {verb}
        call: shop.list
{_lines(unit, 8)}
  - type: mcp
    namespace: face
    port: 9090
    tools:
    - name: tool
      call: shop.list
{_lines(unit, 6)}
""")


def agent(unit: str = "", *, method: str = "GET", server: str = "", folder: Path | None = None) -> Compiled:
    """Compile an MCP server with one tool, which may call ``shop.list``; ``server`` stands beside it."""
    text = f"""\
naftiko: 1.0.0-alpha2
capability:
  consumes:
  - type: http
    namespace: shop
    baseUri: https://shop.example
    resources:
    - {{name: orders, path: /orders, operations: [{{name: list, method: {method}}}]}}
  exposes:
  - type: mcp
    namespace: face
    port: 9090
    tools:
    - name: tool
      description: A tool.
{_lines(unit or "call: shop.list", 6)}
{_lines(server, 4)}
"""
    return compile_text(text, "shop.yaml", folder)


def server_of(result: Compiled) -> McpSurface:
    return next(surface for surface in plan_of(result).surfaces if isinstance(surface, McpSurface))


def _lines(text: str, width: int) -> str:
    return indent(dedent(text).strip("\n"), " " * width)


def compiled(text: str) -> Compiled:
    return compile_text(dedent(text), "shop.yaml")


def plan_of(result: Compiled) -> Plan:
    assert result.plan is not None, str(result.report)
    return result.plan


def codes(result: Compiled) -> list[str]:
    return [item.code for item in result.report]


def operation_of(result: Compiled, shown: str = "tool") -> Operation:
    """Find an operation by its tool's name or by its route, as ``GET /orders``."""
    return next(
        operation
        for surface in plan_of(result).surfaces
        for name, operation in exposed(surface)
        if name == shown
    )


def route_of(result: Compiled) -> RestRoute:
    surfaces = plan_of(result).surfaces
    return next(surface.routes[0] for surface in surfaces if isinstance(surface, RestSurface))


def call_of(result: Compiled, shown: str = "tool") -> HttpCall:
    body = operation_of(result, shown).body
    assert isinstance(body, PassThrough | Flow), body
    return body.call if isinstance(body, PassThrough) else body.calls[0]


def refusal_of(result: Compiled, shown: str = "tool") -> str:
    body = operation_of(result, shown).body
    assert isinstance(body, Refused)
    return body.diagnostic.code


def sent(result: Compiled, arguments: Mapping[str, Json] | None = None) -> Outbound:
    """Render what a call of the tool sends."""
    bound = operation_of(result).contract.bind(arguments or {})
    secrets = {bind.key: Secret(f"<{bind.source}>") for bind in plan_of(result).binds}
    return call_of(result).render(Scope(bound, secrets))
