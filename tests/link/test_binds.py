"""Which variables a plan needs, from where, and what for (D10)."""

from linking import codes, compiled, plan_of
from naftiko_runtime.app.compiler import Compiled
from naftiko_runtime.plan.explain import Bind, BindUse
from naftiko_runtime.source.diagnostics import Span


def signed(token: str, binds: str = "[]", inner: str = "[]") -> Compiled:
    return compiled(f"""\
    naftiko: 1.0.0-alpha2
    binds: {binds}
    capability:
      binds: {inner}
      consumes:
      - type: http
        namespace: api
        baseUri: https://api.example
        authentication: {{type: bearer, token: {token!r}}}
        resources: [{{name: jobs, path: /jobs, operations: [{{name: list}}]}}]
      exposes:
      - {{type: mcp, namespace: t, port: 9090, tools: [{{name: list, call: api.list}}]}}
    """)


def test_a_bind_says_where_it_comes_from_and_who_needs_it() -> None:
    result = signed("{{env.KEY}}", "[{namespace: env, keys: {KEY: THE_KEY}}]")
    used = BindUse("bearer token", Span("shop.yaml", 9, 36))
    assert plan_of(result).binds == (
        Bind("env.KEY", "environment", "THE_KEY", Span("shop.yaml", 2, 33), (used,)),
    )


def test_a_variable_may_be_bound_in_the_capability() -> None:
    result = signed("{{KEY}}", inner="[{namespace: inner, keys: {KEY: THE_KEY}}]")
    assert [bind.key for bind in plan_of(result).binds] == ["inner.KEY"]


def test_the_outer_bind_comes_first() -> None:
    result = signed("{{KEY}}", "[{namespace: a, keys: {KEY: A}}]", "[{namespace: b, keys: {KEY: B}}]")
    assert [bind.key for bind in plan_of(result).binds] == ["a.KEY"]


def test_a_variable_of_another_namespace_is_not_meant() -> None:
    result = signed("{{b.KEY}}", "[{namespace: a, keys: {KEY: A}}]", "[{namespace: b, keys: {KEY: B}}]")
    assert [bind.source for bind in plan_of(result).binds] == ["B"]


def test_what_nothing_uses_is_not_needed() -> None:
    assert plan_of(signed("abc", "[{namespace: a, keys: {KEY: A}}]")).binds == ()


def test_a_variable_that_nothing_declares_comes_from_the_environment() -> None:
    result = signed("{{env.1PASSWORD_KEY}} {{other.KEY}}")
    assert [bind.source for bind in plan_of(result).binds] == ["1PASSWORD_KEY", "KEY"]
    assert codes(result) == ["L110", "L110"]


def test_binds_from_elsewhere_stop_the_start_once_and_only_when_they_are_used() -> None:
    elsewhere = "[{namespace: a, location: 'file:///x', keys: {KEY: A}}]"
    assert codes(signed("{{KEY}} {{a.KEY}}", elsewhere)) == ["L011"]
    assert codes(signed("abc", elsewhere)) == []
