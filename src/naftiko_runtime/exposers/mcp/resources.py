"""The resources of a surface: files of directories, and what calls and the file itself answer."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from ...plan.call import Inbound
from ...plan.flow import Answer, unwatched
from ...plan.reading import header, read, read_start
from ...plan.surfaces import Invoke, McpResource, Operation, Result, limit_of
from ..advice import Repetition
from ..refusal import START_LIMIT_BYTES, tell_answer, text_of
from .content import family_of
from .failures import failed, not_found, told
from .files import list_files, media_type_of, path_of, uri_of
from .pages import page
from .parts import contents_of, value_of
from .protocol import Exchange, Fields, Params, present
from .schemas import short

_GONE = frozenset({404, 410})


@dataclass(frozen=True, slots=True)
class Shelf:
    """All resources of one server; of several that a URI fits, the first in the file is meant."""

    invoke: Invoke
    resources: tuple[McpResource, ...]
    limit_bytes: int = 10 << 20

    async def list(self, params: Params, exchange: Exchange) -> Fields:
        """List what has a URI of its own; directories are looked at anew each time."""
        found = await asyncio.to_thread(lambda: [*self._listed()])
        return page("resources", found, params)

    def _listed(self) -> Iterator[Fields]:
        for resource in self.resources:
            if resource.directory is not None:
                yield from _files_of(resource, resource.directory)
            elif not resource.uri.is_template:
                yield present(
                    uri=str(resource.uri),
                    name=resource.name,
                    title=resource.title,
                    description=short(resource.description),
                    mimeType=resource.media_type,
                )

    async def templates(self, params: Params, exchange: Exchange) -> Fields:
        templates = [
            present(
                uriTemplate=str(resource.uri),
                name=resource.name,
                title=resource.title,
                description=short(resource.description),
                mimeType=resource.media_type,
            )
            for resource in self.resources
            if resource.uri.is_template
        ]
        return page("resourceTemplates", templates, params)

    async def read(self, params: Params, exchange: Exchange) -> Fields:
        uri = str(params["uri"])
        for resource in self.resources:
            if (contents := await self._read(resource, uri, exchange)) is not None:
                return {"contents": [contents]}
        raise not_found(uri[:500])

    async def touch(self, params: Params, exchange: Exchange) -> Fields:
        """Accept a wish to hear of changes, as older revisions say it; nothing is told to them."""
        uri = str(params["uri"])
        if not any(resource.uri.match(uri) is not None or _has(resource, uri) for resource in self.resources):
            raise not_found(uri[:500])
        return {}

    async def _read(self, resource: McpResource, uri: str, exchange: Exchange) -> Fields | None:
        if resource.directory is not None:
            found = await asyncio.to_thread(path_of, resource.directory, str(resource.uri), uri)
            return await asyncio.to_thread(self._file, resource, uri, found[0]) if found else None
        arguments = resource.uri.match(uri)
        if arguments is None or resource.operation is None:
            return None
        try:
            # what it is made of is nothing that readers hear of while it is made
            context = replace(exchange.context(), watch=unwatched)
            async with self.invoke(resource.operation, arguments, context) as result:
                return await self._shown(resource, resource.operation, uri, result)
        except Exception as error:  # noqa: BLE001  a caller gets an answer whatever fails, bugs too
            exchange.pass_on(error)
            raise told(error, resource.operation.body) from None

    def _file(self, resource: McpResource, uri: str, path: Path) -> Fields:
        with path.open("rb") as file:
            data = file.read(self.limit_bytes + 1)
        if len(data) > self.limit_bytes:
            raise failed(f"the file is larger than {self.limit_bytes} bytes", {"uri": uri})
        return _contents(uri, media_type_of(path.name) or resource.media_type or "", data)

    async def _shown(self, resource: McpResource, operation: Operation, uri: str, result: Result) -> Fields:
        if isinstance(result, Answer):
            text = value_of(resource.part, result.value) or ""
            otherwise = "text/plain" if isinstance(result.value, str) else "application/json"
            return contents_of(replace(resource.part, media_type=resource.media_type or otherwise), text, uri)
        return await self._passed(resource, operation, uri, result)

    async def _passed(
        self, resource: McpResource, operation: Operation, uri: str, inbound: Inbound
    ) -> Fields:
        if inbound.status in _GONE:
            raise not_found(uri[:500])
        if inbound.status >= 300:
            start = await read_start(inbound, START_LIMIT_BYTES)
            failure = tell_answer(inbound.status, inbound.headers, start, Repetition.of(operation.body))
            raise failed(text_of(failure), {"uri": uri})
        limit_bytes = limit_of(operation.body)
        data = await read(inbound, self.limit_bytes if limit_bytes is None else limit_bytes)
        media_type = resource.media_type or header(inbound.headers, "content-type")
        return _contents(uri, media_type, data, is_binary=resource.part.is_base64)


def _files_of(resource: McpResource, root: Path) -> Iterator[Fields]:
    for relative in list_files(root):
        yield present(
            uri=uri_of(str(resource.uri), relative),
            name=f"{resource.name}/{relative}",
            title=resource.title,
            description=short(resource.description),
            mimeType=media_type_of(relative) or resource.media_type,
        )


def _has(resource: McpResource, uri: str) -> bool:
    return resource.directory is not None and path_of(resource.directory, str(resource.uri), uri) is not None


def _contents(uri: str, media_type: str, data: bytes, *, is_binary: bool = False) -> Fields:
    """Show bytes as text where their type says so, or where they have none and are text."""
    name = media_type.partition(";")[0].strip().lower()
    if not is_binary and family_of(name) in ("json", "text", "unnamed"):
        try:
            return present(uri=uri, mimeType=name or None, text=data.decode())
        except UnicodeDecodeError:
            pass
    return present(uri=uri, mimeType=name or None, blob=b64encode(data).decode())
