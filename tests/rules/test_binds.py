"""Bound variables."""

import pytest

from linting import GOOD, changed, found

KEYS = "{SHOP_TOKEN: SHOP_TOKEN}"
UNUSED = changed((KEYS, "{SHOP_TOKEN: SHOP_TOKEN, SHOP_KEY: SHOP_KEY}"))


def test_a_variable_that_nothing_uses_is_found() -> None:
    assert found(UNUSED) == [("R108", "SHOP_KEY: SHOP_KEY}")]


def test_one_of_the_capability_itself_too() -> None:
    text = changed(
        ("capability:\n", "capability:\n  binds: [{namespace: own, keys: {SHOP_KEY: SHOP_KEY}}]\n")
    )
    assert found(text) == [("R108", "SHOP_KEY: SHOP_KEY}}]")]


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        UNUSED.replace(
            "description: The shop",
            "inputParameters: [{name: k, in: header, value: '{{{SHOP_KEY}}}'}]\n    description: The shop",
        ),
        UNUSED.replace("  consumes:\n", "  consumes:\n  - {import: store, from: ./store.yaml}\n"),
        "naftiko: 1.0.0-alpha2\ninfo: {tags: [a]}\nbinds: [{namespace: env, keys: {SHOP_KEY: SHOP_KEY}}]\n",
    ],
    ids=["used", "used in a list", "may be used by an import", "for others"],
)
def test_variables_that_are_used_or_may_be_are_not(text: str) -> None:
    assert found(text) == []
