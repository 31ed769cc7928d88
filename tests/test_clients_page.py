"""The page about clients is made here: how they are connected, and which are tested how."""

import json
import re
from pathlib import Path

from e2e.test_mcp_clients import CALLS, CLIENTS, LESSONS, Client
from hosts import COMMAND, HOSTS, URL, configured

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "clients.md"
FORM = ROOT / "tests" / "clients" / "page.md"
SETUP = (ROOT / "scripts" / "setup-full").read_text(encoding="utf-8")
WAYS = {
    "legacy": "`mcp-inspector --cli … --protocol-era legacy --strict`",
    "auto": "`mcp-inspector --cli … --protocol-era auto --strict`",
    "modern": "`mcp-inspector --cli … --protocol-era modern --strict`",
    "mcp-remote": "`npx mcp-remote URL --allow-http --transport http-only`",
    "sdk": "`new Client(…).connect(…)`",
    "client": "`new Client(…, {versionNegotiation: {mode: 'auto'}}).connect(…)`",
    "mcp1": "`ClientSession(…).initialize()`",
    "mcp2": "`Client(…)`",
    "fastmcp": "`Client(…)`",
    "langchain": "`load_mcp_tools(session)`",
}
HEAD = """\
| Client | Version | Way in | Together, HTTP | Together, stdio | Tutorial, HTTP | Tutorial, stdio |
|---|---|---|---|---|---|---|
"""


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
    return HEAD + "\n".join(_row(client) for client in CLIENTS)


def _row(client: Client) -> str:
    counts = (len(CALLS), sum(len(calls) for calls in LESSONS.values()))
    results = [
        f"{count} of {count} called" if over in client.over else "a bridge to HTTP"
        for count in counts
        for over in ("HTTP", "stdio")
    ]
    name, way = client.shown.split()[0], WAYS.get(client.shown, WAYS[client.flow])
    return f"| {' | '.join((f'`{name}`', version_of(client), way, *results))} |"


def _known() -> str:
    known = json.loads((ROOT / "tests" / "conformance" / "known.json").read_text(encoding="utf-8"))
    failing = sorted({scenario for each in known.values() for scenario in each})
    return f"all but {', '.join(f'`{each}`' for each in failing)} pass" if failing else "all scenarios pass"


def page() -> str:
    """Write the whole page."""
    versions = re.findall(r"@modelcontextprotocol/conformance@(\S+)", SETUP)
    return FORM.read_text(encoding="utf-8").format(
        hosts="\n\n".join(host.section() for host in HOSTS),
        table=table(),
        known=_known(),
        conformance=" and ".join(version.rstrip('"') for version in versions),
    )


def test_the_page_is_what_is_tested(*, update_golden: bool) -> None:
    if update_golden:
        PAGE.write_text(page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page()


def test_the_page_shows_each_host_both_ways_in() -> None:
    shown = configured(PAGE.read_text(encoding="utf-8"))
    assert len(shown) == 2 * len(HOSTS)
    over_http, over_stdio = shown[::2], shown[1::2]
    assert all(URL in (each.get("url"), *each.get("args", ())) for each in over_http)
    assert all(each.items() >= COMMAND.items() for each in over_stdio)
