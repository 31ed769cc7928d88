"""Paths, consumed and exposed."""

import pytest

from linting import changed, found

CONSUMED = "path: /orders\n      operations"
EXPOSED = "path: /orders\n      description"


@pytest.mark.parametrize(
    ("code", "old", "path"),
    [
        ("R114", CONSUMED, "/orders?status=open"),
        ("R115", EXPOSED, "/orders?status"),
        ("R116", EXPOSED, "/orders/"),
    ],
)
def test_a_bad_path_is_found(code: str, old: str, path: str) -> None:
    text = changed((old, old.replace("/orders", path)))
    assert found(text) == [(code, f"path: {path}")]


@pytest.mark.parametrize(
    ("old", "path"),
    [(CONSUMED, "/orders/"), (CONSUMED, "/orders/{id}"), (EXPOSED, "/"), (EXPOSED, "/orders/{id}")],
)
def test_another_path_is_not(old: str, path: str) -> None:
    assert found(changed((old, old.replace("/orders", f"'{path}'")))) == []
