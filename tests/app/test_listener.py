"""Sockets: where servers listen, what is said when they cannot, and that none is left open."""

import socket
import warnings
from collections.abc import Iterator
from dataclasses import replace

import pytest

from naftiko_runtime.app.listener import Listener, ListenError, offers, open_listeners
from naftiko_runtime.plan.surfaces import McpSurface, RestSurface

REST = RestSurface("ships-rest", "", None, 8080, ())
MCP = McpSurface("ships-mcp", "", None, 9090, ())
FREE = {"ships-rest": 0, "ships-mcp": 0}


@pytest.fixture
def taken() -> Iterator[int]:
    """Hold a port."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_port_0_takes_a_free_one_and_says_which() -> None:
    rest, mcp = open_listeners((REST, MCP), None, FREE)
    with rest.socket, mcp.socket:
        assert (rest.host, mcp.host) == ("127.0.0.1", "127.0.0.1")
        assert 0 < rest.port != mcp.port > 0
        assert rest.url == f"http://127.0.0.1:{rest.port}"
        assert (rest.kind, mcp.kind, offers(rest.surface), offers(mcp.surface)) == (
            "REST",
            "MCP",
            "0 routes",
            "0 tools",
        )
        socket.create_connection(("127.0.0.1", rest.port), timeout=5).close()


def test_a_port_of_the_operator_goes_before_the_one_of_the_file(taken: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        free = probe.getsockname()[1]
    [listener] = open_listeners((replace(REST, port=taken),), None, {"ships-rest": free})
    listener.socket.close()
    assert listener.port == free


def test_an_address_of_the_operator_goes_before_the_one_of_the_file() -> None:
    surface = replace(REST, address="192.0.2.1")
    [listener] = open_listeners((surface,), "127.0.0.1", {"ships-rest": 0})
    listener.socket.close()
    assert listener.host == "127.0.0.1"


def test_a_taken_port_is_one_line_that_says_what_to_do(taken: int) -> None:
    with pytest.raises(ListenError) as caught:
        open_listeners((REST,), None, {"ships-rest": taken})
    assert str(caught.value) == (
        f"ships-rest cannot listen on 127.0.0.1:{taken}: Address already in use; "
        "another port: --port ships-rest=PORT"
    )


def test_two_servers_cannot_have_one_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        free = probe.getsockname()[1]
    with pytest.raises(ListenError, match=r"^ships-mcp cannot listen"):
        open_listeners((REST, MCP), None, {"ships-rest": free, "ships-mcp": free})


def test_sockets_that_were_open_are_closed_when_a_later_one_fails(taken: int) -> None:
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", ResourceWarning)
        with pytest.raises(ListenError):
            open_listeners((REST, MCP), None, {"ships-rest": 0, "ships-mcp": taken})
    assert told == []


@pytest.mark.parametrize("option", ["ships-rset", "elsewhere"])
def test_a_port_for_a_server_that_is_not_exposed_is_refused(option: str) -> None:
    with pytest.raises(ListenError) as caught:
        open_listeners((REST, MCP), None, {option: 0})
    hints = {
        "ships-rset": "did you mean 'ships-rest'?",
        "elsewhere": "it exposes ships-rest, ships-mcp",
    }
    assert str(caught.value) == f"--port names {option!r}, which this file does not expose; {hints[option]}"


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a..b", "192.0.2.1", "x" * 300])
def test_a_bad_address_is_one_line_without_advice_about_ports(host: str) -> None:
    with pytest.raises(ListenError) as caught:
        open_listeners((REST,), host, {"ships-rest": 0})
    assert str(caught.value).startswith(f"ships-rest cannot listen on {host}:0: ")
    assert "--port" not in str(caught.value)


def test_a_port_beyond_all_ports_is_one_line() -> None:
    with pytest.raises(ListenError, match=r"ships-rest cannot listen on 127\.0\.0\.1:70000: "):
        open_listeners((REST,), None, {"ships-rest": 70000})


@pytest.mark.parametrize(
    ("host", "url_host", "is_local"),
    [
        ("127.0.0.1", "127.0.0.1", True),
        ("127.0.0.2", "127.0.0.2", True),
        ("localhost", "localhost", True),
        ("::1", "[::1]", True),
        ("0.0.0.0", "127.0.0.1", False),  # noqa: S104 - what is asked for is the test
        ("::", "[::1]", False),
        ("ships.example.com", "ships.example.com", False),
    ],
)
def test_an_address_is_shown_as_it_can_be_called_from_here(host: str, url_host: str, is_local: bool) -> None:
    with socket.socket() as unused:
        listener = Listener(REST, unused, host, 80)
        assert (listener.url, listener.is_local) == (f"http://{url_host}:80", is_local)


def has_ipv6() -> bool:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6 loopback")
@pytest.mark.parametrize("host", ["::1", "::"])
def test_ipv6_addresses_are_listened_on(host: str) -> None:
    [listener] = open_listeners((REST,), host, {"ships-rest": 0})
    with listener.socket:
        socket.create_connection(("::1", listener.port), timeout=5).close()
