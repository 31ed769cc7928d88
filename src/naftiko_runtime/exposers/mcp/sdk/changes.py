"""Tells who listens which files have changed: nothing else that a server shows does while it serves."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from mcp import types
from mcp.server import ServerRequestContext
from mcp.server.subscriptions import (
    InMemorySubscriptionBus,
    ListenHandler,
    ResourcesListChanged,
    ResourceUpdated,
    ServerEvent,
)

from ....plan.surfaces import McpResource
from ..files import list_files, uri_of

_EVERY_S = 1.0

_State: TypeAlias = Mapping[str, tuple[int, int]]  # of files by their URIs: when written, and how large


class Listening:
    """Answers ``subscriptions/listen``; directories are looked at while anybody does."""

    def __init__(self, resources: tuple[McpResource, ...]) -> None:
        self._roots = tuple(
            (resource.directory, str(resource.uri))
            for resource in resources
            if resource.directory is not None
        )
        self._bus = InMemorySubscriptionBus()
        self._listen = ListenHandler(self._bus)
        self._listeners = 0
        self._watching: asyncio.Task[None] | None = None
        self._looked = asyncio.Event()
        if not self._roots:
            self._looked.set()

    async def __call__(
        self, exchange: ServerRequestContext[Any], params: types.SubscriptionsListenRequestParams
    ) -> types.SubscriptionsListenResult:
        """Serve one listener until it leaves."""
        self._listeners += 1
        if self._roots and self._watching is None:
            self._looked = asyncio.Event()
            self._watching = asyncio.create_task(self._watch(self._looked))
        try:
            await self._looked.wait()  # what changes after the client hears that it is listened to is told
            return await self._listen(exchange, params)
        finally:
            self._listeners -= 1
            if self._watching is not None and not self._listeners:
                self._watching.cancel()
                self._watching = None

    async def _watch(self, looked: asyncio.Event) -> None:
        before = await asyncio.to_thread(self._state)
        looked.set()
        while True:
            await asyncio.sleep(_EVERY_S)
            now = await asyncio.to_thread(self._state)
            for event in _events(before, now):
                await self._bus.publish(event)
            before = now

    def _state(self) -> _State:
        found: dict[str, tuple[int, int]] = {}
        for root, base in self._roots:
            for relative in list_files(root):
                if (written := _written(root / relative)) is not None:
                    found[uri_of(base, relative)] = written
        return found


def _written(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:  # it has just been taken away
        return None
    return found.st_mtime_ns, found.st_size


def _events(before: _State, now: _State) -> Iterator[ServerEvent]:
    if before.keys() != now.keys():
        yield ResourcesListChanged()
    for uri, written in before.items():
        if now.get(uri) != written:
            yield ResourceUpdated(uri)
