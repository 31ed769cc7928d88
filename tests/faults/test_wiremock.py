"""The faults that WireMock can make, with a server that shares no code with the runtime."""

import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeAlias

import httpx2
import pytest

from daemon import daemon, free_ports
from facing import (
    AGAIN,
    CHECK,
    DEADLINE_S,
    LATER,
    UNREACHABLE,
    BrokenOff,
    Ours,
    Passed,
    Row,
    Trial,
    ask_rest,
    check_row,
    facing,
    on_post,
    text_of,
)
from serving import Served

pytestmark = [pytest.mark.anyio, pytest.mark.full]

# what a stub answers; several are answered one after the other
Stubs: TypeAlias = tuple[Mapping[str, object], ...]

ROOT = Path(__file__).parents[2]
JAR = ROOT / ".cache" / "node" / "node_modules" / "wiremock" / "build"
JSON = {"Content-Type": "application/json"}
SHIP: Mapping[str, object] = {"status": 200, "body": '{"name": "ark"}', "headers": JSON}
SILENT = Ours(504, "upstream timed out", "ships was silent for too long")
BROKEN = Ours(502, "upstream unreachable", "ships: the answer broke off")
LATE = f"ships gave no answer within {DEADLINE_S:g} s"

ROWS: dict[str, Row[Stubs]] = {
    "reset": Row(({"fault": "CONNECTION_RESET_BY_PEER"},), UNREACHABLE, UNREACHABLE.detail, AGAIN, 3, CHECK),
    "nothing": Row(({"fault": "EMPTY_RESPONSE"},), UNREACHABLE, UNREACHABLE.detail, AGAIN, 3, CHECK),
    "rubbish": Row(({"fault": "RANDOM_DATA_THEN_CLOSE"},), UNREACHABLE, UNREACHABLE.detail, AGAIN, 3, CHECK),
    "a delay": Row(({**SHIP, "fixedDelayMilliseconds": 2000},), SILENT, SILENT.detail, AGAIN, 3, CHECK),
    "a body in dribbles": Row(
        ({**SHIP, "chunkedDribbleDelay": {"numberOfChunks": 15, "totalDuration": 2000}},),
        Ours(504, "upstream timed out", LATE),
        LATE,
        AGAIN,
        1,
        CHECK,
        call="shape",
    ),
    "503, then success": Row(
        ({"status": 503}, SHIP),
        Passed(200, b'{"name": "ark"}'),
        '{"name":"ark"}',
        seen=2,
        advice_on_post=LATER,
        is_error=False,
        post=(Passed(503), "the upstream answered 503 Service Unavailable"),
    ),
    "429 for longer than there is time": Row(
        ({"status": 429, "headers": {"Retry-After": "99"}},),
        Passed(429, b"", {"retry-after": "99"}),
        "the upstream answered 429 Too Many Requests",
        "retry after 99 s",
        advice_on_post="retry after 99 s",
    ),
    "a redirect in a circle": Row(
        ({"status": 302, "headers": {"Location": "/ships"}},),
        Passed(302, b"", {"location": "/ships"}),
        "the upstream answered 302 Found: it is at /ships",
        seen=6,
        advice_on_post="",
        is_error=False,
    ),
    "204": Row(({"status": 204},), Passed(204), "", advice_on_post="", call="shape", is_error=False),
}


def mappings(stubs: Stubs) -> list[dict[str, object]]:
    """Write stubs as states of a scenario, each of which leads to the next one."""
    states = ["Started", *(f"after {number}" for number in range(1, len(stubs)))]
    return [
        {
            "scenarioName": "row",
            "requiredScenarioState": state,
            "newScenarioState": states[min(number + 1, len(stubs) - 1)],
            "request": {"method": "ANY", "url": "/ships"},
            "response": stub,
        }
        for number, (state, stub) in enumerate(zip(states, stubs, strict=True))
    ]


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def wiremock(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    java, jars = shutil.which("java"), sorted(JAR.glob("wiremock-standalone-*.jar"))
    if java is None or not jars:
        pytest.skip("no Java or no WireMock: run make test-all")
    folder, (port, _) = tmp_path_factory.mktemp("wiremock"), free_ports()
    options = ("--port", str(port), "--bind-address", "127.0.0.1", "--root-dir", str(folder))
    async with daemon(java, "-jar", str(jars[0]), *options, port=port, log=folder / "none"):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
async def shared(wiremock: str) -> AsyncIterator[Served]:
    async with facing(wiremock, text_of()) as running:
        yield running


@asynccontextmanager
async def administered(url: str) -> AsyncIterator["Admin"]:
    async with httpx2.AsyncClient(base_url=f"{url}/__admin", verify=False) as client:
        yield Admin(client)


@dataclass(frozen=True)
class Admin:
    """Tells WireMock what to answer, and asks it what it was asked."""

    client: httpx2.AsyncClient

    async def arm(self, stubs: Stubs) -> None:
        await self.client.post("/reset")
        answer = await self.client.post("/mappings/import", json={"mappings": mappings(stubs)})
        assert answer.status_code == 200

    async def seen(self) -> int:
        counted = await self.client.post("/requests/count", json={"method": "ANY", "urlPattern": ".*"})
        return int(counted.json()["count"])


async def check(row: Row[Stubs], method: str, path: str, url: str, running: Served) -> None:
    async with administered(url) as admin:
        await check_row(row, Trial(running, method, path, partial(admin.arm, row.fault), admin.seen))


@pytest.mark.parametrize("name", ROWS)
async def test_a_get_is_answered_whatever_wiremock_does(wiremock: str, shared: Served, name: str) -> None:
    await check(ROWS[name], "GET", ROWS[name].call, wiremock, shared)


@pytest.mark.parametrize("name", ROWS)
async def test_a_post_is_answered_and_sent_once_to_wiremock(wiremock: str, shared: Served, name: str) -> None:
    await check(on_post(ROWS[name]), "POST", ROWS[name].call, wiremock, shared)


@pytest.mark.parametrize("path", ["read", "shape"])
async def test_a_malformed_chunk_ends_the_answer_whether_or_not_it_comes_with_the_headers(
    wiremock: str, shared: Served, path: str
) -> None:
    async with administered(wiremock) as admin:
        await admin.arm(({"fault": "MALFORMED_RESPONSE_CHUNK"},))
        problem = await ask_rest("POST", f"{shared.rest}/{path}", {})
        assert problem in (UNREACHABLE, BrokenOff() if path == "read" else BROKEN)
        assert await admin.seen() == 1
