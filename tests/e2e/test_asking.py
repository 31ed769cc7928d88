"""Calls that ask, with the SDK's client of revision 2026-07-28: what is asked, and called how often."""

import asyncio
import json
import sys
from base64 import urlsafe_b64decode
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import time
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest
from mcp import Client, types
from mcp.client.context import ClientRequestContext
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError

from naftiko_runtime.values import Json
from process import COMMANDS, environ_of
from serving import Served, compiled, mcp_client, served
from wire import Respond, Upstream, answer

pytestmark = pytest.mark.anyio

CLIENTS = Path(__file__).parents[1] / "clients"
NODE_MODULES = Path(__file__).parents[2] / ".cache" / "node" / "node_modules"
MODERN = "2026-07-28"
TOKEN = "t"
KEY, OTHER_KEY = "k" * 32, "o" * 32
SHIP: dict[str, Json] = {"name": "Ada", "flags": ["NO", "SE"], "note": "not for everybody"}
FILE = """\
naftiko: 1.0.0-alpha2
binds: [{namespace: env, keys: {TOKEN: TOKEN}}]
capability:
  consumes:
  - type: http
    namespace: harbour
    baseUri: http://127.0.0.1:1
    resources:
    - name: ship
      path: /ships/{imo}
      operations: [{name: read, method: GET}, {name: scrap, method: DELETE}]
    - name: notes
      path: /notes
      operations: [{name: note, method: POST, body: {type: json, data: '{"text": "{{text}}"}'}}]
  aggregates:
  - namespace: shared
    flows:
    - name: read-and-ask
      inputParameters: [{name: imo, type: string}]
      steps:
      - {type: call, name: ship, call: harbour.read}
      - {type: ask, name: folders, roots: true}
      mappings: [{target: of, value: $.ship.name}, {target: in, value: $.folders.roots}]
  exposes:
  - type: mcp
    namespace: tools
    port: 9090
    #AUTH
    tools:
    - name: scrap
      description: Scraps a ship.
      inputParameters: [{name: imo, type: string, description: Which.}]
      steps:
      - {type: call, name: ship, call: harbour.read}
      - type: ask
        name: confirm
        elicit:
          message: Scrap {{ship.name}}?
          requestedSchema:
            type: object
            properties: {flag: {type: string, enum: '{{ship.flags}}'}, sure: {type: boolean, default: true}}
            required: [flag]
      - {type: call, name: scrapped, call: harbour.scrap}
      - type: ask
        name: epitaph
        sample: {prompt: 'Mourn {{ship.name}} of {{confirm.content.flag}}.', maxTokens: 9}
      - {type: call, name: noted, call: harbour.note, with: {text: '{{epitaph.content.text}}'}}
      mappings:
      - {target: flag, value: $.confirm.content.flag}
      - {target: said, value: $.epitaph.content.text}
    - name: both
      description: Asks twice at once.
      steps:
      - type: ask
        name: all
        questions:
          one:
            elicit:
              message: One?
              requestedSchema: &yes {type: object, properties: {x: {type: integer}}, required: [x]}
          two: {elicit: {message: Two?, requestedSchema: *yes}}
      mappings: [{target: sum, value: '{{all.one.content.x}} {{all.two.content.x}}'}]
    - name: maybe
      description: Asks if it can.
      steps:
      - {type: ask, name: answer, required: false, sample: {prompt: Hello, maxTokens: 9}}
      - {type: ask, name: page, required: false, elicit: {message: Go, url: 'https://x.example'}}
      mappings: [{target: answer, value: $.answer}, {target: page, value: $.page}]
    - name: inside
      description: Asks inside of a flow.
      inputParameters: [{name: imo, type: string, description: Which.}]
      steps:
      - {type: call, name: before, call: harbour.read}
      - {type: call, name: flow, call: shared.read-and-ask, with: {imo: '{{imo}}'}}
      - {type: call, name: after, call: harbour.scrap}
      mappings: [{target: in, value: $.flow.in}]
    resources:
    - name: ship
      description: A ship.
      uri: ship://{imo}
      ref: shared.read-and-ask
      with: {imo: '{{imo}}'}
    prompts:
    - name: praise
      description: Praises.
      arguments: [{name: ship, description: Which.}]
      ask:
        why:
          elicit:
            message: What of {{ship}}?
            requestedSchema: {type: object, properties: {x: {type: string}}}
      template: [{role: user, content: 'Praise {{ship}}: {{why.content.x}}'}]
"""
AUTH = "authentication: {type: bearer, token: '{{env.TOKEN}}'}"
ROOTS = [types.Root.model_validate({"uri": "file:///home/ada", "name": "home"})]
Answers = Callable[[types.ElicitRequestParams], types.ElicitResult]
Harbour = Callable[..., AbstractAsyncContextManager[Served]]


def accept(**content: Any) -> types.ElicitResult:
    return types.ElicitResult(action="accept", content=content)


@dataclass
class Person:
    """Whoever sits behind a client, and what they were asked."""

    answers: Answers = lambda params: accept(flag="NO")
    asked: list[str] = field(default_factory=list)

    async def elicit(
        self, context: ClientRequestContext, params: types.ElicitRequestParams
    ) -> types.ElicitResult:
        self.asked.append(params.message)
        return self.answers(params)

    async def sample(
        self, context: ClientRequestContext, params: types.CreateMessageRequestParams
    ) -> types.CreateMessageResult:
        [message] = params.messages
        assert isinstance(message.content, types.TextContent)
        self.asked.append(message.content.text)
        text = types.TextContent(text="She sailed.")
        return types.CreateMessageResult(role="assistant", content=text, model="m", stop_reason="endTurn")

    async def roots(self, context: ClientRequestContext) -> types.ListRootsResult:
        self.asked.append("roots")
        return types.ListRootsResult(roots=ROOTS)

    def client(self, server: str) -> Client:
        return Client(
            server,
            mode=MODERN,
            elicitation_callback=self.elicit,
            sampling_callback=self.sample,
            list_roots_callback=self.roots,
        )


@pytest.fixture
async def harbour(upstream: Upstream) -> Harbour:
    upstream.respond = answer(json.dumps(SHIP).encode())

    @asynccontextmanager
    async def opened(text: str = FILE, token: str = TOKEN, **options: Any) -> AsyncIterator[Served]:
        uris = {"harbour": upstream.url}
        async with served(compiled(text), {"TOKEN": token}, base_uris=uris, **options) as running:
            yield running

    return opened


def called(upstream: Upstream) -> list[str]:
    return [f"{seen.method} {seen.target}" for seen in upstream.seen]


def data(result: types.CallToolResult) -> Any:
    assert not result.is_error, result.content
    return result.structured_content


def text(result: types.CallToolResult) -> str:
    [content] = result.content
    assert isinstance(content, types.TextContent)
    return content.text


async def suspended(client: Client, imo: str = "7", **more: Any) -> types.InputRequiredResult:
    found = await client.session.call_tool("scrap", {"imo": imo}, allow_input_required=True, **more)
    assert isinstance(found, types.InputRequiredResult), found
    return found


async def go_on(client: Client, state: str | None, imo: str = "7", **more: Any) -> Any:
    answers: dict[str, Any] = {"confirm": accept(flag="SE")}
    return await client.session.call_tool(
        "scrap", {"imo": imo}, input_responses=answers, request_state=state, allow_input_required=True, **more
    )


ALL = ["GET /ships/7", "DELETE /ships/7", "POST /notes"]


async def test_a_call_goes_on_where_it_asked_and_calls_nothing_twice(
    upstream: Upstream, harbour: Harbour
) -> None:
    person = Person()
    async with harbour() as running, person.client(f"{running.mcp}/mcp") as client:
        result = await client.call_tool("scrap", {"imo": "7"})
    assert data(result) == {"flag": "NO", "said": "She sailed."}
    assert person.asked == ["Scrap Ada?", "Mourn Ada of NO."]
    assert called(upstream) == ALL
    assert upstream.seen[-1].body == b'{"text":"She sailed."}'


async def test_a_client_that_hears_of_progress_is_asked_too(upstream: Upstream, harbour: Harbour) -> None:
    heard: list[str | None] = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        heard.append(message)

    async with harbour() as running, Person().client(f"{running.mcp}/mcp") as client:
        assert data(await client.call_tool("scrap", {"imo": "7"}, progress_callback=hear))["flag"] == "NO"
    assert called(upstream) == ALL
    assert "step 'confirm', 2 of 5" in heard


async def test_a_client_over_standard_streams_is_asked_too(upstream: Upstream, tmp_path: Path) -> None:
    upstream.respond = answer(json.dumps(SHIP).encode())
    path = tmp_path / "harbour.yaml"
    path.write_text(FILE.replace("http://127.0.0.1:1", upstream.url), encoding="utf-8")
    # the SDK's client leaves files open, so it has a process of its own
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(CLIENTS / "mcp2_asking.py"),
        *(str(COMMANDS / "naftiko"), "run", str(path), "--stdio"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=environ_of(tmp_path, {"TOKEN": "t"}),
    )
    out, err = await process.communicate()
    assert out, err.decode()
    found, refusal = json.loads(out)
    assert found == {"flag": "NO", "said": "She sailed."}
    assert refusal == "Invalid or expired requestState"
    assert called(upstream) == ALL


@pytest.mark.full
@pytest.mark.parametrize("era", ["auto", "legacy", "sdk"])
async def test_clients_in_another_language_are_asked_in_each_era(
    upstream: Upstream, harbour: Harbour, era: str
) -> None:
    async with harbour() as running:
        process = await asyncio.create_subprocess_exec(
            str(NODE_MODULES / "node" / "bin" / "node"),
            *(str(CLIENTS / "mcp_asking.mjs"), str(NODE_MODULES), era, f"{running.mcp}/mcp"),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
    assert out, err.decode()
    found = json.loads(out)
    assert found["asked"] == ["Scrap Ada?", "Mourn Ada of SE."]
    assert found["data"] == {"flag": "SE", "said": "She sailed."}
    assert called(upstream) == ALL


async def test_a_flow_inside_a_flow_asks_without_calling_anything_twice(
    upstream: Upstream, harbour: Harbour
) -> None:
    async with harbour() as running, Person().client(f"{running.mcp}/mcp") as client:
        found = data(await client.call_tool("inside", {"imo": "7"}))
    assert found == {"in": [{"uri": "file:///home/ada", "name": "home"}]}
    assert called(upstream) == ["GET /ships/7", "GET /ships/7", "DELETE /ships/7"]


async def test_a_resource_and_a_prompt_ask_first(upstream: Upstream, harbour: Harbour) -> None:
    person = Person(lambda params: accept(x="her sails"))
    async with harbour() as running, person.client(f"{running.mcp}/mcp") as client:
        [contents] = (await client.read_resource("ship://7")).contents
        [message] = (await client.get_prompt("praise", {"ship": "Ada"})).messages
    assert isinstance(contents, types.TextResourceContents)
    assert json.loads(contents.text)["of"] == "Ada"
    assert isinstance(message.content, types.TextContent)
    assert message.content.text == "Praise Ada: her sails"
    assert person.asked == ["roots", "What of Ada?"]
    assert called(upstream) == ["GET /ships/7"]


@pytest.mark.parametrize(
    ("action", "told"), [("decline", "declined to answer"), ("cancel", "did not answer")]
)
async def test_who_does_not_answer_ends_the_call(
    upstream: Upstream, harbour: Harbour, action: Any, told: str
) -> None:
    person = Person(lambda params: types.ElicitResult(action=action))
    async with harbour() as running, person.client(f"{running.mcp}/mcp") as client:
        result = await client.call_tool("scrap", {"imo": "7"})
    assert result.is_error
    assert text(result).startswith(f"whoever was asked 'confirm' {told} (in step 'confirm'")
    assert called(upstream) == ["GET /ships/7"]


async def test_a_prompt_whose_question_is_not_answered_is_not_filled_in(harbour: Harbour) -> None:
    person = Person(lambda params: types.ElicitResult(action="decline"))
    async with harbour() as running, person.client(f"{running.mcp}/mcp") as client:
        with pytest.raises(MCPError, match=r"^whoever was asked 'why' declined to answer$"):
            await client.get_prompt("praise", {"ship": "Ada"})


async def test_of_several_questions_only_those_without_a_good_answer_are_put_again(
    harbour: Harbour,
) -> None:
    async with harbour() as running, Person().client(f"{running.mcp}/mcp") as client:
        call = client.session.call_tool
        first = await call("both", {}, allow_input_required=True)
        assert isinstance(first, types.InputRequiredResult)
        assert set(first.input_requests or {}) == {"one", "two"}
        given: dict[str, Any] = {"one": accept(x=1), "two": accept(x="many"), "three": accept(x=3)}
        second = await call(
            "both", {}, input_responses=given, request_state=first.request_state, allow_input_required=True
        )
        assert isinstance(second, types.InputRequiredResult)
        assert set(second.input_requests or {}) == {"two"}
        last = await call(
            "both", {}, input_responses={"two": accept(x=2)}, request_state=second.request_state
        )
    assert data(last) == {"sum": "1 2"}


async def test_what_need_not_be_answered_is_left_out_where_nobody_can(harbour: Harbour) -> None:
    async with harbour() as running:
        async with mcp_client(running.mcp, MODERN) as client:
            assert data(await client.call_tool("maybe", {})) == {"answer": None, "page": None}
        async with Person().client(f"{running.mcp}/mcp") as client:
            found = data(await client.call_tool("maybe", {}))
    assert (found["answer"]["content"]["text"], found["page"]) == ("She sailed.", {"action": "accept"})


@pytest.mark.parametrize(
    ("can", "missing"),
    [
        ({}, {"elicitation": {}, "sampling": {}}),
        ({"elicitation_callback": Person().elicit}, {"sampling": {}}),
        ({"sampling_callback": Person().sample}, {"elicitation": {}}),
    ],
)
async def test_nothing_is_called_for_a_client_that_cannot_be_asked(
    upstream: Upstream, harbour: Harbour, can: Mapping[str, Any], missing: Json
) -> None:
    async with harbour() as running, Client(f"{running.mcp}/mcp", mode=MODERN, **can) as client:
        with pytest.raises(MCPError) as caught:
            await client.call_tool("scrap", {"imo": "7"})
    assert (caught.value.error.code, caught.value.error.data) == (-32021, {"requiredCapabilities": missing})
    assert caught.value.error.message.startswith("this operation asks whoever calls it (")
    assert called(upstream) == []


def tampered(state: str) -> str:
    return f"{state[:-4]}{'AAAA' if state[-4:] != 'AAAA' else 'BBBB'}"


async def refused(client: Client, state: str | None, imo: str = "7", name: str = "scrap") -> None:
    answers: dict[str, Any] = {"confirm": accept(flag="NO")}
    with pytest.raises(MCPError) as caught:
        await client.session.call_tool(name, {"imo": imo}, input_responses=answers, request_state=state)
    error = caught.value.error
    assert (error.code, error.message) == (-32602, "Invalid or expired requestState")


async def test_a_state_is_taken_for_the_call_alone_that_it_was_given_to(
    upstream: Upstream, harbour: Harbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with harbour() as running, Person().client(f"{running.mcp}/mcp") as client:
        state = (await suspended(client)).request_state
        assert state is not None
        await refused(client, tampered(state))
        await refused(client, "")
        await refused(client, state, imo="8")
        await refused(client, state, name="inside")
        late = SimpleNamespace(time=lambda: time() + 3601)
        with monkeypatch.context() as patch:
            patch.setattr("mcp.server.request_state.time", late)
            await refused(client, state)
        assert called(upstream) == ["GET /ships/7"]
        assert isinstance(await go_on(client, state), types.InputRequiredResult)
    assert called(upstream) == ["GET /ships/7", "DELETE /ships/7"]


async def test_a_state_shows_nothing_of_what_was_found(harbour: Harbour) -> None:
    async with harbour() as running, Person().client(f"{running.mcp}/mcp") as client:
        state = (await suspended(client)).request_state or ""
    sealed = state.removeprefix("v1.")
    raw = urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
    assert len(raw) > len(json.dumps(SHIP))
    assert not [word for word in (b"Ada", b"everybody", b"harbour", b"scrap") if word in raw + state.encode()]


@pytest.mark.parametrize(
    ("keys", "goes_on"), [((OTHER_KEY, KEY), True), ((OTHER_KEY,), False), (None, False)]
)
async def test_who_shares_the_key_goes_on_with_what_another_began(
    upstream: Upstream, harbour: Harbour, keys: tuple[str, ...] | None, *, goes_on: bool
) -> None:
    own = {} if keys is None else {"state_keys": keys}
    async with harbour(state_keys=(KEY,)) as first, harbour(**own) as second:
        async with Person().client(f"{first.mcp}/mcp") as client:
            state = (await suspended(client)).request_state
        async with Person().client(f"{second.mcp}/mcp") as client:
            if goes_on:
                assert isinstance(await go_on(client, state), types.InputRequiredResult)
            else:
                await refused(client, state)
    assert called(upstream) == ["GET /ships/7", "DELETE /ships/7"][: 1 + goes_on]


@asynccontextmanager
async def signed_in(running: Served, token: str) -> AsyncIterator[Client]:
    """Connect with a credential."""
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        httpx2.AsyncClient(headers=headers) as http,
        Client(
            streamable_http_client(f"{running.mcp}/mcp", http_client=http),
            mode=MODERN,
            elicitation_callback=Person().elicit,
            sampling_callback=Person().sample,
        ) as client,
    ):
        yield client


async def test_a_state_is_taken_from_nobody_but_the_caller_whom_it_was_given(
    upstream: Upstream, harbour: Harbour
) -> None:
    guarded = FILE.replace("#AUTH", AUTH)
    async with (
        harbour(guarded, token="ada", state_keys=(KEY,)) as first,
        harbour(guarded, token="eve", state_keys=(KEY,)) as second,
    ):
        async with signed_in(first, "ada") as client:
            state = (await suspended(client)).request_state
            assert isinstance(await go_on(client, state), types.InputRequiredResult)
        async with signed_in(second, "eve") as client:
            await refused(client, state)
    assert called(upstream) == ["GET /ships/7", "DELETE /ships/7"]


async def test_a_state_of_another_file_does_not_fit(upstream: Upstream, harbour: Harbour) -> None:
    changed = FILE.replace(
        "name: ship, call: harbour.read}\n      - type", "name: ship, call: harbour.scrap}\n      - type"
    )
    assert changed != FILE
    async with harbour(state_keys=(KEY,)) as first, harbour(changed, state_keys=(KEY,)) as second:
        async with Person().client(f"{first.mcp}/mcp") as client:
            state = (await suspended(client)).request_state
        async with Person().client(f"{second.mcp}/mcp") as client:
            result = await go_on(client, state)
    assert result.is_error
    assert "call again from the beginning" in text(result)
    assert called(upstream) == ["GET /ships/7"]


async def test_answers_without_a_state_count_only_where_nothing_was_called_before(
    upstream: Upstream, harbour: Harbour
) -> None:
    async with harbour() as running, Person().client(f"{running.mcp}/mcp") as client:
        assert isinstance(await go_on(client, None), types.InputRequiredResult)
        both: dict[str, Any] = {"one": accept(x=1), "two": accept(x=2)}
        assert data(await client.session.call_tool("both", {}, input_responses=both)) == {"sum": "1 2"}
    assert called(upstream) == ["GET /ships/7"]


async def test_what_is_too_large_to_be_kept_by_a_client_is_told(upstream: Upstream, harbour: Harbour) -> None:
    async with harbour() as running, Person().client(f"{running.mcp}/mcp") as client:
        upstream.respond = answer(json.dumps({**SHIP, "log": "x" * (1 << 20)}).encode())
        with pytest.raises(MCPError, match="more than the 1048576 that a client is given to keep"):
            await client.call_tool("scrap", {"imo": "7"})
    assert called(upstream) == ["GET /ships/7"]


async def test_a_failure_after_the_answer_is_told_as_any_other(upstream: Upstream, harbour: Harbour) -> None:
    def failing(good: Respond) -> Respond:
        bad = answer(b"{}", "409 Conflict")
        return lambda seen, writer: (bad if seen.method == "DELETE" else good)(seen, writer)

    async with harbour() as running, Person().client(f"{running.mcp}/mcp") as client:
        upstream.respond = failing(upstream.respond)
        result = await client.call_tool("scrap", {"imo": "7"})
    assert result.is_error
    assert "409" in text(result)
    assert called(upstream) == ["GET /ships/7", "DELETE /ships/7"]
