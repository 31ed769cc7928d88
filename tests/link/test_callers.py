"""What servers ask their callers for, as their file says it."""

import pytest

from linking import codes, compiled, plan_of, refusal_of
from naftiko_runtime.app.compiler import Compiled
from naftiko_runtime.expr.scope import BindValue, Const
from naftiko_runtime.plan.explain import Bind
from naftiko_runtime.plan.verifier import Verifier
from naftiko_runtime.schemes.static import ApiKey, Basic, Bearer

KEY = BindValue("keys.TOKEN")


def guarded(authentication: str) -> Compiled:
    """Compile a server of each kind, both with this authentication of their callers."""
    return compiled(f"""\
naftiko: 1.0.0-alpha2
binds: [{{namespace: keys, keys: {{TOKEN: SHOP_TOKEN}}}}]
capability:
  consumes:
  - type: http
    namespace: shop
    baseUri: https://shop.example
    resources: [{{name: orders, path: /orders, operations: [{{name: list, method: GET}}]}}]
  exposes:
  - type: mcp
    namespace: tools
    port: 9090
    authentication: {authentication}
    tools: [{{name: list, call: shop.list}}, {{name: again, call: shop.list}}]
  - type: rest
    namespace: rest
    port: 8080
    authentication: {authentication}
    resources: [{{path: /orders, operations: [{{method: GET, call: shop.list}}]}}]
""")


@pytest.mark.parametrize(
    ("authentication", "verifier"),
    [
        ("{type: bearer, token: '{{keys.TOKEN}}'}", Bearer(KEY)),
        ("{type: Bearer, token: '{{TOKEN}}'}", Bearer(KEY)),
        ("{type: basic, username: jo, password: '{{TOKEN}}'}", Basic(Const("jo"), KEY)),
        ("{type: apikey, key: X-Key, value: '{{TOKEN}}'}", ApiKey("X-Key", KEY, in_query=False)),
        ("{type: apikey, key: k, placement: query, value: '{{TOKEN}}'}", ApiKey("k", KEY, in_query=True)),
        ("{type: None}", None),
        ("", None),
    ],
)
def test_both_kinds_of_servers_ask_for_what_the_file_says(
    authentication: str, verifier: Verifier | None
) -> None:
    result = guarded(authentication)
    assert [surface.verifier for surface in plan_of(result).surfaces] == [verifier, verifier]
    assert [code for code in codes(result) if code != "D103"] == []


@pytest.mark.parametrize(
    "authentication", ["{type: oauth2}", "{type: digest, username: a, password: b}", "{type: x}"]
)
def test_a_kind_that_nobody_checks_refuses_everything_once_for_each_server(authentication: str) -> None:
    result = guarded(authentication)
    assert {refusal_of(result, shown) for shown in ("list", "again", "GET /orders")} == {"L018"}
    assert [surface.verifier for surface in plan_of(result).surfaces] == [None, None]
    assert codes(result) == ["L018", "L018"]


@pytest.mark.parametrize(
    "authentication",
    [
        "{type: bearer}",
        "{type: bearer, token: ''}",
        "{type: bearer, token: '  '}",
        "{type: basic, password: '{{TOKEN}}'}",
        "{type: basic, username: jo, password: ''}",
        "{type: basic, username: '', password: '{{TOKEN}}'}",
        "{type: apikey, value: '{{TOKEN}}'}",
        "{type: apikey, key: X-Key, value: ''}",
        "{type: apikey, key: X-Key, placement: cookie, value: '{{TOKEN}}'}",
    ],
)
def test_what_is_empty_or_incomplete_refuses_everything(authentication: str) -> None:
    result = guarded(authentication)
    assert {refusal_of(result, shown) for shown in ("list", "again", "GET /orders")} == {"L052"}
    assert [surface.verifier for surface in plan_of(result).surfaces] == [None, None]
    assert set(codes(result)) == {"L052"}


def test_a_template_that_cannot_be_read_refuses_everything() -> None:
    result = guarded("{type: bearer, token: '{{#TOKEN}}'}")
    assert (refusal_of(result, "list"), codes(result)) == ("L060", ["L060", "L060"])


@pytest.mark.parametrize(
    ("authentication", "warnings"),
    [
        ("{type: bearer, token: x}", ["L151"]),
        ("{type: basic, username: jo, password: x}", ["L151"]),
        ("{type: apikey, key: X-Key, value: x}", ["L151"]),
        ("{type: apikey, key: X-Key, value: 'Token {{TOKEN}}'}", []),
    ],
)
def test_a_secret_in_the_file_works_with_a_warning(authentication: str, warnings: list[str]) -> None:
    result = guarded(authentication)
    assert all(surface.verifier is not None for surface in plan_of(result).surfaces)
    assert codes(result) == warnings * 2


def test_the_variables_of_callers_are_needed_and_say_what_for() -> None:
    [bind] = plan_of(guarded("{type: bearer, token: '{{TOKEN}}'}")).binds
    assert isinstance(bind, Bind)
    assert [use.what for use in bind.uses] == ["callers' bearer token", "callers' bearer token"]
