"""Which variables a plan needs, from where, and what for (D10)."""

from pathlib import Path
from textwrap import dedent

import pytest

from linking import codes, plan_of, sent, shop
from naftiko_runtime.app.compiler import Compiled, compile_text
from naftiko_runtime.plan.explain import Bind, BindFile, BindUse
from naftiko_runtime.source.diagnostics import Span
from naftiko_runtime.values import Secret


def signed(token: str, binds: str = "[]", inner: str = "[]", folder: Path | None = None) -> Compiled:
    text = f"""\
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
    """
    return compile_text(dedent(text), "shop.yaml", folder)


def test_a_bind_says_where_it_comes_from_and_who_needs_it() -> None:
    result = signed("{{env.KEY}}", "[{namespace: env, keys: {KEY: THE_KEY}}]")
    used = BindUse("bearer token", Span("shop.yaml", 9, 36))
    assert plan_of(result).binds == (Bind("env.KEY", "THE_KEY", Span("shop.yaml", 2, 33), (used,)),)


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


def located(location: str) -> str:
    return f"[{{namespace: a, location: {location!r}, keys: {{KEY: A, OTHER: B}}}}]"


@pytest.mark.parametrize(
    ("location", "code"),
    [
        ("vault://secret/shop", "L011"),
        ("github-secrets://owner/repository", "L011"),
        ("./secrets.yaml", "L011"),
        ("file:///./secrets.yaml", "L050"),
    ],
)
def test_binds_from_elsewhere_stop_the_start_once_and_only_when_they_are_used(
    location: str, code: str
) -> None:
    assert codes(signed("{{KEY}} {{a.KEY}} {{OTHER}}", located(location))) == [code]
    assert codes(signed("abc", located(location))) == []


def test_a_file_stands_beside_the_capability_or_where_its_whole_path_says(tmp_path: Path) -> None:
    (bind,) = plan_of(signed("{{KEY}}", located("file:///./s.yaml"), folder=tmp_path)).binds
    assert bind.file == BindFile("file:///./s.yaml", tmp_path / "s.yaml", Span("shop.yaml", 2, 24))
    (bind,) = plan_of(signed("{{KEY}}", located("file:///run/s.yaml"))).binds
    assert bind.file == BindFile("file:///run/s.yaml", Path("/run/s.yaml"), Span("shop.yaml", 2, 24))


def test_the_working_directory_may_change_after_compiling() -> None:
    (bind,) = plan_of(signed("{{KEY}}", located("file:./s.yaml"), folder=Path("sub"))).binds
    assert bind.file is not None
    assert bind.file.path == Path.cwd() / "sub" / "s.yaml"


@pytest.mark.parametrize("written", ["KEY", "a.KEY", "env.KEY", "{KEY}", "{ a.KEY }", "{env.KEY}"])
def test_a_credential_that_is_the_name_of_a_variable_is_the_variable(written: str) -> None:
    result = signed(written, "[{namespace: a, keys: {KEY: A}}]")
    assert codes(result) == ["L150"]
    assert [bind.source for bind in plan_of(result).binds] == ["A"]


def test_an_undeclared_variable_in_single_braces_is_one_where_it_says_so() -> None:
    result = signed("{env.OTHER}", "[{namespace: a, keys: {KEY: A}}]")
    assert codes(result) == ["L150", "L110"]
    assert [bind.source for bind in plan_of(result).binds] == ["OTHER"]


@pytest.mark.parametrize("written", ["KEYS", "key", "b.KEY", "KEY ", "{KEYS}", "{KEY", "env.OTHER"])
def test_any_other_credential_is_what_it_says(written: str) -> None:
    result = signed(written, "[{namespace: a, keys: {KEY: A}}]")
    assert (codes(result), plan_of(result).binds) == ([], ())


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("key {env.X}", ["L174"]),
        ("key { a.KEY }", ["L174"]),
        ("{a.KEY}{env.X}", ["L174", "L174"]),
        ("key {KEY} {a.X} {b.KEY}", []),
        ("key {{a.KEY}}", []),
        ("key {{{a.KEY}}}", []),
    ],
)
def test_a_variable_in_single_braces_inside_of_a_text_is_none_and_told(written: str, said: list[str]) -> None:
    assert codes(signed(written, "[{namespace: a, keys: {KEY: A}}]")) == said


def test_a_stated_value_that_is_the_name_of_a_variable_is_the_variable() -> None:
    result = shop(
        operation="""
        inputParameters:
        - {name: X-Token, in: header, value: TOKEN}
        - {name: X-Kind, in: header, value: TOKENS}
        - {name: size, in: query, value: 7}
        """
    )
    assert codes(result) == ["L150"]
    request = sent(result)
    assert request.headers == (("X-Token", Secret("<SHOP_TOKEN>")), ("X-Kind", "TOKENS"))
    assert request.query == ("size=7",)
