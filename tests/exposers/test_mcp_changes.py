"""Who listens hears which files of a directory change, over a real socket and from the SDK's own client."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import anyio
import pytest
from mcp import Client
from mcp.client.subscriptions import Subscription
from mcp.shared.subscriptions import ResourcesListChanged, ResourceUpdated

from naftiko_runtime.exposers.boundary import ASGIApp
from naftiko_runtime.exposers.guard import Guard
from naftiko_runtime.exposers.mcp import McpOptions, build_app
from naftiko_runtime.exposers.mcp.files import list_files
from naftiko_runtime.exposers.mcp.sdk import changes
from naftiko_runtime.plan.surfaces import Context, McpResource, McpSurface, Operation, Result
from naftiko_runtime.plan.uris import UriPattern
from naftiko_runtime.values import Json

pytestmark = pytest.mark.anyio

Serve = Callable[[ASGIApp], AbstractAsyncContextManager[str]]

WAIT_S = 15
NOTE = "shop://docs/note.md"


@asynccontextmanager
async def nothing(operation: Operation, raw: Mapping[str, Json], context: Context) -> AsyncIterator[Result]:
    raise AssertionError("nothing is called")
    yield


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    (tmp_path / "note.md").write_text("one")
    (tmp_path / "other.md").write_text("one")
    return tmp_path


@asynccontextmanager
async def client_of(serve: Serve, docs: Path) -> AsyncIterator[Client]:
    shelf = McpResource("docs", None, "All docs.", UriPattern("shop://docs"), directory=docs)
    surface = McpSurface("shop", "", None, 9090, (), resources=(shelf,))
    application = build_app(surface, nothing, Guard(), McpOptions(1 << 20, "1"))
    async with serve(application) as url, Client(f"{url}/mcp", mode="2026-07-28") as client:
        yield client


async def heard(listening: Subscription) -> object:
    with anyio.fail_after(WAIT_S):
        return await anext(listening)


async def test_a_file_that_is_written_again_is_told(serve: Serve, docs: Path) -> None:
    async with client_of(serve, docs) as client:
        async with client.listen(resource_subscriptions=[NOTE]) as listening:
            (docs / "other.md").write_text("nobody asked")
            (docs / "note.md").write_text("another one")
            assert await heard(listening) == ResourceUpdated(NOTE)
        (found,) = (await client.read_resource(NOTE)).contents
        assert found.text == "another one"  # type: ignore[union-attr]


async def test_a_file_that_is_gone_before_it_is_looked_at_is_none(
    serve: Serve, docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "list_files", lambda root: (*list_files(root), "gone.md"))
    async with (
        client_of(serve, docs) as client,
        client.listen(resource_subscriptions=[NOTE]) as listening,
    ):
        (docs / "note.md").write_text("another one")
        assert await heard(listening) == ResourceUpdated(NOTE)


async def test_files_that_come_and_go_change_the_list(serve: Serve, docs: Path) -> None:
    async with client_of(serve, docs) as client:
        async with client.listen(resources_list_changed=True) as listening:
            (docs / "new.md").write_text("new")
            assert await heard(listening) == ResourcesListChanged()
            (docs / "note.md").unlink()
            assert await heard(listening) == ResourcesListChanged()
        names = [resource.name for resource in (await client.list_resources()).resources]
        assert names == ["docs/new.md", "docs/other.md"]


async def test_all_who_listen_hear_it_and_who_comes_later_hears_the_next(serve: Serve, docs: Path) -> None:
    async with client_of(serve, docs) as client:
        for text in ("two", "three"):
            async with (
                client.listen(resource_subscriptions=[NOTE]) as one,
                client.listen(resource_subscriptions=[NOTE]) as other,
            ):
                (docs / "note.md").write_text(text * 3)
                assert await heard(one) == await heard(other) == ResourceUpdated(NOTE)
