"""Secrets in clear text."""

import pytest

from linting import changed, found

OPERATION = "{name: list, method: GET, description: Lists orders"


def given(name: str, value: str) -> str:
    inputs = f"inputParameters: [{{name: {name}, in: header, value: {value}}}]"
    return changed((f"{OPERATION}}}", f"{OPERATION}, {inputs}}}"))


@pytest.mark.parametrize(
    "name",
    [
        "Authorization",
        "X-Api-Key",
        "api_key",
        "client_secret",
        "PRIVATE-TOKEN",
        "Ocp-Apim-Subscription-Key",
        "password",
    ],
)
def test_a_secret_parameter_with_a_value_in_clear_text_is_found(name: str) -> None:
    assert found(given(name, "abc")) == [("R121", "value: abc}]}")]


@pytest.mark.parametrize("level", ["    namespace: shop\n", "      path: /orders\n      operations"])
def test_parameters_of_an_api_and_of_a_resource_are_looked_at(level: str) -> None:
    blanks = level[: len(level) - len(level.lstrip())]
    text = changed((level, f"{blanks}inputParameters: [{{name: token, in: query, value: abc}}]\n{level}"))
    assert found(text) == [("R121", "value: abc}]")]


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ("call: shop.list, with: {apikey: abc}", "apikey: abc}}"),
        ("steps: [{type: call, name: one, call: shop.list, with: {token: abc}}]", "token: abc}}]}"),
        (
            "steps: [{type: script, file: a.js, location: a, language: python, with: {secret: a}}]",
            "secret: a}}]}",
        ),
    ],
)
def test_what_units_and_steps_give_to_calls_is_looked_at(given: str, place: str) -> None:
    assert found(changed(("call: shop.list, hints: {readOnly: true}", given))) == [("R121", place)]


def test_units_and_steps_may_give_what_callers_gave() -> None:
    lookup = "{type: lookup, name: two, index: one, match: a, lookupValue: b, outputParameters: [token]}"
    steps = f"steps: [{{type: call, name: one, call: shop.list, with: {{token: tools.token}}}}, {lookup}]"
    assert found(changed(("call: shop.list, hints: {readOnly: true}", steps))) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Authorization", "'Bearer {{SHOP_TOKEN}}'"),
        ("Authorization", "''"),
        ("Authorization", "$this.shop-rest.key"),
        ("Authorization", "rest.key"),
        ("Authorization", "shop-mcp.key"),
        ("Authorization", "7"),
        ("page_token", "abc"),
        ("X-Atlassian-Token", "no-check"),
        ("Accept", "text/plain"),
    ],
)
def test_other_parameters_and_values_are_not(name: str, value: str) -> None:
    assert found(given(name, value)) == []


@pytest.mark.parametrize("value", ["SHOP_TOKEN", "env.SHOP_TOKEN"])
def test_a_variable_without_braces_is_no_clear_text(value: str) -> None:
    inputs = f"inputParameters: [{{name: Authorization, in: header, value: {value}}}]"
    bound = ("capability:\n", "binds: [{namespace: env, keys: {SHOP_TOKEN: SHOP_TOKEN}}]\ncapability:\n")
    assert found(changed((f"{OPERATION}}}", f"{OPERATION}, {inputs}}}"), bound)) == []
