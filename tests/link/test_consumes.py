"""Consumed APIs: where they are, and how their requests are signed."""

import pytest

from linking import BINDS, codes, compiled, operation_of, plan_of, refusal_of, shop


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ("https://shop.example/v1/", "https://shop.example/v1"),
        (" http://127.0.0.1:8000 ", "http://127.0.0.1:8000"),
        ("http://[::1]:8000/a", "http://[::1]:8000/a"),
    ],
)
def test_a_base_uri_that_can_be_called_is_kept_without_its_last_slash(base: str, expected: str) -> None:
    result = shop(base=base)
    assert (plan_of(result).apis["shop"].base_uri, codes(result)) == (expected, [])


@pytest.mark.parametrize(
    "base",
    [
        "",
        "/v1",
        "shop.example",
        "ftp://shop.example",
        "https://{region}.shop.example",
        "https://shop.example/{account}",
        "{{SHOP}}",
        "https://",
        "https://shop.example?x=1",
        "https://shop.example/a b",
        "https://[tenant].shop.example",
        "https://shop.example:port",
        "https://shop.example:99999",
        "https://shop.example:0",
        "https://:80",
        "https://user:word@shop.example",
    ],
)
def test_a_base_uri_that_cannot_be_called_is_left_to_the_operator(base: str) -> None:
    result = shop(base=base)
    assert (plan_of(result).apis["shop"].base_uri, codes(result)) == (None, ["L112"])
    assert "word" not in str(result.report)


@pytest.mark.parametrize(
    ("authentication", "expected"),
    [
        ("{type: bearer, token: '{{keys.TOKEN}}'}", "bearer bind keys.TOKEN"),
        ("{type: bearer, token: 'x-{{TOKEN}}-{{other}}'}", "bearer bind keys.TOKEN, bind keys.other"),
        ("{type: bearer, token: abc}", "bearer stated in the file"),
        ("{type: basic, username: '{{TOKEN}}', password: '{{other}}'}", "basic bind keys.TOKEN"),
        ("{type: apikey, key: X-Key, value: '{{TOKEN}}'}", "API key X-Key in the header"),
        ("{type: apikey, key: X-Key, value: '{{TOKEN}}', placement: Header}", "API key X-Key in the header"),
        (
            "{type: apikey, key: 'api[key]', value: '{{TOKEN}}', placement: query}",
            "API key api[key] in the query",
        ),
        ("{type: none}", "None"),
    ],
)
def test_requests_are_signed_as_the_file_says(authentication: str, expected: str) -> None:
    result = shop(api=f"authentication: {authentication}")
    assert (str(plan_of(result).apis["shop"].credential), codes(result)) == (expected, [])


@pytest.mark.parametrize(
    ("authentication", "code"),
    [
        ("{type: handshake}", "L012"),
        ("{type: hmac}", "L061"),
        ("{type: AWS-SigV4}", "L061"),
        ("{type: oauth1}", "L061"),
        ("{type: certificate}", "L061"),
        ("{type: openIdConnect}", "L061"),
        ("{type: oauth2, tokenEndpoint: 'https://x/t', clientId: a}", "L013"),
        ("{type: oauth2, tokenEndpoint: 'https://x/t', clientSecret: a}", "L013"),
        ("{type: oauth2, clientId: a, clientSecret: a}", "L013"),
        (
            "{type: oauth2, grantType: password, tokenEndpoint: 'https://x/t', clientId: a, clientSecret: a}",
            "L062",
        ),
        ("{type: oauth2, tokenEndpoint: 'https://{{X}}/t', clientId: a, clientSecret: a}", "L063"),
        ("{type: bearer}", "L013"),
        ("{type: basic, username: a}", "L013"),
        ("{type: basic, password: a}", "L013"),
        ("{type: apikey, value: abc}", "L013"),
        ("{type: apikey, key: X-Key}", "L013"),
        ("{type: apikey, key: '', value: abc}", "L013"),
        ("{type: apikey, key: 'X Key', value: abc}", "L013"),
        ("{type: apikey, key: '{{TOKEN}}', value: abc}", "L013"),
        ("{type: apikey, key: '{{TOKEN}}', value: abc, placement: query}", "L013"),
        ("{type: apikey, key: k, value: abc, placement: body}", "L013"),
    ],
)
def test_nothing_is_sent_to_an_api_that_cannot_be_signed_for(authentication: str, code: str) -> None:
    result = shop(api=f"authentication: {authentication}")
    assert (refusal_of(result), refusal_of(result, "GET /orders")) == (code, code)
    assert plan_of(result).apis["shop"].credential is None


def test_an_api_that_cannot_be_signed_for_does_not_stop_another() -> None:
    result = compiled(f"""\
    naftiko: 1.0.0-alpha2
    {BINDS}
    capability:
      consumes:
      - type: http
        namespace: a
        baseUri: https://a.example
        authentication: {{type: oauth9}}
        resources: [{{name: r, path: /r, operations: [{{name: get}}]}}]
      - type: http
        namespace: b
        baseUri: https://b.example
        resources: [{{name: r, path: /r, operations: [{{name: get}}]}}]
      exposes:
      - {{type: mcp, namespace: t, port: 9090, tools: [{{name: a, call: a.get}}, {{name: b, call: b.get}}]}}
    """)
    assert refusal_of(result, "a") == "L012"
    assert operation_of(result, "b").choice is not None


def test_an_api_without_resources_and_a_resource_without_operations_are_no_mistake() -> None:
    result = compiled("""\
    naftiko: 1.0.0-alpha2
    capability:
      consumes:
      - {type: http, namespace: a, baseUri: https://a.example}
      - {type: http, namespace: b, baseUri: https://b.example, resources: [{name: r, path: /r}]}
      exposes:
      - {type: mcp, namespace: t, port: 9090}
      - {type: rest, namespace: r, port: 8080, resources: [{path: /x}]}
      - {type: rest, namespace: s, port: 8081}
    """)
    assert codes(result) == []
    assert list(plan_of(result).operations()) == []


def test_a_fragment_is_said_once_for_its_resource() -> None:
    assert codes(shop(path="/orders#List")) == ["L118"]
