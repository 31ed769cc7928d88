"""One uvicorn server on a socket of ours; several run in one loop, and signals are not theirs."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Generator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import cast

import anyio
import uvicorn
from uvicorn._types import ASGIApplication

from ..exposers.boundary import ASGIApp
from .accepting import letting_in
from .protocol import Connection

_KEEP_ALIVE_S = 65


class _Server(uvicorn.Server):
    """A server that says when it is ready and leaves signals to its owner."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = anyio.Event()
        self._listening = ExitStack()

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for bound in sockets or ():
            self._listening.enter_context(letting_in(bound, self._protocol))
        self.ready.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._listening.close()
        await super().shutdown(sockets)

    def _protocol(self) -> asyncio.Protocol:
        protocol = cast("Callable[..., asyncio.Protocol]", self.config.http_protocol_class)
        return protocol(
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state, _loop=None
        )


@dataclass(frozen=True, slots=True)
class Job:
    """An application and the open socket that it is served on."""

    app: ASGIApp
    socket: socket.socket
    has_lifespan: bool = False
    stop: Callable[[], None] | None = None  # ends what would not end by itself


@asynccontextmanager
async def run_servers(*jobs: Job, grace_s: float) -> AsyncIterator[None]:
    """Serve while the context lasts; then all stop listening at once, and running calls get ``grace_s``."""
    servers = [(_Server(_config(job, grace_s)), job.socket) for job in jobs]
    failed: Exception | None = None
    async with anyio.create_task_group() as tasks:
        for server, bound in servers:
            tasks.start_soon(server.serve, [bound])
        for server, _ in servers:
            await server.ready.wait()
        try:
            yield
        except Exception as error:  # noqa: BLE001 - raised below, where no group wraps it
            failed = error
        finally:
            for server, _ in servers:
                server.should_exit = True
            for job in jobs:
                if job.stop is not None:
                    job.stop()
    if failed is not None:
        raise failed


def _config(job: Job, grace_s: float) -> uvicorn.Config:
    return uvicorn.Config(
        cast("ASGIApplication", job.app),
        http=Connection,
        ws="none",
        loop="none",
        lifespan="on" if job.has_lifespan else "off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=max(1, round(grace_s)),
    )
