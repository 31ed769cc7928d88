"""Addresses and ports of servers."""

import pytest

from linting import GOOD, changed, found

SECOND = GOOD + "  - type: control\n    port: 9200\n"
SHARED_PORT = SECOND.replace("9200", "9100")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            changed(("    port: 9090", "    port: 9090\n    address: api.example.com")),
            ("R117", "address: api.example.com"),
        ),
        (changed(("port: 9090", "port: 8080")), ("R118", "port: 8080")),
        (SECOND, ("R119", "type: control")),
        (changed(("address: localhost", "address: 0.0.0.0")), ("R120", "address: 0.0.0.0")),
    ],
)
def test_where_servers_cannot_or_should_not_listen(text: str, expected: tuple[str, str]) -> None:
    assert found(text) == [expected]


def test_a_second_control_server_may_take_a_port_too() -> None:
    assert found(SHARED_PORT) == [("R119", "type: control"), ("R118", "port: 9100")]


@pytest.mark.parametrize(
    "text",
    [
        changed(("address: localhost", "address: '::1'")),
        changed(("\n    address: localhost", "")),
        changed(("    port: 9090", "    port: 9090\n    address: 0.0.0.0")),
        changed(("    port: 9090", "    transport: stdio"), ("    port: 9100\n", "")),
    ],
)
def test_where_servers_may_listen(text: str) -> None:
    assert found(text) == []
