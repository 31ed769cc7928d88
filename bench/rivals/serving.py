"""How every rival is served: uvicorn with its fastest parts, one upstream session, a collector that rests."""

import gc
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import uvicorn

KEY = os.environ["BENCH_KEY"]
PORT, UPSTREAM, *MORE = int(sys.argv[1]), *sys.argv[2:]


def tool_names() -> list[str]:
    """Name so many tools as the command line wants, or one."""
    count = int(MORE[0]) if MORE else 1
    return ["get_job", *(f"get_kind_{number}" for number in range(1, count))]


@asynccontextmanager
async def upstream() -> AsyncIterator[aiohttp.ClientSession]:
    """Open the session that calls the upstream."""
    connector = aiohttp.TCPConnector(limit=256)
    headers = {"Authorization": f"Bearer {KEY}"}
    async with aiohttp.ClientSession(UPSTREAM, connector=connector, headers=headers) as session:
        yield session


def serve(app: Callable[..., Any]) -> None:
    """Serve until SIGTERM; what is loaded now lives on, so the collector need not walk it."""
    gc.collect()
    gc.freeze()
    uvicorn.run(app, port=PORT, loop="uvloop", http="httptools", log_level="warning", access_log=False)
