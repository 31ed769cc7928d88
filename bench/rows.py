"""All that is measured, one record each, in groups that a run can pick."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Protocol

from .answers import DOWNLOADS
from .download import Download
from .figures import MANY, Figures
from .load import Load
from .memory import Growth, Memory
from .servers import OURS, TOGETHER, nginx_proxy, ours, rival
from .stage import Pace, Stage
from .starting import Command, Compiling, Listening
from .stdio import Lines
from .wires import (
    DIRECT,
    LEGACY,
    MODERN,
    PASS_THROUGH,
    POST,
    SHAPED,
    STEPS,
    Exchange,
    get,
    tool_call,
    tools_list,
)


class Measurement(Protocol):
    """What a row does in a round."""

    def measure(self, stage: Stage, pace: Pace) -> Figures: ...


@dataclass(frozen=True, slots=True)
class Row:
    """One server doing one thing; ``needs`` is an option without which it cannot."""

    what: str
    server: str
    measurement: Measurement
    needs: str = ""

    @property
    def name(self) -> str:
        return ", ".join(part for part in (self.what, self.server) if part)


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that are measured one after the other, so many times in a whole run; a table of the report."""

    name: str
    title: str
    rounds: int
    rows: tuple[Row, ...]


SDK, FASTMCP, RAW = "SDK by hand", "FastMCP", "raw floor"
PROXY, NGINX, UPSTREAM = "proxy by hand", "nginx", "direct upstream"
VERY_MANY = 256
_LARGE = 2_000
_ONLY_MANY = (MANY,)
_NO_LANE, _WORKERS = "--no-hot-lane", "--workers"


def _rest() -> Iterator[Row]:
    yield Row("pass-through", OURS, Load(PASS_THROUGH, ours("rest")))
    yield Row("shaped", OURS, Load(SHAPED, ours("rest")))  # beside what it is compared with
    yield Row("pass-through", PROXY, Load(PASS_THROUGH, rival("proxy.py")))
    yield Row("pass-through", NGINX, Load(PASS_THROUGH, nginx_proxy))
    yield Row("pass-through", UPSTREAM, Load(DIRECT, None))


def _calls() -> Iterator[Row]:
    yield Row("POST", OURS, Load(POST, ours("rest"), _ONLY_MANY))
    yield Row("POST", PROXY, Load(POST, rival("proxy.py"), _ONLY_MANY))
    yield Row("two calls and a lookup", OURS, Load(STEPS, ours("rest"), _ONLY_MANY))


def _mcp() -> Iterator[Row]:
    for version in (LEGACY, MODERN):
        yield Row(version, OURS, Load(tool_call(version), ours("mcp")))
        yield Row(version, SDK, Load(tool_call(version), rival("sdk.py")))
        yield Row(version, FASTMCP, Load(tool_call(version), rival("openapi.py")))
        yield Row(version, RAW, Load(tool_call(version), rival("raw.py")))


def _lane() -> Iterator[Row]:
    for version in (LEGACY, MODERN):
        yield Row(version, OURS, Load(tool_call(version), ours("mcp"), _ONLY_MANY))
        without = Load(tool_call(version), ours("mcp", _NO_LANE), _ONLY_MANY)
        yield Row(version, f"{OURS} {_NO_LANE}", without, needs=_NO_LANE)


def _list() -> Iterator[Row]:
    for count in (12, 500):
        asked, what = tools_list(LEGACY, count), f"{count} tools"
        yield Row(what, OURS, Load(asked, ours("mcp", operations=count), _ONLY_MANY))
        yield Row(what, SDK, Load(asked, rival("sdk.py", str(count)), _ONLY_MANY))
        if count < 100:  # beyond that its answers take longer than the load lasts
            yield Row(what, FASTMCP, Load(asked, rival("openapi.py", str(count)), _ONLY_MANY))


def _many() -> Iterator[Row]:
    for count in (12, _LARGE):
        yield Row(f"REST, {count:,} operations", OURS, _of_many("rest", count))
        yield Row(f"MCP, {count:,} operations", OURS, _of_many("mcp", count))


def _of_many(face: str, count: int) -> Load:
    last = count - 1
    asked: Exchange = tool_call(MODERN, f"get_kind_{last}")
    if face == "rest":
        asked = Exchange(get(f"/v1/kinds/{last}/jobs/job", None).request, PASS_THROUGH.is_right)
    return Load(asked, ours(face, operations=count), _ONLY_MANY)


def _callers() -> Iterator[Row]:
    callers = (1, MANY, VERY_MANY)
    yield Row("REST", OURS, Load(PASS_THROUGH, ours("rest"), callers))
    yield Row("MCP", OURS, Load(tool_call(MODERN), ours("mcp"), callers))


def _workers() -> Iterator[Row]:
    for what, face, asked in (("REST", "rest", PASS_THROUGH), ("MCP", "mcp", tool_call(MODERN))):
        yield Row(what, OURS, Load(asked, ours(face), _ONLY_MANY, all_cores=True))
        two = Load(asked, ours(face, _WORKERS, "2"), _ONLY_MANY, all_cores=True)
        yield Row(what, f"{OURS} {_WORKERS} 2", two, needs=_WORKERS)


def _download() -> Iterator[Row]:
    for name, size in DOWNLOADS.items():
        yield Row(name, OURS, Download(size, ours("rest")))
        yield Row(name, PROXY, Download(size, rival("proxy.py")))


def _compile() -> Iterator[Row]:
    for count in (12, 200, _LARGE):
        yield Row(f"{count:,} operations", "", Compiling(count))


def _start() -> Iterator[Row]:
    yield Row("naftiko-run until it listens", "", Listening())
    yield Row("naftiko check of one file", "", Command(("naftiko", "check", str(TOGETHER))))


GROUPS = (
    Group("rest", "REST, GET", 5, tuple(_rest())),
    Group("calls", "REST, other calls", 2, tuple(_calls())),
    Group("mcp", "MCP, tools/call", 5, tuple(_mcp())),
    Group("lane", "MCP, with and without the hot lane", 2, tuple(_lane())),
    Group("list", "MCP, tools/list", 1, tuple(_list())),
    Group("stdio", "MCP over stdio, tools/call", 2, (Row("", OURS, Lines()),)),
    Group("many", "Files of many operations", 5, tuple(_many())),
    Group("callers", "Many callers", 3, tuple(_callers())),
    Group("workers", "Workers, on both cores", 5, tuple(_workers())),
    Group("download", "Downloads", 2, tuple(_download())),
    Group("compile", "Compiling", 3, tuple(_compile())),
    Group("start", "Commands", 3, tuple(_start())),
    Group("memory", "Memory", 2, (Row("", OURS, Memory()),)),
    Group("growth", "Growth", 1, (Row("REST and MCP in turn", OURS, Growth()),)),
)


def pick(names: Collection[str]) -> tuple[Group, ...]:
    """Pick some groups, or all."""
    return tuple(group for group in GROUPS if not names or group.name in names)
