"""Callers of both faces, who ask for one thing after the other and look at what they get."""

import asyncio
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

import aiohttp

PATIENCE_S = 70
CAPABILITY = """\
naftiko: 1.0.0-alpha2
capability:
  consumes:
  - type: http
    namespace: things
    baseUri: http://127.0.0.1:1
    resources:
    - {name: thing, path: '/things/{id}', operations: [{name: read, method: GET}]}
    - name: things
      path: /things
      operations: [{name: make, method: POST, inputParameters: [{name: body, in: body, type: object}]}]
  exposes:
  - type: rest
    namespace: soak-rest
    port: 8080
    resources:
    - {path: '/things/{id}', operations: [{method: GET, call: things.read}]}
    - {path: /things, operations: [{method: POST, call: things.make}]}
    - path: '/ids/{id}'
      operations:
      - method: GET
        call: things.read
        outputParameters: [{type: object, properties: {id: {type: string, mapping: $.id}}}]
  - type: mcp
    namespace: soak-mcp
    port: 9090
    tools:
    - {name: read, description: Reads, call: things.read}
    - {name: make, description: Makes, call: things.make}
"""
_MCP = {
    "Content-Type": "application/json",
    "Accept": "application/json, text/event-stream",
    "MCP-Protocol-Version": "2025-11-25",
}


@dataclass
class Tally:
    """What callers got: by method and id whether it was good; what was wrong is kept in words."""

    good: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)
    statuses: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    @property
    def calls(self) -> int:
        return len(self.good) + len(self.failed)


@dataclass
class Caller:
    """Asks until it is told to stop; every thing it asks for has an id that nobody else uses."""

    number: int
    rest: str
    mcp: str
    session: aiohttp.ClientSession
    random: Random
    tally: Tally

    async def ask(self, until: float, pause_s: float) -> None:
        loop, count = asyncio.get_running_loop(), 0
        while loop.time() < until:
            count += 1
            await self._once(f"{self.number}-{count}", self.random.choice(list(_WAYS)))
            await asyncio.sleep(pause_s * 2 * self.random.random())

    async def _once(self, name: str, way: str) -> None:
        key = f"{'POST' if way.endswith('make') else 'GET'} {name}"
        try:
            async with asyncio.timeout(PATIENCE_S):
                status, found = await _WAYS[way](self, name)
        except TimeoutError:
            self.tally.wrong.append(f"{way} {name}: no answer")
            return
        except aiohttp.ClientPayloadError:
            status, found = "broken off", None
        except aiohttp.ClientError as error:
            self.tally.wrong.append(f"{way} {name}: {type(error).__name__}")
            return
        self.tally.statuses[f"{way} {status}"] += 1
        if status != "200":
            self.tally.failed.add(key)
        elif found == name:
            self.tally.good.add(key)
        else:
            self.tally.wrong.append(f"{way} {name}: got {found!r}")

    async def read(self, name: str) -> tuple[str, object]:
        return await self._whole(self.session.get(f"{self.rest}/things/{name}"))

    async def cut(self, name: str) -> tuple[str, object]:
        return await self._whole(self.session.get(f"{self.rest}/ids/{name}"))

    async def make(self, name: str) -> tuple[str, object]:
        return await self._whole(self.session.post(f"{self.rest}/things", json={"id": name}))

    async def tool_read(self, name: str) -> tuple[str, object]:
        return await self._tool("read", {"id": name})

    async def tool_make(self, name: str) -> tuple[str, object]:
        return await self._tool("make", {"body": {"id": name}})

    async def _whole(self, asking: Any) -> tuple[str, object]:
        async with asking as answer:
            body = await answer.read()
        return str(answer.status), json.loads(body)["id"] if answer.status == 200 else None

    async def _tool(self, tool: str, arguments: Mapping[str, object]) -> tuple[str, object]:
        call = {"name": tool, "arguments": arguments}
        message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}
        async with self.session.post(f"{self.mcp}/mcp", json=message, headers=_MCP) as answer:
            result = json.loads(await answer.read())["result"]
        return ("error", None) if result.get("isError") else ("200", result["structuredContent"]["id"])


_WAYS = {
    "rest read": Caller.read,
    "rest cut": Caller.cut,
    "rest make": Caller.make,
    "mcp read": Caller.tool_read,
    "mcp make": Caller.tool_make,
}
