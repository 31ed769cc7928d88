"""Which proxy the environment names for an address."""

import pytest

from naftiko_runtime.runtime.proxies import Proxies

ENVIRON = {
    "HTTP_PROXY": "http://upper:1",
    "http_proxy": "http://plain:3128",
    "HTTPS_PROXY": "tls:3129",
    "NO_PROXY": "localhost, .inner.example, *.star.example,10.0.0.1:8080,",
}


@pytest.mark.parametrize(
    ("url", "proxy"),
    [
        ("http://api.example/v1", "http://plain:3128"),
        ("https://api.example/v1", "http://tls:3129"),
        ("http://localhost:9/", None),
        ("http://a.inner.example/", None),
        ("http://inner.example/", None),
        ("http://a.star.example/", None),
        ("http://outinner.example/", "http://plain:3128"),
        ("http://10.0.0.1:8080/", None),
        ("http://10.0.0.1:8081/", "http://plain:3128"),
        ("ftp://api.example/", None),
    ],
)
def test_the_proxy_goes_by_scheme_and_host(url: str, proxy: str | None) -> None:
    assert Proxies.of(ENVIRON).proxy_for(url) == proxy


def test_one_proxy_may_be_for_all_and_one_word_against_all() -> None:
    environ = {"ALL_PROXY": "http://all:1"}
    assert Proxies.of(environ).proxy_for("https://x/") == "http://all:1"
    assert Proxies.of(environ).urls() == {"http://all:1"}
    assert Proxies.of({**environ, "no_proxy": "*"}).proxy_for("https://x/") is None


def test_without_variables_there_is_none() -> None:
    assert Proxies.of({}).proxy_for("http://x/") is None
    assert Proxies().urls() == frozenset()
