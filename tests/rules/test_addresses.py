"""Base URIs."""

import pytest

from linting import changed, found

BASE = "https://shop.example/v1"


@pytest.mark.parametrize(
    ("code", "base"),
    [
        ("R109", "https://shop.example/v1/"),
        ("R110", "https://api.example.com/v1"),
        ("R110", "https://EXAMPLE.org"),
        ("R110", "https://your-company.shop.example"),
        ("R110", "https://yourdomain.shop.example"),
        ("R110", "https://<domain>.shop.example"),
        ("R111", "http://shop.example/v1"),
        ("R111", "http://8.8.8.8/v1"),
        ("R112", "https://me:secret@shop.example"),
    ],
)
def test_a_bad_base_uri_is_found(code: str, base: str) -> None:
    assert found(changed((BASE, base))) == [(code, f"baseUri: {base}")]


@pytest.mark.parametrize(
    "base",
    [
        "https://stackexchange.com",
        "https://yourls.shop.example",
        "http://localhost:8080/v1",
        "http://[::1]:8080",
        "http://10.0.0.7/v1",
        "http://shop:8080",
        "http://shop.default.svc.cluster.local",
        "'http://{{SHOP_TOKEN}}/v1'",
        "''",
        "/",
        "'https://[shop'",
        "'https://[shop/'",
    ],
)
def test_another_base_uri_is_not(base: str) -> None:
    assert found(changed((BASE, base))) == []


def test_credentials_are_not_told() -> None:
    text = changed(
        (BASE, "http://me:secret@shop.example/v1/"), ("path: /orders\n      op", "path: /v1/orders\n      op")
    )
    assert [code for code, _ in found(text)] == ["R109", "R111", "R112", "R113"]


@pytest.mark.parametrize(
    ("base", "path"), [("https://shop.example/v1", "/v1/orders"), ("https://shop.example/api/v1", "v1")]
)
def test_the_end_of_a_base_uri_is_not_to_be_repeated(base: str, path: str) -> None:
    text = changed(
        (BASE, base),
        (
            "path: /orders\n      operations:\n      - {name",
            f"path: {path}\n      operations:\n      - {{name",
        ),
    )
    assert found(text) == [("R113", f"path: {path}")]


@pytest.mark.parametrize(
    ("base", "path"),
    [
        ("https://shop.example/v1", "/v1x/orders"),
        ("https://shop.example", "/"),
        ("https://shop.example/v1", "/v2/v1"),
        ("https://shop.example/api/v1", "/api"),
    ],
)
def test_a_path_that_repeats_nothing_is_fine(base: str, path: str) -> None:
    text = changed(
        (BASE, base),
        (
            "path: /orders\n      operations:\n      - {name",
            f"path: {path}\n      operations:\n      - {{name",
        ),
    )
    assert found(text) == []
