"""Sessions over HTTP: where there are some, whose they are, and how they end."""

import json
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import anyio
import httpx2
import pytest
from mcp import Client, types

from desk import PARAMS, SURFACE, Desk, ask, call
from malformed import malformed
from naftiko_runtime.exposers.boundary import ASGIApp
from naftiko_runtime.exposers.guard import Guard
from naftiko_runtime.exposers.mcp import Front, McpOptions, SessionLimits, build_app, needs_sessions
from naftiko_runtime.expr.scope import Ref
from naftiko_runtime.plan.contract import Contract
from naftiko_runtime.plan.surfaces import McpPrompt, McpResource, McpSurface
from naftiko_runtime.plan.uris import UriPattern
from naftiko_runtime.plan.verifier import Principal, Slot
from naftiko_runtime.values import Json, Secret

pytestmark = pytest.mark.anyio

Serve: TypeAlias = Callable[[ASGIApp], AbstractAsyncContextManager[str]]

WAIT_S = 5
BOTH = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
REVISION = "2025-11-25"
HELLO = {
    "protocolVersion": REVISION,
    "capabilities": {"elicitation": {"form": {}, "url": {}}},
    "clientInfo": {"name": "test", "version": "1"},
}
INITIALIZED = {"jsonrpc": "2.0", "method": "notifications/initialized"}
YES: Json = {"action": "accept", "content": {"ok": True}}
PLAIN = replace(SURFACE, tools=tuple(tool for tool in SURFACE.tools if tool.name in ("steps", "long")))


def app(desk: Desk, surface: McpSurface = SURFACE, *, has_hot_lane: bool = True, **limits: Any) -> Front:
    options = McpOptions(1 << 20, "1", has_hot_lane=has_hot_lane, sessions=SessionLimits(**limits))
    return build_app(surface, desk.invoke, Guard(), options)


@dataclass
class Caller:
    """Somebody who sends messages, in a session once there is one."""

    client: httpx2.AsyncClient
    url: str
    headers: dict[str, str]

    async def post(self, message: object, **headers: str) -> httpx2.Response:
        return await self.client.post(self.url, json=message, headers={**BOTH, **self.headers, **headers})

    async def begin(self) -> httpx2.Response:
        answer = await self.post(ask(0, "initialize", HELLO))
        assert answer.status_code == 200, answer.text
        self.headers |= {"Mcp-Session-Id": answer.headers["mcp-session-id"], "MCP-Protocol-Version": REVISION}
        assert (await self.post(INITIALIZED)).status_code == 202
        return answer

    async def send(self, method: str, **headers: str) -> httpx2.Response:
        return await self.client.request(method, self.url, headers={**BOTH, **self.headers, **headers})

    @asynccontextmanager
    async def hearing(self, message: object) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
        """Send a message, and give what comes on the stream that answers it."""
        headers = {**BOTH, **self.headers}
        method = "GET" if message is None else "POST"
        body = None if message is None else json.dumps(message)
        async with self.client.stream(method, self.url, content=body, headers=headers) as stream:
            assert stream.headers["content-type"].startswith("text/event-stream"), await stream.aread()

            async def events() -> AsyncIterator[dict[str, Any]]:
                async for line in stream.aiter_lines():
                    if line.startswith("data: "):
                        yield json.loads(line.removeprefix("data: "))

            yield events()


@asynccontextmanager
async def called(serve: Serve, front: Front) -> AsyncIterator[Caller]:
    async with serve(front) as url, httpx2.AsyncClient(timeout=WAIT_S) as client:
        yield Caller(client, f"{url}/mcp", {})


async def question(events: AsyncIterator[dict[str, Any]]) -> dict[str, Any]:
    """Read a stream until something is asked; before that come notes on how the call goes."""
    event = await anext(events)
    while "id" not in event:
        event = await anext(events)
    return event


def outcome(answer: httpx2.Response) -> tuple[int, str]:
    """Give the status, and what the error says."""
    return answer.status_code, answer.json().get("error", {}).get("message", "")


def test_sessions_are_for_servers_that_ask() -> None:
    assert needs_sessions(SURFACE)
    assert not needs_sessions(PLAIN)
    asking = next(tool.operation for tool in SURFACE.tools if tool.name == "form")
    read = McpResource("it", None, "", UriPattern("shop://it"), operation=asking)
    assert needs_sessions(replace(PLAIN, resources=(read,)))
    prompt = McpPrompt("it", None, "", Contract(), (), asking)
    assert needs_sessions(replace(PLAIN, prompts=(prompt,)))
    assert not needs_sessions(replace(PLAIN, prompts=(replace(prompt, asking=None),)))


async def test_who_begins_gets_a_session_and_json_where_nothing_else_is_to_be_told(serve: Serve) -> None:
    async with called(serve, app(Desk())) as caller:
        begun = await caller.begin()
        assert begun.headers["content-type"] == "application/json"
        assert begun.json()["result"]["capabilities"]["logging"] == {}
        assert len(begun.headers["mcp-session-id"]) == 32
        for message in (ask(1, "tools/list"), ask(2, "ping"), ask(3, "nothing/atAll"), call(4, "long")):
            answer = await caller.post(message)
            assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
            assert answer.json()["id"] == message["id"]


async def test_what_is_empty_holds_nothing_that_the_revision_does_not_know(serve: Serve) -> None:
    async with called(serve, app(Desk())) as caller:
        await caller.begin()
        for number, method in enumerate(("resources/subscribe", "resources/unsubscribe", "ping")):
            answer = await caller.post(ask(number, method, {"uri": "shop://stock"}))
            assert answer.json() == {"jsonrpc": "2.0", "id": number, "result": {}}


async def test_whatever_is_said_in_a_session_does_not_end_it(serve: Serve) -> None:
    async with called(serve, app(Desk())) as caller:
        await caller.begin()
        for number in range(150):
            message = malformed(number, modern=False)
            answer = await caller.client.post(
                caller.url, content=message.data, headers={**BOTH, **caller.headers}
            )
            assert answer.status_code in {"request": (200,), "silent": (202,)}.get(message.kind, (400,)), (
                message.data
            )
        assert (await caller.post(ask(1, "ping"))).json()["result"] == {}


@pytest.mark.hot_lane
async def test_usual_requests_are_answered_by_the_lane_and_say_the_same(serve: Serve) -> None:
    said = [
        ask(1, "tools/list"),
        ask(2, "resources/list"),
        ask(3, "resources/read", {"uri": "shop://stock"}),
        ask(4, "resources/read", {"uri": "shop://nothing"}),
        call(5, "long"),
        call(6, "nothing"),
    ]
    told: dict[bool, list[tuple[int, object, str | None]]] = {}
    for has_lane in (True, False):
        async with called(serve, app(Desk(), has_hot_lane=has_lane)) as caller:
            await caller.begin()
            answers = [await caller.post(message) for message in said]
            assert all(("cache-control" not in answer.headers) == has_lane for answer in answers)
            told[has_lane] = [
                (answer.status_code, answer.json(), answer.headers.get("mcp-session-id"))
                for answer in answers
            ]
            assert {number for _, _, number in told[has_lane]} == {caller.headers["Mcp-Session-Id"]}
    assert [answer[:2] for answer in told[True]] == [answer[:2] for answer in told[False]]


@pytest.mark.parametrize("has_hot_lane", [True, False])
@pytest.mark.parametrize("number", [7, "seven"])
async def test_a_client_takes_a_call_back(serve: Serve, has_hot_lane: bool, number: int | str) -> None:
    desk = Desk(may_answer=anyio.Event())
    note = {"jsonrpc": "2.0", "method": "notifications/cancelled"}
    async with called(serve, app(desk, has_hot_lane=has_hot_lane)) as caller:
        await caller.begin()
        answers: list[httpx2.Response] = []

        async def wait() -> None:
            answers.append(await caller.post({**call(1, "long"), "id": number}))

        with anyio.fail_after(WAIT_S):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(wait)
                await desk.began.wait()
                for params in (None, {"requestId": [1]}, {"requestId": "another"}):
                    assert (await caller.post({**note, "params": params or {}})).status_code == 202
                assert desk.ended == []
                assert (await caller.post({**note, "params": {"requestId": number}})).status_code == 202
        assert desk.ended == ["cancelled"]
        assert answers[0].json() == {
            "jsonrpc": "2.0",
            "id": number,
            "error": {"code": -32800, "message": "Request cancelled"},
        }


@pytest.mark.parametrize("has_hot_lane", [True, False])
async def test_nobody_takes_back_what_another_wants(serve: Serve, has_hot_lane: bool) -> None:
    desk = Desk(may_answer=anyio.Event())
    assert desk.may_answer is not None
    surface = replace(SURFACE, verifier=TwoTokens())
    async with called(serve, app(desk, surface, has_hot_lane=has_hot_lane)) as caller:
        caller.headers = {"Authorization": "Bearer one"}
        await caller.begin()
        thief = Caller(caller.client, caller.url, {**caller.headers, "Authorization": "Bearer two"})
        other = Caller(caller.client, caller.url, {"Authorization": "Bearer one"})
        await other.begin()
        answers: list[httpx2.Response] = []

        async def wait() -> None:
            answers.append(await caller.post(call(1, "long")))

        with anyio.fail_after(WAIT_S):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(wait)
                await desk.began.wait()
                note = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}}
                assert [(await thief.post(note)).status_code, (await thief.send("DELETE")).status_code] == [
                    404,
                    404,
                ]
                assert [(await other.post(note)).status_code, (await other.send("DELETE")).status_code] == [
                    202,
                    200,
                ]
                desk.may_answer.set()
    assert desk.ended == ["answered"]
    assert "result" in answers[0].json()


@pytest.mark.parametrize("has_hot_lane", [True, False])
async def test_who_ends_a_session_wants_no_answer_in_it(serve: Serve, has_hot_lane: bool) -> None:
    desk = Desk(may_answer=anyio.Event())
    async with called(serve, app(desk, has_hot_lane=has_hot_lane)) as caller:
        await caller.begin()
        with anyio.fail_after(WAIT_S):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(caller.post, call(1, "long"))
                await desk.began.wait()
                assert (await caller.send("DELETE")).status_code == 200
        assert desk.ended == ["cancelled"]


@pytest.mark.hot_lane
async def test_two_requests_of_one_number_are_both_answered(serve: Serve) -> None:
    desk = Desk(may_answer=anyio.Event())
    assert desk.may_answer is not None
    async with called(serve, app(desk)) as caller:
        await caller.begin()
        answers: list[httpx2.Response] = []

        async def wait(name: str) -> None:
            answers.append(await caller.post(call(1, name)))

        with anyio.fail_after(WAIT_S):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(wait, "long")
                tasks.start_soon(wait, "long")
                while desk.fetched < 2:  # noqa: ASYNC110 - each call only counts
                    await anyio.sleep(0.01)
                desk.may_answer.set()
    assert ["result" in answer.json() for answer in answers] == [True, True]


async def test_an_answer_in_a_session_may_be_as_long_as_any(serve: Serve) -> None:
    async with serve(app(Desk())) as url, Client(f"{url}/mcp", mode="legacy") as client:
        result = await client.call_tool("long", {})
    assert isinstance(result.content[0], types.TextContent)
    assert len(result.content[0].text) == 2 << 20


@pytest.mark.parametrize("surface", [SURFACE, PLAIN], ids=["asks", "asks nothing"])
async def test_who_has_no_session_is_answered_all_the_same(serve: Serve, surface: McpSurface) -> None:
    modern = {
        "MCP-Protocol-Version": "2026-07-28",
        "Mcp-Method": "tools/list",
        "Mcp-Session-Id": "whatever it was",
    }
    meta = {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    async with called(serve, app(Desk(), surface)) as caller:
        one = await caller.post(ask(1, "initialize", HELLO), Accept="application/json")
        assert "logging" not in one.json()["result"]["capabilities"]
        two = await caller.post(call(2, "steps"), **{"MCP-Protocol-Version": REVISION})
        three = await caller.post(ask(3, "tools/list", {"_meta": meta}), **modern)
        gone = [await caller.send(method) for method in ("GET", "DELETE")]
    assert [(one.status_code, "mcp-session-id" in one.headers) for one in (one, two, three)] == [
        (200, False)
    ] * 3
    assert [answer.status_code for answer in gone] == [405, 405]


async def test_a_server_that_asks_nothing_opens_no_session(serve: Serve) -> None:
    async with called(serve, app(Desk(), PLAIN)) as caller:
        answer = await caller.post(ask(1, "initialize", HELLO))
        assert "mcp-session-id" not in answer.headers
        stream = await caller.send("GET", **{"Mcp-Session-Id": "x", "MCP-Protocol-Version": REVISION})
    assert (stream.status_code, stream.headers["allow"]) == (405, "POST")


async def test_a_session_ends_when_its_client_says_so(serve: Serve) -> None:
    async with called(serve, app(Desk())) as caller:
        await caller.begin()
        assert (await caller.send("DELETE")).status_code == 200
        unknown = (404, "Session not found")
        assert outcome(await caller.post(ask(1, "tools/list"))) == unknown
        assert outcome(await caller.send("GET")) == unknown
        assert outcome(await caller.send("DELETE")) == unknown
        assert outcome(await caller.post(ask(1, "ping"), **{"Mcp-Session-Id": "0" * 32})) == unknown
        assert (await caller.send("PUT")).headers["allow"] == "GET, POST, DELETE"


async def test_a_session_ends_when_its_client_is_away(serve: Serve) -> None:
    async with called(serve, app(Desk(), idle_s=0.3, at_once=1)) as caller:
        await caller.begin()
        for number in range(3):
            await anyio.sleep(0.2)
            assert (await caller.post(ask(number, "ping"))).status_code == 200
        await anyio.sleep(0.5)
        assert outcome(await caller.post(ask(9, "tools/list"))) == (404, "Session not found")
        del caller.headers["Mcp-Session-Id"]
        await caller.begin()
        assert (await caller.post(ask(9, "tools/list"))).status_code == 200


async def test_a_call_that_waits_keeps_its_session(serve: Serve) -> None:
    async with called(serve, app(Desk(), idle_s=0.2)) as caller:
        await caller.begin()
        async with caller.hearing(call(1, "form")) as events:
            asked = await question(events)
            await anyio.sleep(0.5)
            await caller.post({"jsonrpc": "2.0", "id": asked["id"], "result": YES})
            assert (await _last(events))["result"]["structuredContent"] == YES


async def test_only_so_many_sessions_are_open_at_a_time(serve: Serve) -> None:
    async with called(serve, app(Desk(), at_once=1)) as caller:
        await caller.begin()
        other = Caller(caller.client, caller.url, {})
        assert outcome(await other.post(ask(0, "initialize", HELLO))) == (503, "Too many open sessions")
        assert (await other.post(ask(1, "tools/list"))).status_code == 200
        await caller.send("DELETE")
        await other.begin()


@pytest.mark.parametrize("kind", ["form", "url"])
async def test_a_question_stands_as_the_file_says_it_on_the_stream_of_its_call(
    serve: Serve, kind: str
) -> None:
    async with called(serve, app(Desk())) as caller:
        await caller.begin()
        async with caller.hearing(call(1, kind)) as events:
            asked = await question(events)
            assert asked["method"] == "elicitation/create"
            assert asked["params"] == {"mode": kind, **PARAMS[kind]}  # type: ignore[index]
            answer = YES if kind == "form" else {"action": "accept"}
            answered = await caller.post({"jsonrpc": "2.0", "id": asked["id"], "result": answer})
            assert (answered.status_code, answered.content) == (202, b"")
            assert (await _last(events))["result"]["structuredContent"] == answer


async def test_nobody_answers_for_another(serve: Serve) -> None:
    desk = Desk()
    async with called(serve, app(desk)) as caller:
        await caller.begin()
        other = Caller(caller.client, caller.url, {})
        await other.begin()
        async with caller.hearing(call(1, "form")) as events:
            asked = await question(events)
            no = {"jsonrpc": "2.0", "id": asked["id"], "result": {"action": "decline"}}
            assert (await other.post(no)).status_code == 202
            assert (await Caller(caller.client, caller.url, {}).post(no)).status_code == 202
            await anyio.sleep(0.1)
            assert desk.ended == []
            await caller.post({"jsonrpc": "2.0", "id": asked["id"], "result": YES})
            assert (await _last(events))["result"]["structuredContent"] == YES


async def test_an_answer_that_is_none_ends_the_call(serve: Serve) -> None:
    async with called(serve, app(Desk())) as caller:
        await caller.begin()
        async with caller.hearing(call(1, "form")) as events:
            asked = await question(events)
            await caller.post({"jsonrpc": "2.0", "id": asked["id"], "result": {"action": "perhaps"}})
            told = (await _last(events))["result"]
    assert told["isError"]
    assert "did not answer 'form' as its protocol says" in told["content"][0]["text"]


async def test_a_caller_who_hangs_up_is_not_waited_for(serve: Serve) -> None:
    desk = Desk()
    async with called(serve, app(desk)) as caller:
        await caller.begin()
        async with caller.hearing(call(1, "form")) as events:
            asked = await question(events)
        with anyio.fail_after(WAIT_S):
            await desk.changed.wait()
        assert (desk.fetched, desk.ended) == (1, ["cancelled"])
        late = await caller.post({"jsonrpc": "2.0", "id": asked["id"], "result": YES})
        assert late.status_code == 202
        assert (await caller.post(call(2, "long"))).status_code == 200


async def test_a_session_that_ends_takes_its_calls_along(serve: Serve) -> None:
    desk = Desk()
    async with called(serve, app(desk)) as caller:
        await caller.begin()
        async with caller.hearing(call(1, "form")) as events:
            await question(events)
            await caller.send("DELETE")
            with anyio.fail_after(WAIT_S):
                await desk.changed.wait()
    assert len(desk.ended) == 1


async def test_a_server_that_stops_ends_its_streams_and_what_waits_for_an_answer(serve: Serve) -> None:
    desk = Desk()
    front = app(desk)
    with anyio.fail_after(WAIT_S):
        async with called(serve, front) as caller:
            await caller.begin()
            async with caller.hearing(None) as notes, caller.hearing(call(1, "form")) as events:
                await question(events)
                front.stop()
                told = await _last(events)
                assert told["result"]["isError"]
                assert "the server stops before 'form' was answered" in told["result"]["content"][0]["text"]
                with suppress(httpx2.HTTPError):
                    assert [note async for note in notes] == []
            async with caller.hearing(call(2, "form")) as events:
                assert (await _last(events))["result"]["isError"]
    assert desk.ended == ["failed", "failed"]


async def _last(events: AsyncIterator[dict[str, Any]]) -> dict[str, Any]:
    """Read a stream to its end; a question that nobody answers any more may be taken back before."""
    return [event async for event in events][-1]


@dataclass(frozen=True)
class TwoTokens:
    """Knows two callers apart, as servers do whose callers have tokens of their own."""

    slot = Slot("header", "authorization")
    wanted = "a token"

    def challenge(self, realm: str) -> str:
        return "Bearer"

    def security_scheme(self) -> Mapping[str, Json]:
        return {}

    def refs(self) -> tuple[Ref, ...]:
        return ()

    def verify(self, presented: bytes, binds: Mapping[str, Secret]) -> Principal | None:
        return Principal(presented.decode()) if presented in (b"Bearer one", b"Bearer two") else None


@pytest.mark.parametrize("method", ["GET", "DELETE", "POST"])
async def test_a_session_is_for_who_opened_it(
    serve: Serve, method: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "naftiko")
    async with called(serve, app(Desk(), replace(SURFACE, verifier=TwoTokens()))) as caller:
        caller.headers = {"Authorization": "Bearer one"}
        await caller.begin()
        number = caller.headers["Mcp-Session-Id"]

        async def heard(**headers: str) -> httpx2.Response:
            if method == "POST":
                return await caller.post(ask(1, "tools/list"), **headers)
            return await caller.send(method, **headers)

        stolen = await heard(Authorization="Bearer two")
        unknown = await heard(**{"Mcp-Session-Id": "0" * 32})
        assert (stolen.status_code, stolen.content) == (unknown.status_code, unknown.content)
        assert stolen.status_code == 404
        assert (await heard(Authorization="Bearer three")).status_code == 401
        assert (await caller.post(ask(2, "ping"))).status_code == 200
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("naftiko")]
    assert ours.count(f"refused {method} /mcp: 404") == 2
    assert number not in " ".join(ours)


@pytest.mark.parametrize("method", ["GET", "DELETE", "POST"])
@pytest.mark.parametrize(
    ("headers", "status"), [({"Host": "evil.example"}, 421), ({"Origin": "https://evil.example"}, 403)]
)
async def test_a_foreign_page_cannot_use_a_session(
    serve: Serve, method: str, headers: dict[str, str], status: int
) -> None:
    async with called(serve, app(Desk())) as caller:
        await caller.begin()
        answer = await (
            caller.post(ask(1, "ping"), **headers) if method == "POST" else caller.send(method, **headers)
        )
        assert answer.status_code == status
        assert "access-control-allow-origin" not in answer.headers
        assert (await caller.post(ask(1, "ping"))).status_code == 200


async def test_a_page_that_may_call_can_use_a_session(serve: Serve) -> None:
    async with called(serve, app(Desk())) as caller:
        caller.headers = {"Origin": "http://localhost:6274"}
        asked = await caller.client.options(
            caller.url, headers={**caller.headers, "Access-Control-Request-Method": "DELETE"}
        )
        assert asked.headers["access-control-allow-methods"] == "GET, POST, DELETE"
        begun = await caller.begin()
        assert "mcp-session-id" in begun.headers["access-control-expose-headers"]
        ended = await caller.send("DELETE")
        assert (ended.status_code, ended.headers["access-control-allow-origin"]) == (
            200,
            "http://localhost:6274",
        )


async def test_each_session_hears_of_the_log_what_it_wants(serve: Serve) -> None:
    async def count(caller: Caller, number: int) -> int:
        async with caller.hearing(call(number, "steps")) as events:
            told = [event async for event in events]
        return sum(event.get("method") == "notifications/message" for event in told)

    async with called(serve, app(Desk())) as quiet:
        loud = Caller(quiet.client, quiet.url, {})
        for caller in (quiet, loud):
            await caller.begin()
        assert (await quiet.post(ask(1, "logging/setLevel", {"level": "error"}))).json()["result"] == {}
        assert (await loud.post(ask(1, "logging/setLevel", {"level": "debug"}))).json()["result"] == {}
        assert [await count(quiet, 2), await count(loud, 2)] == [0, 3]
        await loud.post(ask(3, "logging/setLevel", {"level": "emergency"}))
        assert await count(loud, 4) == 0
        wrong = await loud.post(ask(5, "logging/setLevel", {"level": "shout"}))
        assert wrong.json()["error"]["code"] == types.INVALID_PARAMS
        await quiet.begin()
        assert await count(quiet, 6) == 3


async def test_a_session_has_one_stream_of_its_own(serve: Serve) -> None:
    async with called(serve, app(Desk())) as caller:
        await caller.begin()
        async with caller.hearing(None):
            assert (await caller.send("GET")).status_code == 409
            assert (await caller.post(ask(1, "ping"))).status_code == 200
