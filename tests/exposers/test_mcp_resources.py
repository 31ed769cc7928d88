"""Resources, prompts and completion, as MCP clients of both eras see them."""

import os
from base64 import b64encode
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, MCPError, types

from connecting import server_of
from naftiko_runtime.exposers.mcp.pages import PAGE
from naftiko_runtime.expr.path import Root
from naftiko_runtime.expr.shape import Selected
from naftiko_runtime.expr.template import PathTemplate
from naftiko_runtime.plan.call import HttpCall, Inbound
from naftiko_runtime.plan.contract import Contract, Param
from naftiko_runtime.plan.errors import UpstreamUnreachable
from naftiko_runtime.plan.flow import Answer, Flow
from naftiko_runtime.plan.surfaces import (
    Caching,
    Context,
    McpPrompt,
    McpResource,
    McpSurface,
    McpTool,
    Operation,
    Part,
    PassThrough,
    PromptMessage,
    Result,
)
from naftiko_runtime.plan.uris import UriPattern
from naftiko_runtime.values import Json

pytestmark = pytest.mark.anyio

ERAS = ("legacy", "2026-07-28")
CALL = HttpCall(api="shop", name="shop.orders.list", method="GET", path=PathTemplate(("/orders",)))
GREETING = McpPrompt(
    "greet",
    "Greet",
    "Greets.",
    Contract(
        (Param("who", "string", True, "Whom"), Param("tone", "string", keywords={"enum": ["dry", "kind"]}))
    ),
    (
        PromptMessage("user", "Greet {{who}}, {{tone}}."),
        PromptMessage("assistant", "AA==", part=Part(None, "image/png", is_base64=True)),
        PromptMessage("user", "{}", part=Part(None, "application/json", uri="shop://{{who}}")),
    ),
)


class FakeInbound:
    def __init__(self, status: int, media_type: str, body: bytes) -> None:
        self.status, self.headers, self._body = status, (("Content-Type", media_type),), body

    async def chunks(self) -> AsyncIterator[bytes]:
        yield self._body


def made(uri: str, *, flow: bool = True, params: tuple[Param, ...] = (), **fields: Any) -> McpResource:
    body = Flow((), Selected(Root())) if flow else PassThrough(CALL)
    operation = Operation(f"shop.{uri}", "", Contract(params), body)
    return McpResource("it", None, "About it.", UriPattern(uri), operation=operation, **fields)


@asynccontextmanager
async def client_of(
    *resources: McpResource,
    prompts: tuple[McpPrompt, ...] = (),
    tools: tuple[McpTool, ...] = (),
    outcome: Json | Inbound | Exception = None,
    era: str = "legacy",
) -> AsyncIterator[Client]:
    @asynccontextmanager
    async def run(operation: Operation, raw: Mapping[str, Json]) -> AsyncIterator[Result]:
        arguments = operation.contract.bind(raw)
        if isinstance(outcome, Exception):
            raise outcome
        if isinstance(outcome, FakeInbound):
            yield outcome
        else:
            yield Answer(200, (), arguments if outcome == "arguments" else outcome)  # type: ignore[arg-type]

    def invoke(
        operation: Operation, raw: Mapping[str, Json], context: Context
    ) -> AbstractAsyncContextManager[Result]:
        return run(operation, raw)

    surface = McpSurface(
        "shop", "", None, 9090, tools, None, resources, prompts, Caching(7000, is_public=True)
    )
    async with Client(server_of(surface, invoke), mode=era) as client:
        yield client


async def contents_of(client: Client, uri: str) -> dict[str, Any]:
    (found,) = (await client.read_resource(uri)).contents
    return found.model_dump(by_alias=True, exclude_none=True)


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    root = tmp_path / "docs"
    (root / "deep").mkdir(parents=True)
    (root / ".git").mkdir()
    (root / "a b.md").write_text("# é", encoding="utf-8")
    (root / "deep" / "logo.png").write_bytes(b"\x89PNG")
    (root / "deep" / "odd").write_bytes(b"plain")
    (root / "broken.txt").write_bytes(b"\xff")
    (root / ".env").write_text("KEY=secret", encoding="utf-8")
    (root / ".git" / "config").write_text("secret", encoding="utf-8")
    (tmp_path / "outside.txt").write_text("secret", encoding="utf-8")
    (root / "link.txt").symlink_to(tmp_path / "outside.txt")
    (root / "linked").symlink_to(tmp_path)
    os.mkfifo(root / "pipe")
    return root


def shelf(root: Path) -> McpResource:
    return McpResource("docs", "Docs", "All docs.", UriPattern("shop://docs"), directory=root)


@pytest.mark.parametrize("era", ERAS)
async def test_files_of_a_directory_are_listed_but_for_hidden_ones_and_links(docs: Path, era: str) -> None:
    async with client_of(shelf(docs), era=era) as client:
        found = (await client.list_resources()).resources
    assert [(entry.uri, entry.name, entry.title, entry.mime_type) for entry in found] == [
        ("shop://docs/a%20b.md", "docs/a b.md", "Docs", "text/markdown"),
        ("shop://docs/broken.txt", "docs/broken.txt", "Docs", "text/plain"),
        ("shop://docs/deep/logo.png", "docs/deep/logo.png", "Docs", "image/png"),
        ("shop://docs/deep/odd", "docs/deep/odd", "Docs", None),
    ]


@pytest.mark.parametrize("era", ERAS)
async def test_files_are_read_as_what_they_are(docs: Path, era: str) -> None:
    async with client_of(shelf(docs), era=era) as client:
        found = [
            await contents_of(client, f"shop://docs/{name}")
            for name in ("a%20b.md", "deep/logo.png", "deep/odd", "broken.txt")
        ]
    assert found == [
        {"uri": "shop://docs/a%20b.md", "mimeType": "text/markdown", "text": "# é"},
        {
            "uri": "shop://docs/deep/logo.png",
            "mimeType": "image/png",
            "blob": b64encode(b"\x89PNG").decode(),
        },
        {"uri": "shop://docs/deep/odd", "text": "plain"},
        {"uri": "shop://docs/broken.txt", "mimeType": "text/plain", "blob": "/w=="},
    ]


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize(
    "name",
    [
        "../outside.txt",
        "deep/../../outside.txt",
        "%2e%2e/outside.txt",
        "..%2foutside.txt",
        "link.txt",
        "linked/outside.txt",
        ".env",
        ".git/config",
        "deep",
        "",
        "missing",
        "pipe",
        "deep//odd",
        "deep%5Codd",
        "a%00",
        "/etc/passwd",
        "%2fetc%2fpasswd",
    ],
)
async def test_nothing_but_the_files_of_a_directory_is_read(docs: Path, name: str, era: str) -> None:
    async with client_of(shelf(docs), era=era) as client:
        with pytest.raises(MCPError) as caught:
            await client.read_resource(f"shop://docs/{name}")
    uri = f"shop://docs/{name}"
    assert (caught.value.code, caught.value.message, caught.value.data) == (
        types.INVALID_PARAMS,
        "resource not found",
        {"uri": uri},
    )


async def test_a_file_beyond_the_limit_and_a_directory_that_is_gone_are_no_crash(tmp_path: Path) -> None:
    async with client_of(shelf(tmp_path / "gone")) as client:
        assert (await client.list_resources()).resources == []
    with (tmp_path / "huge").open("wb") as file:
        file.truncate((10 << 20) + 1)
    async with client_of(shelf(tmp_path)) as client:
        with pytest.raises(MCPError, match="larger than") as caught:
            await client.read_resource("shop://docs/huge")
    assert caught.value.code == types.INTERNAL_ERROR


@pytest.mark.parametrize("era", ERAS)
async def test_what_is_called_or_stated_is_listed_apart_from_templates(era: str) -> None:
    resources = made("shop://all", media_type="text/csv"), made("shop://orders/{id}", params=(Param("id"),))
    async with client_of(*resources, era=era) as client:
        listed = (await client.list_resources()).resources
        templates = (await client.list_resource_templates()).resource_templates
    assert [(entry.uri, entry.description, entry.mime_type) for entry in listed] == [
        ("shop://all", "About it.", "text/csv")
    ]
    assert [entry.uri_template for entry in templates] == ["shop://orders/{id}"]


@pytest.mark.parametrize(
    ("outcome", "fields", "expected"),
    [
        ("ahoy", {}, {"mimeType": "text/plain", "text": "ahoy"}),
        ({"a": 1}, {}, {"mimeType": "application/json", "text": '{"a":1}'}),
        (None, {}, {"mimeType": "application/json", "text": ""}),
        ("a,b", {"media_type": "text/csv"}, {"mimeType": "text/csv", "text": "a,b"}),
        (
            "AA==",
            {"part": Part(None, "image/png", True), "media_type": "image/png"},
            {"mimeType": "image/png", "blob": "AA=="},
        ),
        (
            FakeInbound(200, "application/json; charset=utf-8", b"{}"),
            {},
            {"mimeType": "application/json", "text": "{}"},
        ),
        (FakeInbound(200, "image/png", b"\0"), {}, {"mimeType": "image/png", "blob": "AA=="}),
        (FakeInbound(200, "", b"\xff"), {}, {"blob": "/w=="}),
        (
            FakeInbound(200, "text/plain", b"a"),
            {"part": Part(None, is_base64=True)},
            {"mimeType": "text/plain", "blob": "YQ=="},
        ),
    ],
)
async def test_what_a_call_answers_is_shown_by_its_type(
    outcome: Any, fields: dict[str, Any], expected: dict[str, str]
) -> None:
    for era in ERAS:
        async with client_of(made("shop://it", **fields), outcome=outcome, era=era) as client:
            assert await contents_of(client, "shop://it") == {"uri": "shop://it", **expected}


async def test_the_variables_of_a_template_are_the_arguments_of_its_call() -> None:
    params = (Param("id", "string", required=True),)
    async with client_of(made("shop://orders/{id}", params=params), outcome="arguments") as client:
        found = await contents_of(client, "shop://orders/a%2Fb")
    assert found["text"] == '{"id":"a/b"}'


@pytest.mark.parametrize(
    ("outcome", "code", "said"),
    [
        (FakeInbound(404, "text/plain", b"no"), types.INVALID_PARAMS, "resource not found"),
        (FakeInbound(410, "text/plain", b"no"), types.INVALID_PARAMS, "resource not found"),
        (FakeInbound(500, "text/plain", b"broken"), types.INTERNAL_ERROR, "the upstream answered 500"),
        (FakeInbound(302, "text/plain", b""), types.INTERNAL_ERROR, "the upstream answered 302"),
        (UpstreamUnreachable("cannot connect", was_sent=False), types.INTERNAL_ERROR, "cannot connect"),
        (ValueError("secret"), types.INTERNAL_ERROR, "something went wrong here"),
    ],
)
@pytest.mark.parametrize("era", ERAS)
async def test_a_failed_call_is_a_protocol_error(outcome: Any, code: int, said: str, era: str) -> None:
    async with client_of(made("shop://it", flow=False), outcome=outcome, era=era) as client:
        with pytest.raises(MCPError) as caught:
            await client.read_resource("shop://it")
    assert caught.value.code == code
    assert caught.value.message.startswith(said)
    assert "secret" not in caught.value.message


async def test_of_several_that_fit_the_first_is_read() -> None:
    first, second = made("shop://{a}", params=(Param("a"),)), made("shop://it", media_type="text/csv")
    async with client_of(made("shop://other"), first, second, outcome="ahoy") as client:
        assert (await contents_of(client, "shop://it"))["mimeType"] == "text/plain"
        with pytest.raises(MCPError, match="resource not found"):
            await client.read_resource("shop://it/deep")


async def test_a_variable_that_is_not_allowed_is_told() -> None:
    params = (Param("size", "string", required=True, keywords={"enum": ["s", "l"]}),)
    async with client_of(made("shop://{size}", params=params)) as client:
        with pytest.raises(MCPError, match="size: must be one of") as caught:
            await client.read_resource("shop://m")
        assert caught.value.code == types.INVALID_PARAMS
        ref = types.ResourceTemplateReference(uri="shop://{size}")
        assert (await client.complete(ref, {"name": "size", "value": "L"})).completion.values == ["l"]


async def test_a_client_may_ask_to_hear_of_what_there_is(docs: Path) -> None:
    async with client_of(shelf(docs), made("shop://it")) as client:

        async def ask(uri: str) -> None:
            wish = types.SubscribeRequest(params=types.SubscribeRequestParams(uri=uri))
            await client.session.send_request(wish, types.EmptyResult)
            end = types.UnsubscribeRequest(params=types.UnsubscribeRequestParams(uri=uri))
            await client.session.send_request(end, types.EmptyResult)

        await ask("shop://it")
        await ask("shop://docs/a%20b.md")
        with pytest.raises(MCPError, match="resource not found"):
            await ask("shop://docs/.env")


@pytest.mark.parametrize("era", ERAS)
async def test_prompts_are_listed_and_filled(era: str) -> None:
    async with client_of(prompts=(GREETING,), era=era) as client:
        (listed,) = (await client.list_prompts()).prompts
        got = await client.get_prompt("greet", {"who": "{{tone}}"})
    assert listed.model_dump(by_alias=True, exclude_none=True) == {
        "name": "greet",
        "title": "Greet",
        "description": "Greets.",
        "arguments": [
            {"name": "who", "description": "Whom", "required": True},
            {"name": "tone", "required": False},
        ],
    }
    assert got.description == "Greets."
    assert [message.model_dump(by_alias=True, exclude_none=True) for message in got.messages] == [
        {"role": "user", "content": {"type": "text", "text": "Greet {{tone}}, ."}},
        {"role": "assistant", "content": {"type": "image", "data": "AA==", "mimeType": "image/png"}},
        {
            "role": "user",
            "content": {
                "type": "resource",
                "resource": {"uri": "shop://{{tone}}", "mimeType": "application/json", "text": "{}"},
            },
        },
    ]


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize(
    ("name", "arguments", "told"),
    [
        ("great", {}, "unknown prompt 'great'; did you mean 'greet'?"),
        ("x", {}, "unknown prompt 'x'"),
        ("greet", {}, "who: is required"),
        ("greet", {"who": "a", "hwo": "b"}, "hwo: is not an argument of this operation; did you mean 'who'?"),
        ("greet", {"who": "a", "tone": "loud"}, 'tone: must be one of "dry", "kind"'),
    ],
)
async def test_a_prompt_that_cannot_be_had_is_told(
    name: str, arguments: dict[str, str], told: str, era: str
) -> None:
    async with client_of(prompts=(GREETING,), era=era) as client:
        with pytest.raises(MCPError) as caught:
            await client.get_prompt(name, arguments)
    assert (caught.value.code, caught.value.message) == (types.INVALID_PARAMS, told)


async def test_a_prompt_of_a_file_is_what_the_file_says_now(tmp_path: Path) -> None:
    path = tmp_path / "ask.md"
    asked = McpPrompt(
        "ask", None, "", Contract((Param("who", "string"),)), (PromptMessage("user", "", file=path),)
    )
    async with client_of(prompts=(asked,)) as client:
        for text in ("Hi {{who}}", "\ufeffBye {{who}}"):
            path.write_text(text, encoding="utf-8")
            (message,) = (await client.get_prompt("ask", {"who": "Ada"})).messages
            assert message.content == types.TextContent(text=text.strip("\ufeff").replace("{{who}}", "Ada"))
        for data in (b"\xff", b"a" * (1 << 20) + b"a"):
            path.write_bytes(data)
            with pytest.raises(MCPError, match="the file of this prompt") as caught:
                await client.get_prompt("ask", {})
            assert caught.value.code == types.INTERNAL_ERROR
        path.unlink()
        with pytest.raises(MCPError, match="the file of this prompt cannot be read"):
            await client.get_prompt("ask", {})


@pytest.mark.parametrize(
    ("name", "argument", "typed", "values"),
    [
        ("greet", "tone", "", ["dry", "kind"]),
        ("greet", "tone", "K", ["kind"]),
        ("greet", "who", "", []),
        ("greet", "else", "", []),
        ("lost", "tone", "", []),
    ],
)
async def test_arguments_are_completed_from_what_the_file_allows(
    name: str, argument: str, typed: str, values: list[str]
) -> None:
    async with client_of(prompts=(GREETING,)) as client:
        ref = types.PromptReference(name=name)
        found = await client.complete(ref, {"name": argument, "value": typed})
    assert (found.completion.values, found.completion.total, found.completion.has_more) == (
        values,
        len(values),
        False,
    )


@pytest.mark.parametrize("era", ERAS)
async def test_long_lists_come_in_pages(era: str) -> None:
    resources = [made(f"shop://{number}") for number in range(PAGE + 1)]
    async with client_of(*resources, era=era) as client:
        first = await client.list_resources()
        second = await client.list_resources(cursor=first.next_cursor)
        assert (len(first.resources), len(second.resources), second.next_cursor) == (PAGE, 1, None)
        for cursor in ("", "0", "-1", "x", "9" * 30, str(PAGE + 1)):
            with pytest.raises(MCPError, match="unknown cursor") as caught:
                await client.list_resources(cursor=cursor)
            assert caught.value.code == types.INVALID_PARAMS


async def test_lists_say_how_long_they_may_be_kept() -> None:
    async with client_of(made("shop://it"), prompts=(GREETING,), era="2026-07-28") as client:
        for found in (
            await client.list_tools(),
            await client.list_resources(),
            await client.list_prompts(),
            await client.read_resource("shop://it"),
        ):
            assert (found.ttl_ms, found.cache_scope) == (7000, "public")


async def test_a_server_says_only_what_it_has() -> None:
    async with client_of() as client:
        assert client.server_capabilities == types.ServerCapabilities(
            tools=types.ToolsCapability(list_changed=False)
        )
