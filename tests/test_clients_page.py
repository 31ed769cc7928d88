"""The page about clients says which ones are tested, in which versions and how."""

import re
from pathlib import Path

from e2e.test_mcp_clients import CLIENTS, LESSONS, TOOLS_IN_ALL, Client

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "clients.md"
TABLE = re.compile(r"\| Client \| Version .*?\n(?=\n)", re.DOTALL)
SETUP = (ROOT / "scripts" / "setup-full").read_text(encoding="utf-8")
COMMANDS = {
    "mcp-remote": "`npx mcp-remote URL --allow-http --transport http-only`",
    "sdk": "`new Client(…).connect(…)`",
    "client": "`new Client(…, {versionNegotiation: {mode: 'auto'}}).connect(…)`",
    "mcp1": "`ClientSession(…).initialize()`",
    "mcp2": "`Client(…)`",
    "fastmcp": "`Client(…)`",
    "langchain": "`load_mcp_tools(session)`",
}


def version_of(client: Client) -> str:
    """Find the version in what set-up installs."""
    package = client.shown.split()[0]
    if client.home is None:
        return _found(rf"(?<!\S){re.escape(package)}@([\d.]+)", SETUP)
    lock = ROOT / "requirements" / ("dev.txt" if client.home == "dev" else f"clients/{client.home}.txt")
    runtime = ROOT / "requirements" / "run.txt"
    pins = lock.read_text(encoding="utf-8") + runtime.read_text(encoding="utf-8")
    return _found(rf"^{re.escape(package)}==([\d.]+)", pins)


def _found(pattern: str, text: str) -> str:
    found = re.search(pattern, text, re.MULTILINE)
    assert found is not None, pattern
    return found[1]


def table() -> str:
    """Write what the tests of clients do."""
    over_stdio = TOOLS_IN_ALL - sum(len(calls) for calls in LESSONS.values()) + len(LESSONS["6-steps.yaml"])
    lines = ["| Client | Version | Way in | Over HTTP | Over stdio |", "|---|---|---|---|---|"]
    inspector = _found(r"@modelcontextprotocol/inspector@([\d.]+)", SETUP)
    lines.append(
        f"| `@modelcontextprotocol/inspector` | {inspector} | `mcp-inspector --cli … --strict`, eras"
        f" legacy, auto and modern | {TOOLS_IN_ALL} tools called, no finding | listed, no finding |"
    )
    for client in CLIENTS:
        way = COMMANDS.get(client.shown, COMMANDS[client.flow])
        stdio = f"{over_stdio} tools called" if "stdio" in client.over else "is a bridge to HTTP"
        name = client.shown.split()[0]
        lines.append(f"| `{name}` | {version_of(client)} | {way} | {TOOLS_IN_ALL} tools called | {stdio} |")
    return "\n".join(lines) + "\n"


def test_the_page_shows_the_clients_that_are_tested(*, update_golden: bool) -> None:
    page = PAGE.read_text(encoding="utf-8")
    if update_golden:
        page = (
            TABLE.sub(lambda _: table(), page)
            if TABLE.search(page)
            else page.replace("TABLE\n", table() + "\n")
        )
        PAGE.write_text(page, encoding="utf-8")
    found = TABLE.search(page)
    assert found is not None
    assert found[0] == table()
