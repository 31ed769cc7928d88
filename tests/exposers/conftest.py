"""Serves an application on a loopback socket of its own."""

import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial

import anyio
import pytest
import uvicorn

from naftiko_runtime.exposers.boundary import ASGIApp


class _PromptServer(uvicorn.Server):
    """Stops when it is told, without the ticks and pauses that add up over hundreds of tests."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.told = anyio.Event()

    async def main_loop(self) -> None:
        await self.told.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        await self.lifespan.shutdown()


@pytest.fixture
def serve() -> Callable[[ASGIApp], AbstractAsyncContextManager[str]]:
    """Return a context manager that serves an application and gives its base URL."""

    @asynccontextmanager
    async def served(app: ASGIApp) -> AsyncIterator[str]:
        # asyncio switches off Nagle's delay (40 ms a request) only for sockets that say they are TCP
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.bind(("127.0.0.1", 0))
        listener.listen()  # whoever connects before the server is up waits in the queue
        config = uvicorn.Config(app, http="httptools", lifespan="on", log_level="warning", access_log=False)
        server = _PromptServer(config)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(partial(server.serve, sockets=[listener]))
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
            server.told.set()

    return served
