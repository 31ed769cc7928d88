"""What a plan needs from outside is found, or everything that is missing is said at once."""

import pytest

from calling import SECRET, SHIPS, ships_plan
from naftiko_runtime.runtime.bindings import BindError, bind
from serving import compiled

TWO_APIS = """\
naftiko: 1.0.0-alpha2
binds:
- namespace: env
  keys:
    KEY: SHIPS_KEY
    PASSWORD: PORTS_PASSWORD
capability:
  consumes:
  - type: http
    namespace: ships
    baseUri: https://ships.example.com
    authentication: {type: bearer, token: '{{env.KEY}}'}
    resources:
    - name: ship
      path: /ship
      operations: [{name: read, method: GET}]
  - type: http
    namespace: ports
    baseUri: "{{env.PORTS_URL}}"
    authentication:
      type: basic
      username: '{{env.KEY}}'
      password: '{{env.PASSWORD}}'
    resources:
    - name: port
      path: /port
      operations: [{name: read, method: GET}]
  exposes:
  - type: rest
    namespace: rest
    port: 8080
    resources:
    - path: /ship
      operations: [{name: ship, method: GET, call: ships.read}]
    - path: /port
      operations: [{name: port, method: GET, call: ports.read}]
"""
PORTS = {"ports": "https://ports.example.com"}


def test_everything_that_is_missing_is_said_at_once_with_its_place() -> None:
    plan = compiled(TWO_APIS)
    with pytest.raises(BindError) as caught:
        bind(plan, {"PORTS_PASSWORD": " "}, {"shipz": "http://localhost"})
    said = [
        (item.code, item.span.line, item.message, (item.hint or "").partition(",")[0])
        for item in caught.value.diagnostics
    ]
    assert said == [
        ("B004", 1, "--base-uri names 'shipz', which this file does not consume", "did you mean 'ships'?"),
        (
            "B003",
            19,
            "API 'ports' has no base URI that can be called",
            "give it with --base-uri ports=https://…",
        ),
        (
            "B001",
            5,
            "SHIPS_KEY is not set; bind 'env.KEY' needs it for "
            "bearer token (line 12), basic username (line 22)",
            "export SHIPS_KEY=…",
        ),
        (
            "B001",
            6,
            "PORTS_PASSWORD is empty; bind 'env.PASSWORD' needs it for basic password (line 23)",
            "export PORTS_PASSWORD=…",
        ),
    ]
    assert str(caught.value).count("error[B00") == 4


@pytest.mark.parametrize("broken", ["two\nlines", "one\r\n", "\tkey", "nul\x00", "del\x7f"])
def test_a_key_with_a_control_character_is_refused_and_not_shown(broken: str) -> None:
    with pytest.raises(BindError) as caught:
        bind(ships_plan(), {"SHIPS_KEY": broken})
    assert [item.code for item in caught.value.diagnostics] == ["B002"]
    assert broken.strip() not in str(caught.value)


def test_a_base_uri_from_outside_replaces_the_one_of_the_file() -> None:
    plan, environ = compiled(TWO_APIS), {"SHIPS_KEY": "k", "PORTS_PASSWORD": "p"}
    assert bind(plan, environ, PORTS).base_uris == {
        "ships": "https://ships.example.com",
        "ports": "https://ports.example.com",
    }
    assert bind(plan, environ, {**PORTS, "ships": "http://localhost:1/v2/"}).base_uris["ships"] == (
        "http://localhost:1/v2"
    )


def test_secrets_are_bound_by_their_keys_and_do_not_print() -> None:
    bindings = bind(ships_plan(), {"SHIPS_KEY": SECRET, "OTHER": "x"})
    assert {key: value.reveal() for key, value in bindings.binds.items()} == {"env.KEY": SECRET}
    assert SECRET not in f"{bindings!r} {bindings} {dict(bindings.binds)!r}"


def test_bindings_cannot_be_changed() -> None:
    bindings = bind(ships_plan(), {"SHIPS_KEY": SECRET})
    with pytest.raises(TypeError):
        bindings.base_uris["ships"] = "http://elsewhere"  # type: ignore[index]
    with pytest.raises(TypeError):
        bindings.binds["env.KEY"] = None  # type: ignore[index]


def test_a_variable_that_nothing_uses_is_not_needed() -> None:
    unused = SHIPS.replace("{KEY: SHIPS_KEY}", "{KEY: SHIPS_KEY, UNUSED: NOT_SET}")
    assert set(bind(compiled(unused), {"SHIPS_KEY": SECRET}).binds) == {"env.KEY"}
