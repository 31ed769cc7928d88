"""Runs other programs that serve, until nobody needs them any more."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from subprocess import DEVNULL, PIPE

READY_S = 20


@asynccontextmanager
async def daemon(*command: str, port: int, log: Path) -> AsyncIterator[None]:
    """Start a program, and go on when it takes connections; ``log`` says why it does not."""
    process = await asyncio.create_subprocess_exec(*command, stdout=DEVNULL, stderr=PIPE)
    try:
        async with asyncio.timeout(READY_S):
            while not await _answers(port):
                assert process.returncode is None, _said(log)
                await asyncio.sleep(0.02)
        yield
    finally:
        if process.returncode is None:
            process.terminate()
        await process.communicate()


def _said(log: Path) -> str:
    return log.read_text(encoding="utf-8")


async def _answers(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


def free_ports() -> tuple[int, int]:
    with socket.socket() as first, socket.socket() as second:
        for each in (first, second):
            each.bind(("127.0.0.1", 0))
        return first.getsockname()[1], second.getsockname()[1]
