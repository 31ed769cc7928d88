"""Tunnels."""

import pytest

from linting import changed, found

BASE = "baseUri: https://shop.example/v1"


def tunnel(base: str, *lines: str, imports: str = "") -> str:
    below = "".join(f"\n      {line}" for line in ("type: ziti", "service: shop", *lines))
    return changed(
        (BASE, f"baseUri: '{base}'\n    tunnel:{below}"), ("  consumes:\n", f"  consumes:\n{imports}")
    )


@pytest.mark.parametrize("identity", ["{{env.ZITI}}", "{{ ZITI }}", "{{{ziti:SHOP_TOKEN}}}"])
def test_an_identity_is_bound(identity: str) -> None:
    assert found(tunnel("http://shop", f"identity: '{identity}'")) == [("R126", f"identity: '{identity}'")]


@pytest.mark.parametrize(
    "identity", ["{{env.SHOP_TOKEN}}", "{{env:SHOP_TOKEN}}", "{{SHOP_TOKEN}}", "/etc/shop.json", ""]
)
def test_a_bound_identity_or_a_file_is_fine(identity: str) -> None:
    assert found(tunnel("http://shop", f"identity: '{identity}'")) == []


def test_an_imported_bind_may_be_the_identity() -> None:
    text = tunnel("http://shop", "identity: '{{ZITI}}'", imports="  - {import: store, from: ./store.yaml}\n")
    assert found(text) == []


@pytest.mark.parametrize("base", ["http://shop", "http://{{SHOP_TOKEN}}"])
def test_a_fallback_stays_on_this_machine(base: str) -> None:
    assert found(tunnel(base, "fallback: direct")) == [("R127", "fallback: direct")]


@pytest.mark.parametrize(("base", "fallback"), [("http://localhost:8080", "direct"), ("http://shop", "fail")])
def test_a_fallback_that_does_is_fine(base: str, fallback: str) -> None:
    assert found(tunnel(base, f"fallback: {fallback}")) == []


def test_a_base_uri_behind_a_tunnel_is_not_public() -> None:
    assert found(tunnel("https://shop.example")) == [("R128", "baseUri: 'https://shop.example'")]
