"""Host names."""

import pytest

from naftiko_runtime.rules.host import host_of, is_internal, is_loopback, is_placeholder


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://Shop.Example:8080/v1", "shop.example"),
        (" http://[::1]:8080 ", "::1"),
        ("https://{region}.shop.example", None),
        ("//shop.example", "shop.example"),
        ("shop.example", None),
        ("https://[shop", None),
        ("", None),
    ],
)
def test_the_host_of_a_url(url: str, host: str | None) -> None:
    assert host_of(url) == host


@pytest.mark.parametrize(
    ("host", "here", "near"),
    [
        ("localhost", True, True),
        ("LOCALHOST", True, True),
        ("shop.localhost", True, True),
        ("127.0.0.2", True, True),
        ("[::1]", True, True),
        ("192.168.1.4", False, True),
        ("shop", False, True),
        ("shop.internal", False, True),
        ("8.8.8.8", False, False),
        ("shop.example", False, False),
    ],
)
def test_hosts_of_this_machine_and_network(host: str, here: bool, near: bool) -> None:
    assert (is_loopback(host), is_internal(host)) == (here, near)


@pytest.mark.parametrize(
    ("host", "placeholder"),
    [
        ("example.com", True),
        ("api.example.net.", True),
        ("my-domain.shop.example", True),
        ("xxxx.shop.example", True),
        ("changeme", True),
        ("myexample.com", False),
        ("my-shop.example", False),
        ("yourself.shop.example", False),
    ],
)
def test_hosts_that_are_to_be_replaced(host: str, placeholder: bool) -> None:
    assert is_placeholder(host) == placeholder
