"""OAuth 2."""

import pytest

from linting import changed, found

COMPLETE = {
    "type": "oauth2",
    "authorizationServerUri": "https://login.shop.example",
    "resource": "https://shop.example/mcp",
    "scopes": "[orders]",
}


def guarded(**changes: str | None) -> str:
    fields = {key: value for key, value in {**COMPLETE, **changes}.items() if value is not None}
    lines = "".join(f"\n      {key}: {value}" for key, value in fields.items())
    return changed(("    port: 9090", f"    port: 9090\n    authentication:{lines}"))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"authorizationServerUri": "http://login.shop.example"},
            ("R122", "authorizationServerUri: http://login.shop.example"),
        ),
        (
            {"authorizationServerUri": "login.shop.example"},
            ("R122", "authorizationServerUri: login.shop.example"),
        ),
        ({"resource": "http://shop.example/mcp"}, ("R123", "resource: http://shop.example/mcp")),
        ({"scopes": None}, ("R124", "authentication:")),
        ({"scopes": "[]"}, ("R124", "scopes: []")),
        ({"type": "OAuth2", "scopes": None}, ("R124", "authentication:")),
    ],
)
def test_what_oauth2_lacks_is_found(changes: dict[str, str | None], expected: tuple[str, str]) -> None:
    assert found(guarded(**changes)) == [expected]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"authorizationServerUri": "http://localhost:9000"},
        {"authorizationServerUri": "'http://{{SHOP_TOKEN}}'"},
        {"authorizationServerUri": None, "resource": None},
        {"type": "bearer", "authorizationServerUri": "http://login.shop.example", "scopes": None},
    ],
)
def test_what_is_complete_or_of_another_kind_is_not(changes: dict[str, str | None]) -> None:
    assert found(guarded(**changes)) == []


def consumed(endpoint: str) -> str:
    authentication = (
        f"{{type: oauth2, tokenEndpoint: '{endpoint}', clientId: a, clientSecret: '{{{{env.SHOP_TOKEN}}}}'}}"
    )
    return changed(("{type: bearer, token: '{{env.SHOP_TOKEN}}'}", authentication))


def test_a_client_that_asks_for_no_scopes_is_complete() -> None:
    assert found(consumed("https://login.shop.example/token")) == []


def test_a_client_whose_secret_travels_in_the_open_is_not() -> None:
    [(code, place)] = found(consumed("http://login.shop.example/token"))
    assert (code, place.startswith("tokenEndpoint: ")) == ("R122", True)
