"""Clients of older revisions that are asked while their call runs, over HTTP and over lines."""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, TypeAlias

import anyio
import pytest
from mcp import Client, MCPError, types

from connecting import server_of
from desk import PARAMS, SURFACE, Desk, call
from naftiko_runtime.exposers.boundary import ASGIApp
from naftiko_runtime.exposers.guard import Guard
from naftiko_runtime.exposers.mcp import Front, McpOptions, SessionLimits, build_app, serve_lines
from naftiko_runtime.plan.asking import Kind
from naftiko_runtime.values import Json

pytestmark = pytest.mark.anyio

Serve: TypeAlias = Callable[[ASGIApp], AbstractAsyncContextManager[str]]

WAIT_S = 5
FORM = types.ElicitationCapability(form=types.FormElicitationCapability())
SAID: Mapping[Kind, dict[str, Json]] = {
    "form": {"action": "accept", "content": {"ok": True}},
    "url": {"action": "accept"},
    "sampling": {"role": "assistant", "content": {"type": "text", "text": "Ada"}, "model": "m"},
    "roots": {"roots": [{"uri": "file:///home", "name": "home"}]},
}


class Person:
    """The person, the model and the folders behind a client; ``says`` is what comes of a question."""

    def __init__(self, says: Any = None) -> None:
        self.says, self.heard = says, []  # type: ignore[var-annotated]

    async def elicit(self, context: Any, params: types.ElicitRequestParams) -> types.ElicitResult:
        found = await self._hear(params)
        return found or types.ElicitResult.model_validate(SAID["form" if params.mode == "form" else "url"])

    async def sample(
        self, context: Any, params: types.CreateMessageRequestParams
    ) -> types.CreateMessageResult:
        return await self._hear(params) or types.CreateMessageResult.model_validate(SAID["sampling"])

    async def roots(self, context: Any) -> types.ListRootsResult:
        return await self._hear(None) or types.ListRootsResult.model_validate(SAID["roots"])

    async def _hear(self, params: Any) -> Any:
        self.heard.append(params and params.model_dump(by_alias=True, mode="json", exclude_none=True))
        if isinstance(self.says, Exception):
            raise self.says
        return await self.says() if callable(self.says) else self.says

    def all(self) -> dict[str, Any]:
        return {
            "elicitation_callback": self.elicit,
            "sampling_callback": self.sample,
            "list_roots_callback": self.roots,
        }


@pytest.fixture(params=["http", "lines"])
def connect(
    request: pytest.FixtureRequest, serve: Serve
) -> Callable[..., AbstractAsyncContextManager[Client]]:
    """Return a context manager that connects a client of an older revision to a desk."""

    @asynccontextmanager
    async def connected(desk: Desk, **callbacks: Any) -> AsyncIterator[Client]:
        if request.param == "lines":
            server = server_of(SURFACE, desk.invoke, lasts=True)
            async with Client(server, mode="legacy", **callbacks) as client:
                yield client
        else:
            async with (
                serve(app(desk)) as url,
                Client(f"{url}/mcp", mode="legacy", **callbacks) as client,
            ):
                yield client

    return connected


def app(desk: Desk, answer_s: float = WAIT_S) -> Front:
    options = McpOptions(1 << 20, "1", sessions=SessionLimits(answer_s=answer_s))
    return build_app(SURFACE, desk.invoke, Guard(), options)


Connect: TypeAlias = Callable[..., AbstractAsyncContextManager[Client]]


@pytest.mark.parametrize("kind", ["form", "sampling", "roots"])
async def test_a_client_is_asked_and_its_answer_goes_into_the_flow(connect: Connect, kind: Kind) -> None:
    desk, person = Desk(), Person()
    async with connect(desk, **person.all()) as client:
        result = await client.call_tool(kind, {})
    assert result.structured_content == SAID[kind]
    heard = person.heard[0]
    assert heard is None or heard.items() >= PARAMS[kind].items()
    assert (desk.fetched, desk.ended) == (1, ["answered"])


@pytest.mark.parametrize(
    ("kind", "says", "told"),
    [
        ("form", types.ElicitResult(action="decline"), "whoever was asked 'form' declined to answer"),
        ("form", types.ElicitResult(action="cancel"), "whoever was asked 'form' did not answer"),
        ("form", types.ElicitResult(action="accept"), "the client did not answer 'form' as asked"),
        ("form", MCPError(-1, "no thanks"), "the client did not answer 'form': no thanks"),
        ("sampling", MCPError(-1, "rejected"), "the client did not answer 'sampling': rejected"),
        ("roots", MCPError(-32603, "x" * 999), f"the client did not answer 'roots': {'x' * 200}"),
    ],
)
async def test_a_question_without_an_answer_ends_the_call(
    connect: Connect, kind: Kind, says: object, told: str
) -> None:
    desk, person = Desk(), Person(says)
    async with connect(desk, **person.all()) as client:
        result = await client.call_tool(kind, {})
        assert result.is_error
        assert isinstance(result.content[0], types.TextContent)
        assert told in result.content[0].text
        assert (desk.fetched, desk.ended) == (1, ["failed"])
        assert not (await client.call_tool("long", {})).is_error


async def test_nobody_is_waited_for_without_an_end(serve: Serve) -> None:
    desk, person = Desk(), Person(anyio.sleep_forever)
    async with (
        serve(app(desk, answer_s=0.2)) as url,
        Client(f"{url}/mcp", mode="legacy", **person.all()) as client,
    ):
        result = await client.call_tool("form", {})
    assert isinstance(result.content[0], types.TextContent)
    assert "nobody answered 'form' within 0.2 s" in result.content[0].text
    assert desk.ended == ["failed"]


@pytest.mark.parametrize("kind", ["form", "url", "sampling", "roots"])
async def test_nothing_is_done_for_a_client_that_cannot_be_asked(connect: Connect, kind: Kind) -> None:
    desk = Desk()
    async with connect(desk) as client:
        result = await client.call_tool(kind, {})
    assert result.is_error
    assert isinstance(result.content[0], types.TextContent)
    assert f"this operation asks whoever calls it ({kind})" in result.content[0].text
    assert desk.fetched == 0


async def test_who_never_said_what_it_can_be_asked_is_not_asked() -> None:
    desk = Desk()
    say, lines = anyio.create_memory_object_stream[bytes](2)
    answers, heard = anyio.create_memory_object_stream[bytes](2)
    async with anyio.create_task_group() as tasks, say, lines, answers, heard:
        tasks.start_soon(serve_lines, SURFACE, desk.invoke, "1", lines, answers.send)
        for message in ({"jsonrpc": "2.0", "method": "notifications/initialized"}, call(1, "form")):
            await say.send(json.dumps(message).encode() + b"\n")
        with anyio.fail_after(WAIT_S):
            told = json.loads(await heard.receive())
        tasks.cancel_scope.cancel()
    assert told["result"]["isError"]
    assert desk.fetched == 0


@pytest.mark.parametrize("says", [None, MCPError(-1, "no")])
async def test_what_need_not_be_answered_is_nothing_then(connect: Connect, says: object) -> None:
    desk, person = Desk(), Person(says)
    callbacks = {} if says is None else person.all()
    async with connect(desk, **callbacks) as client:
        result = await client.call_tool("maybe", {})
    assert (result.is_error, result.content) == (False, [])
    assert (desk.fetched, desk.ended) == (1, ["answered"])


async def test_a_call_that_its_client_gives_up_asks_no_more(connect: Connect) -> None:
    asked, told = anyio.Event(), anyio.Event()

    async def think() -> None:
        asked.set()
        try:
            await anyio.sleep_forever()
        finally:
            told.set()  # that the question is no longer one

    desk, person = Desk(), Person(think)
    async with connect(desk, **person.all()) as client:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(client.call_tool, "form", {})
            await asked.wait()
            tasks.cancel_scope.cancel()
        with anyio.fail_after(WAIT_S):
            await told.wait()
            await desk.changed.wait()
        assert desk.ended == ["cancelled"]
