"""A capability that no rule finds fault with, and what rules find once it is changed."""

from naftiko_runtime.rules.lint import RULES, lint
from naftiko_runtime.source.diagnostics import Report
from naftiko_runtime.source.tree import load
from naftiko_runtime.spec.dialects import upgrade
from naftiko_runtime.spec.document import Document, parse

GOOD = """\
naftiko: 1.0.0-alpha2
info: {label: Shop, description: Sells, tags: [shop]}
binds:
- namespace: env
  keys: {SHOP_TOKEN: SHOP_TOKEN}
capability:
  consumes:
  - type: http
    namespace: shop
    baseUri: https://shop.example/v1
    description: The shop
    authentication: {type: bearer, token: '{{env.SHOP_TOKEN}}'}
    resources:
    - name: orders
      path: /orders
      operations:
      - {name: list, method: GET, description: Lists orders}
      - {name: cancel, method: DELETE, description: Cancels an order}
  aggregates:
  - label: Orders
    namespace: orders
    flows:
    - {name: all, description: Lists orders, call: shop.list, semantics: {safe: true, idempotent: true}}
    - {name: cancel, description: Cancels one, call: shop.cancel, semantics: {safe: false}}
  exposes:
  - type: rest
    namespace: shop-rest
    port: 8080
    resources:
    - path: /orders
      description: Orders
      operations:
      - {method: GET, description: Lists orders, ref: orders.all}
  - type: mcp
    namespace: shop-mcp
    port: 9090
    tools:
    - {name: list-orders, description: Lists orders, call: shop.list, hints: {readOnly: true}}
  - type: control
    port: 9100
    address: localhost
"""


def changed(*changes: tuple[str, str]) -> str:
    """Replace parts of the good capability; each has to be there once."""
    text = GOOD
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def document_of(text: str) -> Document:
    report = Report()
    source = load(text, "shop.yaml", report)
    upgraded = upgrade(source, report) if source else None
    document = parse(upgraded, report) if upgraded else None
    assert document is not None, str(report)
    return document


def found(text: str) -> list[tuple[str, str]]:
    """Lint a text by all rules; gives the codes, and what stands in the text where they point to."""
    report = Report()
    lint(document_of(text), report, RULES)
    lines = text.splitlines()
    return [(item.code, lines[item.span.line - 1][item.span.column - 1 :]) for item in report]
