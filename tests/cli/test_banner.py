"""What is printed when a server is ready."""

import socket
from dataclasses import replace

import pytest

from calling import SHIPS, ships_plan
from naftiko_runtime.app.compiler import compile_text
from naftiko_runtime.app.listener import Listener
from naftiko_runtime.app.serve import Serving
from naftiko_runtime.cli.banner import banner
from naftiko_runtime.expr.scope import Const
from naftiko_runtime.plan.surfaces import McpSurface, RestSurface
from naftiko_runtime.schemes.static import Bearer
from naftiko_runtime.source.diagnostics import Report

REFUSED = SHIPS.replace("call: ships.build", "call: ships.biuld").replace(
    "  exposes:", "  typo: 1\n  exposes:"
)


def serving(host: str = "127.0.0.1", *, sandboxed: bool = False) -> Serving:
    plan = ships_plan()
    mcp = McpSurface("ships-mcp", "", None, 9090, ())
    with socket.socket() as unused:
        listeners = (Listener(plan.surfaces[0], unused, host, 8080), Listener(mcp, unused, host, 9090))
    names = frozenset({"ships"}) if sandboxed else frozenset[str]()
    return Serving(plan, listeners, {"ships": "http://127.0.0.1:7000/v1"}, names)


def test_it_says_what_is_served_where_and_how_to_connect() -> None:
    assert banner(serving(), Report()).splitlines() == [
        "",
        "capability.yaml",
        "  REST  http://127.0.0.1:8080        6 routes    rest",
        "  MCP   http://127.0.0.1:9090        0 tools     ships-mcp",
        "  calls http://127.0.0.1:7000/v1",
        "",
        "  try it",
        "    curl http://127.0.0.1:8080/motd",
        "",
        "  connect an MCP client",
        "    claude mcp add --transport http ships-mcp http://127.0.0.1:9090/mcp",
        '    {"mcpServers":{"ships-mcp":{"type":"http","url":"http://127.0.0.1:9090/mcp"}}}',
        "",
        "  stop with Ctrl+C",
    ]


def test_it_says_that_nothing_real_is_called_only_where_that_is_so() -> None:
    line = (
        "  SANDBOX http://127.0.0.1:7000/v1  nothing real is called; this plays https://ships.example.com/v1"
    )
    assert line in banner(serving(sandboxed=True), Report()).splitlines()
    assert "nothing real" not in banner(serving(), Report())


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "ships.example.com"])  # noqa: S104 - it is warned about
def test_it_warns_of_servers_that_other_machines_reach(host: str) -> None:
    [warning] = [line for line in banner(serving(host), Report()).splitlines() if "WARNING" in line]
    assert warning.endswith("can be reached from other machines, without authentication")
    assert "WARNING" not in banner(serving("localhost"), Report())


def test_it_says_which_servers_ask_their_callers_and_does_not_warn_of_those() -> None:
    usual = serving("0.0.0.0")  # noqa: S104 - it would be warned about
    rest, mcp = usual.listeners
    asking = replace(rest, surface=replace(rest.surface, verifier=Bearer(Const("s3cret"))))
    text = banner(replace(usual, listeners=(asking, mcp)), Report())
    assert "  asks  callers of rest for a bearer token" in text.splitlines()
    [warning] = [line for line in text.splitlines() if "WARNING" in line]
    assert warning.startswith(f"  WARNING: {mcp.url} can be reached")
    assert "WARNING" not in banner(replace(usual, listeners=(asking,)), Report())
    assert "s3cret" not in text


def test_it_names_operations_that_are_refused_and_counts_warnings() -> None:
    compiled = compile_text(REFUSED, "ships.yaml")
    assert compiled.plan is not None
    lines = banner(replace(serving(), plan=compiled.plan), compiled.report).splitlines()
    refused = next(number for number, line in enumerate(lines) if "refused[L001]" in line)
    assert lines[refused].startswith("  ships.yaml:")
    assert "  1 warnings about the file: naftiko check ships.yaml" in lines


def test_a_server_without_a_simple_get_gets_no_snippet() -> None:
    usual = serving()
    bare = replace(usual.listeners[0], surface=RestSurface("rest", "", None, 8080, ()))
    assert "try it" not in banner(replace(usual, listeners=(bare,)), Report())


def test_it_says_that_several_workers_serve() -> None:
    assert "  runs  3 workers; limits, rates and tokens are those of each" in banner(
        replace(serving(), workers=3), Report()
    )
    assert "workers" not in banner(serving(), Report())
