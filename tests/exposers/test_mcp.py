"""What MCP clients of both eras see: tools, their results, and how failures are told."""

import gzip
import json
from base64 import b64encode
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

import pytest
from mcp import Client, MCPError, types

from naftiko_runtime.exposers.boundary import ASGIApp
from naftiko_runtime.exposers.guard import Guard
from naftiko_runtime.exposers.mcp import McpOptions, build_app
from naftiko_runtime.expr.path import Root
from naftiko_runtime.expr.scope import Expr, Scope
from naftiko_runtime.expr.shape import Fields, Selected
from naftiko_runtime.expr.template import PathTemplate
from naftiko_runtime.plan.asking import Query
from naftiko_runtime.plan.call import Headers, HttpCall
from naftiko_runtime.plan.contract import Contract, Param
from naftiko_runtime.plan.errors import (
    Busy,
    NotLinked,
    StepFailed,
    UndecodableAnswer,
    UpstreamRefused,
    UpstreamTimeout,
    UpstreamUnreachable,
)
from naftiko_runtime.plan.flow import Answer, Effects, Flow
from naftiko_runtime.plan.surfaces import (
    Body,
    Context,
    Invoke,
    McpSurface,
    McpTool,
    Operation,
    Part,
    PassThrough,
    Refused,
    Result,
)
from naftiko_runtime.source.diagnostics import Diagnostic, Severity, Span
from naftiko_runtime.values import Json

pytestmark = pytest.mark.anyio

Serve: TypeAlias = Callable[[ASGIApp], AbstractAsyncContextManager[str]]
Era: TypeAlias = Literal["legacy", "2026-07-28"]
ERAS: tuple[Era, ...] = ("legacy", "2026-07-28")

JOB = "https://files.example/job-1"
HUGE: dict[str, Json] = {"a": 1779196193564587123, "b": 2**63 + 1, "c": [10**30, -(10**30)]}


@dataclass(frozen=True)
class FakeInbound:
    status: int = 200
    headers: Headers = ()
    pieces: tuple[bytes, ...] = ()
    read: list[bytes] = field(default_factory=list)

    async def chunks(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            self.read.append(piece)
            yield piece


@dataclass(frozen=True)
class FakeStep:
    name: str
    call: HttpCall

    @property
    def calls(self) -> tuple[HttpCall, ...]:
        return (self.call,)

    @property
    def asks(self) -> tuple[Query, ...]:
        return ()

    def parts(self) -> Iterator[tuple[str, str, Expr]]:
        yield from ()

    async def run(self, scope: Scope, effects: Effects) -> Answer:
        raise NotImplementedError


def http_call(method: str) -> HttpCall:
    return HttpCall(api="ai", name="ai.jobs.get", method=method, path=PathTemplate(("/jobs",)))


def flow(*methods: str) -> Flow:
    return Flow(
        tuple(FakeStep(f"s{index}", http_call(m)) for index, m in enumerate(methods)), Selected(Root())
    )


def always(outcome: Result | Exception) -> Invoke:
    """Stand in for the engine: checks the arguments, then always gives the same."""

    @asynccontextmanager
    async def invoke(
        operation: Operation, raw: Mapping[str, Json], context: Context
    ) -> AsyncIterator[Result]:
        operation.contract.bind(raw)
        if isinstance(outcome, Exception):
            raise outcome
        yield outcome

    return invoke


def tool(name: str = "get-job", body: Body | None = None, params: tuple[Param, ...] = ()) -> McpTool:
    hints = {"readOnly": True, "destructive": False, "idempotent": True, "openWorld": False}
    operation = Operation(f"ai.{name}", "Get a job.", Contract(params), body or PassThrough(http_call("GET")))
    return McpTool(name, "Get job", operation, hints)


def app(outcome: Result | Exception, *tools: McpTool, routes: Mapping[str, str] | None = None) -> ASGIApp:
    surface = McpSurface("ai-mcp", "Jobs of AI.", None, 9090, tools or (tool(),))
    return build_app(surface, always(outcome), Guard(), McpOptions(1 << 20, "1.2.3", routes or {}))


async def result_of(
    serve: Serve, application: ASGIApp, arguments: dict[str, Json] | None = None, era: Era = "2026-07-28"
) -> types.CallToolResult:
    async with serve(application) as url, Client(f"{url}/mcp", mode=era) as client:
        return await client.call_tool("get-job", arguments)


async def failure_of(serve: Serve, outcome: Result | Exception, body: Body | None = None) -> str:
    result = await result_of(serve, app(outcome, tool(body=body)))
    assert result.is_error
    assert result.structured_content is None
    return only_text(result)


def only_text(result: types.CallToolResult) -> str:
    (block,) = result.content
    assert isinstance(block, types.TextContent)
    return block.text


def answer(value: Json) -> Answer:
    return Answer(200, (), value)


def typed(media_type: str, *pieces: bytes, status: int = 200) -> FakeInbound:
    return FakeInbound(status, (("content-type", media_type),), pieces)


@pytest.mark.parametrize("era", ERAS)
async def test_tools_are_listed_in_the_order_of_the_file(serve: Serve, era: Era) -> None:
    params = (Param("ft_id", "string", required=True, description="Its id."), Param("step", "integer"))
    shy = McpTool("a-shy-one", None, Operation("ai.a-shy-one", "", Contract(), flow()), {})
    application = app(answer(None), tool(params=params), shy)
    async with serve(application) as url, Client(url, mode=era) as client:
        listed = (await client.list_tools()).tools
    assert [entry.model_dump(by_alias=True, exclude_none=True) for entry in listed] == [
        {
            "name": "get-job",
            "title": "Get job",
            "description": "Get a job.",
            "inputSchema": Contract(params).schema(),
            "annotations": {
                "readOnlyHint": True,
                "destructiveHint": False,
                "idempotentHint": True,
                "openWorldHint": False,
            },
        },
        {"name": "a-shy-one", "inputSchema": Contract().schema()},
    ]


@pytest.mark.parametrize("mode", ["legacy", "auto"])
async def test_the_server_says_who_it_is(serve: Serve, mode: str) -> None:
    async with serve(app(answer(None))) as url, Client(url, mode=mode) as client:
        assert client.instructions == "Jobs of AI."
        assert client.server_info == types.Implementation(name="ai-mcp", version="1.2.3")


@pytest.mark.parametrize("era", ERAS)
async def test_an_unknown_tool_is_a_protocol_error_that_names_the_nearest(serve: Serve, era: Era) -> None:
    async with serve(app(answer(None))) as url, Client(url, mode=era) as client:
        with pytest.raises(MCPError) as caught:
            await client.call_tool("get-jobs", {})
        assert (caught.value.code, caught.value.message) == (
            types.INVALID_PARAMS,
            "unknown tool 'get-jobs'; did you mean 'get-job'?",
        )


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize(
    ("value", "text", "data"),
    [
        ({"id": "ft-1", "n": None}, '{"id":"ft-1","n":null}', {"id": "ft-1", "n": None}),
        ([1, "é"], '[1,"é"]', {"result": [1, "é"]}),
        (True, "true", {"result": True}),
        (1.5, "1.5", {"result": 1.5}),
        ("plain", "plain", None),
        ({}, "{}", {}),
        ([], "[]", {"result": []}),
    ],
)
async def test_a_value_is_shown_as_text_and_as_data(
    serve: Serve, era: Era, value: Json, text: str, data: Json
) -> None:
    result = await result_of(serve, app(answer(value)), era=era)
    assert (only_text(result), result.structured_content, result.is_error) == (text, data, False)


@pytest.mark.parametrize(
    "outcome",
    [answer(None), FakeInbound(204), FakeInbound(200, (("content-length", "0"),)), typed("application/json")],
)
async def test_nothing_is_an_empty_result(serve: Serve, outcome: Result) -> None:
    result = await result_of(serve, app(outcome))
    assert (result.content, result.structured_content, result.is_error) == ([], None, False)


@pytest.mark.parametrize("era", ERAS)
async def test_what_is_nested_too_deep_for_clients_is_text_alone(serve: Serve, era: Era) -> None:
    value: Json = 1
    for number in range(100):
        value = [value] if number % 2 else {"in": value}
    shallow = await result_of(serve, app(answer(value)), era=era)
    deep = await result_of(serve, app(answer({"in": value})), era=era)
    wide = await result_of(serve, app(answer({"of": [[]] * 150})), era=era)
    assert shallow.structured_content == {"result": value}
    assert (deep.structured_content, json.loads(only_text(deep))) == (None, {"in": value})
    assert wide.structured_content == {"of": [[]] * 150}


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("is_passed_through", [True, False])
async def test_integers_of_any_size_stay_exact(serve: Serve, era: Era, is_passed_through: bool) -> None:
    text = f'{{"a":1779196193564587123,"b":{2**63 + 1},"c":[{10**30},-{10**30}]}}'
    outcome = typed("application/json", text.encode()) if is_passed_through else answer(HUGE)
    result = await result_of(serve, app(outcome), era=era)
    assert (only_text(result), result.structured_content) == (text, HUGE)


@pytest.mark.parametrize("era", ERAS)
async def test_integers_of_any_size_arrive_exactly(serve: Serve, era: Era) -> None:
    seen: list[Mapping[str, Json]] = []

    @asynccontextmanager
    async def invoke(
        operation: Operation, raw: Mapping[str, Json], context: Context
    ) -> AsyncIterator[Result]:
        seen.append(raw)
        yield answer(context.face)

    surface = McpSurface("ai-mcp", "", None, 9090, (tool(),))
    application = build_app(surface, invoke, Guard(), McpOptions(1 << 20, "1"))
    result = await result_of(serve, application, HUGE, era)
    assert (only_text(result), seen) == ("mcp", [HUGE])


@pytest.mark.parametrize("era", ERAS)
async def test_every_bad_argument_is_named(serve: Serve, era: Era) -> None:
    params = (Param("model", "string", required=True), Param("epochs", "integer"))
    result = await result_of(
        serve, app(answer(None), tool(params=params)), {"epochs": "two", "modle": "m"}, era
    )
    assert result.is_error
    assert set(only_text(result).removeprefix("invalid arguments: ").split("; ")) == {
        "model: is required",
        "epochs: must be integer, not string",
        "modle: is not an argument of this operation",
        "did you mean 'model'?",
    }


@pytest.mark.parametrize("era", ERAS)
async def test_a_bug_shows_nothing_of_itself(
    serve: Serve, era: Era, caplog: pytest.LogCaptureFixture
) -> None:
    result = await result_of(serve, app(ValueError("sk-secret")), era=era)
    assert result.is_error
    incident = (
        only_text(result).removeprefix("something went wrong here; incident ").removesuffix(" in the log")
    )
    assert f"incident {incident}: ValueError" in caplog.messages


@pytest.mark.parametrize(
    ("inbound", "text", "data"),
    [
        (typed("application/json", b'{"id":', b' "ft-1"}'), '{"id":"ft-1"}', {"id": "ft-1"}),
        (typed("Application/Problem+JSON; charset=utf-8", b"[]"), "[]", {"result": []}),
        (typed("application/json", b"\xef\xbb\xbf{}"), "{}", {}),
        (typed("application/json", '{"a":"é"}'.encode("utf-16")), '{"a":"é"}', {"a": "é"}),
        (typed("application/json", b"null"), None, None),
        (typed("text/csv", b"a,b\n"), "a,b\n", None),
        (typed('text/plain; charset="ISO-8859-1"', b"caf\xe9"), "café", None),
        (typed("text/xml", "<a>é</a>".encode("utf-16")), "<a>é</a>", None),
        (typed("text/plain", b"caf\xe9"), "caf\ufffd", None),
        (typed("text/plain; charset=rot13", b"caf\xc3\xa9"), "café", None),
        (typed("image/svg+xml", b"<svg/>"), "<svg/>", None),
        (FakeInbound(200, (), (b"no type",)), "no type", None),
    ],
)
async def test_an_answer_that_is_text_is_shown_by_its_type(
    serve: Serve, inbound: FakeInbound, text: str | None, data: Json
) -> None:
    result = await result_of(serve, app(inbound))
    assert result.content == ([types.TextContent(text=text)] if text is not None else [])
    assert (result.structured_content, result.is_error) == (data, False)


@pytest.mark.parametrize("era", ERAS)
async def test_images_sounds_and_other_bytes_have_blocks_of_their_own(serve: Serve, era: Era) -> None:
    data = b64encode(b"\x89\xff").decode()
    blob = types.BlobResourceContents(uri="tool://get-job/answer", mime_type="application/zip", blob=data)
    unnamed = blob.model_copy(update={"mime_type": "application/octet-stream"})
    cases: list[tuple[FakeInbound, types.ContentBlock]] = [
        (typed("image/png", b"\x89\xff"), types.ImageContent(data=data, mime_type="image/png")),
        (typed("audio/wav", b"\x89\xff"), types.AudioContent(data=data, mime_type="audio/wav")),
        (typed("application/zip", b"\x89", b"\xff"), types.EmbeddedResource(resource=blob)),
        (FakeInbound(200, (), (b"\x89\xff",)), types.EmbeddedResource(resource=unnamed)),
    ]
    for inbound, block in cases:
        assert (await result_of(serve, app(inbound), era=era)).content == [block]


@pytest.mark.parametrize(
    ("size", "header"), [((1 << 20) + 1, True), ((1 << 20) + 1, False), (5_000_000_000, True)]
)
async def test_bytes_beyond_a_result_are_told_with_the_route_that_streams_them(
    serve: Serve, size: int, header: bool
) -> None:
    headers = (("content-type", "application/zip"), *((("content-length", str(size)),) if header else ()))
    inbound = FakeInbound(200, headers, (b"x" * min(size, 1 << 21),))
    routes = {"ai.jobs.get": "http://127.0.0.1:8080/v1/jobs/{id}/file"}
    params = (Param("id", "string"), Param("step", "integer"), Param("filter"))
    application = app(inbound, tool(params=params), routes=routes)
    result = await result_of(serve, application, {"id": "a/b", "step": 3, "filter": {}})
    url = "http://127.0.0.1:8080/v1/jobs/a%2Fb/file?step=3"
    told = size if header else "more than 1048576"
    sentence = f"the call succeeded, but its answer has {told} bytes, more than can be held here"
    assert result.content == [
        types.TextContent(text=f"{sentence}; it is streamed by {url}"),
        types.ResourceLink(name="answer", uri=url),
    ]
    assert not result.is_error
    assert len(inbound.read) == (0 if header else 1)


@pytest.mark.parametrize(
    ("outcome", "size"),
    [
        (FakeInbound(200, (("content-type", "image/png"), ("content-length", "2000000"))), "2000000"),
        (typed("application/json", b'"', b"x" * (4 << 20), b'"'), "more than 4194304"),
        (answer("é" * (2 << 20) + "x"), "4194305"),
        (
            FakeInbound(200, (("content-encoding", "gzip"),), (gzip.compress(bytes(9 << 20)),)),
            "more than 1048576",
        ),
    ],
)
async def test_what_no_result_holds_and_no_route_streams_is_refused(
    serve: Serve, outcome: Result, size: str
) -> None:
    text = await failure_of(serve, outcome)
    assert text == f"the call succeeded, but its answer has {size} bytes, more than can be held here"


async def test_a_compressed_answer_is_unpacked(serve: Serve) -> None:
    packed = gzip.compress(b'{"id":1}')
    headers = (("Content-Type", "application/json"), ("Content-Encoding", "gzip"))
    result = await result_of(serve, app(FakeInbound(200, headers, (packed[:9], packed[9:]))))
    assert result.structured_content == {"id": 1}


@pytest.mark.parametrize(
    ("inbound", "text"),
    [
        (
            typed("application/json", b"<html>"),
            "the upstream says that its answer is JSON, but it is not: "
            "unexpected character, expected a JSON value: line 1 column 1 (char 0)",
        ),
        (
            typed("application/json", b'{"a": NaN, "b": 1111111111111111111}'),
            "the upstream says that its answer is JSON, but it is not: NaN is not JSON",
        ),
        (
            typed("application/json", b'["\\ud800", 1234567890123456789]'),
            "the upstream says that its answer is JSON, but it is not: a text holds half a surrogate pair",
        ),
        (
            FakeInbound(200, (("content-encoding", "br"),), (b"x",)),
            "the upstream's answer is encoded as 'br', which was not asked for",
        ),
        (
            FakeInbound(200, (("content-encoding", "gzip"),), (b"not packed",)),
            "the upstream's answer cannot be decompressed",
        ),
        (
            FakeInbound(200, (("content-encoding", "gzip"),), (gzip.compress(b"x")[:-1],)),
            "the upstream's compressed answer is not whole",
        ),
        (FakeInbound(304), "the upstream answered 304 Not Modified and did not say where to go"),
    ],
)
async def test_an_answer_that_is_not_what_it_says_is_an_error(
    serve: Serve, inbound: FakeInbound, text: str
) -> None:
    assert await failure_of(serve, inbound) == text


@pytest.mark.parametrize("era", ERAS)
async def test_a_redirect_becomes_a_link(serve: Serve, era: Era) -> None:
    result = await result_of(serve, app(FakeInbound(302, (("location", JOB),))), era=era)
    assert result.content == [
        types.TextContent(text=f"the upstream answered 302 Found: it is at {JOB}"),
        types.ResourceLink(name="answer", uri=JOB),
    ]
    assert not result.is_error
    for text in ("http://[::1", "http://127.0.0.1:99999/", "mailto:jo@example.org"):
        told = await result_of(serve, app(FakeInbound(307, (("location", text),))), era=era)
        assert only_text(told) == f"the upstream answered 307 Temporary Redirect: it is at {text}"
    relative = await result_of(serve, app(FakeInbound(307, (("location", "/v2"),))), era=era)
    assert only_text(relative) == "the upstream answered 307 Temporary Redirect: it is at /v2"


@pytest.mark.parametrize(
    ("media_type", "body", "quote"),
    [
        ("application/json", b'{"error": {"message": "no such job", "code": "x"}}', ": no such job"),
        ("application/json", b'{"message": "no such job", "detail": "d"}', ": no such job"),
        ("application/problem+json", b'{"title": "t", "detail": "no such job"}', ": no such job"),
        ("application/json", b'{"error": "invalid_id", "error_description": "no such job"}', ": no such job"),
        ("application/json", b'{"error": "no such job"}', ": no such job"),
        ("application/json", b'{"detail": [{"loc": ["id"]}]}', ': [{"loc":["id"]}]'),
        ("application/json", b'{"errors": ["id"]}', ': {"errors":["id"]}'),
        ("application/json", b'"no such job"', ": no such job"),
        ("application/json", b'["id"]', ': ["id"]'),
        ("text/html", b"<html><title>No\n such &amp; job</title><p>long", ": No such & job"),
        ("", b"<!DOCTYPE html><title>No such job</title>", ": No such job"),
        ("text/html", b"<p>long</p>", ""),
        ("text/plain", b" no such job ", ": no such job"),
        ("text/plain", b"x" * 501, f": {'x' * 500} …"),
        ("text/plain", b"x" * 100_000, f": {'x' * 500} …"),
        ("application/json", b"", ""),
    ],
)
async def test_an_upstreams_error_is_told_in_its_own_words(
    serve: Serve, media_type: str, body: bytes, quote: str
) -> None:
    text = await failure_of(serve, typed(media_type, body, status=404))
    assert text == f"the upstream answered 404 Not Found{quote}\ndo not retry it unchanged"


async def test_a_compressed_error_is_told_too(serve: Serve) -> None:
    def compressed(encoding: str) -> FakeInbound:
        return FakeInbound(400, (("content-encoding", encoding),), (gzip.compress(b'{"message": "no"}'),))

    told = [await failure_of(serve, compressed(encoding)) for encoding in ("gzip", "br")]
    assert [text.splitlines()[0] for text in told] == [
        "the upstream answered 400 Bad Request: no",
        "the upstream answered 400 Bad Request",
    ]


SAFE, UNSAFE = PassThrough(http_call("PUT")), PassThrough(http_call("POST"))
MAY_HELP = "a retry may help"
CHECK_FIRST = "the request may have been processed: check before repeating it"
EARLIER_STEPS = "earlier steps may have been carried out: check before repeating them"


@pytest.mark.parametrize(
    ("outcome", "body", "advice"),
    [
        (FakeInbound(429, (("retry-after", "7"),)), UNSAFE, "retry after 7 s"),
        (
            FakeInbound(503, (("retry-after", "Fri, 31 Dec 2027 23:59:59 GMT"),)),
            SAFE,
            "retry after Fri, 31 Dec",
        ),
        (FakeInbound(503), UNSAFE, "retry later"),
        (FakeInbound(502), SAFE, MAY_HELP),
        (FakeInbound(504), UNSAFE, CHECK_FIRST),
        (FakeInbound(408), UNSAFE, CHECK_FIRST),
        (FakeInbound(501), SAFE, "do not retry it unchanged"),
        (FakeInbound(401), SAFE, "do not retry it unchanged"),
        (UpstreamTimeout("no answer within 50 s"), SAFE, MAY_HELP),
        (UpstreamTimeout("no answer within 50 s"), UNSAFE, CHECK_FIRST),
        (UpstreamUnreachable("no connection"), flow("GET", "DELETE"), MAY_HELP),
        (UpstreamUnreachable("no connection"), flow("GET", "PATCH"), CHECK_FIRST),
        (UndecodableAnswer("not JSON"), UNSAFE, CHECK_FIRST),
        (StepFailed("step a"), flow("POST", "GET"), CHECK_FIRST),
        (Busy("stopping", headers=(("Retry-After", "2"),)), UNSAFE, "retry after 2 s"),
        (UpstreamRefused(429, (), b""), flow("GET", "GET"), "retry later"),
        (UpstreamRefused(429, (), b""), flow("POST", "POST"), EARLIER_STEPS),
        (UpstreamRefused(422, (), b""), flow("POST", "POST"), "do not retry it unchanged"),
    ],
)
async def test_a_failure_says_whether_a_retry_makes_sense(
    serve: Serve, outcome: Result | Exception, body: Body, advice: str
) -> None:
    assert (await failure_of(serve, outcome, body)).splitlines()[-1].startswith(advice)


async def test_a_failure_that_a_retry_does_not_touch_gives_no_advice(serve: Serve) -> None:
    assert await failure_of(serve, UndecodableAnswer("not JSON"), SAFE) == "not JSON"


async def test_an_error_status_met_by_a_flow_is_told_like_one_passed_through(serve: Serve) -> None:
    refused = UpstreamRefused(404, (("content-type", "application/json"),), b'{"message": "no such job"}')
    told = "the upstream answered 404 Not Found: no such job\ndo not retry it unchanged"
    assert await failure_of(serve, refused, flow("GET")) == told


@pytest.mark.parametrize("era", ERAS)
async def test_a_refused_operation_names_its_diagnostic(serve: Serve, era: Era) -> None:
    diagnostic = Diagnostic("L001", "no consumed operation 'jobs.gte'", Span("a.yml"), Severity.REFUSED)
    refused = tool(body=Refused(diagnostic))
    result = await result_of(serve, app(NotLinked(diagnostic), refused), era=era)
    assert result.is_error
    assert only_text(result) == "this operation is refused (L001): no consumed operation 'jobs.gte'"


@pytest.mark.parametrize("era", ERAS)
async def test_stated_content_is_shown_as_what_the_file_says_that_it_is(serve: Serve, era: Era) -> None:
    parts = (
        Part("0"),
        Part("1", "image/png", is_base64=True),
        Part("2", "audio/wav", is_base64=True),
        Part("3", "image/svg+xml"),
        Part("4", "application/json", uri="test://shown"),
        Part("5", "application/pdf", is_base64=True),
        Part("6", "text/plain"),
        Part("7"),
    )
    value: Json = {"0": "text", "1": "AA==", "2": "AQ==", "3": "<svg/>", "4": {"a": 1}, "5": "Ag==", "6": "b"}
    application = app(answer(value), replace(tool(body=flow()), parts=parts))
    result = await result_of(serve, application, era=era)
    assert [block.model_dump(by_alias=True, exclude_none=True) for block in result.content] == [
        {"type": "text", "text": "text"},
        {"type": "image", "data": "AA==", "mimeType": "image/png"},
        {"type": "audio", "data": "AQ==", "mimeType": "audio/wav"},
        {"type": "image", "data": b64encode(b"<svg/>").decode(), "mimeType": "image/svg+xml"},
        {
            "type": "resource",
            "resource": {"uri": "test://shown", "mimeType": "application/json", "text": '{"a":1}'},
        },
        {
            "type": "resource",
            "resource": {"uri": "tool://get-job/5", "mimeType": "application/pdf", "blob": "Ag=="},
        },
        {"type": "text", "text": "b"},
    ]
    assert result.structured_content is None


@pytest.mark.parametrize("era", ERAS)
async def test_one_stated_piece_is_all_of_the_answer(serve: Serve, era: Era) -> None:
    described = replace(tool(body=flow()), parts=(Part(None, "image/png", is_base64=True),))
    result = await result_of(serve, app(answer("AA=="), described), era=era)
    assert result.content == [types.ImageContent(data="AA==", mime_type="image/png")]


async def test_an_argument_is_known_under_the_name_that_clients_take_and_its_own(serve: Serve) -> None:
    described = replace(tool(params=(Param("$top", "integer", required=True),)), renamed={"top": "$top"})
    async with serve(app(answer("ok"), described)) as url, Client(url) as client:
        for name in ("top", "$top"):
            assert only_text(await client.call_tool("get-job", {name: "3"})) == "ok"
        (listed,) = (await client.list_tools()).tools
    assert listed.input_schema["required"] == ["top"]


@pytest.mark.parametrize("era", ERAS)
async def test_an_object_that_the_file_puts_together_is_promised(serve: Serve, era: Era) -> None:
    shaped = Flow((), Fields((("a", Selected(Root())),)))
    application = app(answer({"a": None, "more": 1}), tool(body=shaped))
    async with serve(application) as url, Client(url, mode=era) as client:
        (listed,) = (await client.list_tools()).tools
        assert listed.output_schema is not None
        assert list(listed.output_schema["properties"]) == ["a"]
        result = await client.call_tool("get-job", {})
    assert result.structured_content == {"a": None, "more": 1}
