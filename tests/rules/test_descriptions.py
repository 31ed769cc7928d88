"""Descriptions that are missing."""

import pytest

from linting import changed, found


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "name: all, description: Lists orders, ",
            "name: all, ",
            ("R139", "{name: all, call: shop.list, semantics: {safe: true, idempotent: true}}"),
        ),
        ("    description: The shop\n", "", ("R140", "type: http")),
        ("    description: The shop\n", "    description: ''\n", ("R140", "description: ''")),
        ("\n      description: Orders", "", ("R141", "path: /orders")),
        (
            "{method: GET, description: Lists orders, ",
            "{method: GET, ",
            ("R142", "{method: GET, ref: orders.all}"),
        ),
        (", tags: [shop]", "", ("R143", "info: {label: Shop, description: Sells}")),
        ("tags: [shop]", "tags: []", ("R143", "tags: []}")),
        ("info: {label: Shop, description: Sells, tags: [shop]}\n", "", ("R143", "naftiko: 1.0.0-alpha2")),
    ],
)
def test_what_is_not_described_is_found(old: str, new: str, expected: tuple[str, str]) -> None:
    assert found(changed((old, new))) == [expected]


def test_exposed_paths_without_a_description_are_counted_at_the_first() -> None:
    more = "    - path: /returns\n    - {path: /carts, description: Carts}\n"
    text = changed(("      description: Orders\n", ""), ("  - type: mcp", f"{more}  - type: mcp"))
    assert found(text) == [("R141", "path: /orders")]
