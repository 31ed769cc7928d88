"""The REST application by itself: its document, its page, and what happens when something of ours breaks."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace

import httpx2
import pytest

from naftiko_runtime.exposers.boundary import ASGIApp
from naftiko_runtime.exposers.guard import Guard
from naftiko_runtime.exposers.rest import RestOptions, build_app
from naftiko_runtime.exposers.rest.openapi import describe
from naftiko_runtime.expr.path import compile_path
from naftiko_runtime.expr.scope import Const
from naftiko_runtime.expr.shape import Fields, Selected
from naftiko_runtime.expr.template import PathTemplate
from naftiko_runtime.plan.call import HttpCall
from naftiko_runtime.plan.contract import Contract, Param
from naftiko_runtime.plan.flow import Answer, Flow
from naftiko_runtime.plan.surfaces import (
    Body,
    Context,
    Operation,
    PassThrough,
    Refused,
    RestInput,
    RestRoute,
    RestSurface,
    Result,
)
from naftiko_runtime.schemes.static import ApiKey
from naftiko_runtime.source.diagnostics import Diagnostic, Severity, Span
from naftiko_runtime.values import Json

Serve = Callable[[ASGIApp], AbstractAsyncContextManager[str]]

PASSES = PassThrough(HttpCall("api", "api.things.get", "GET", PathTemplate(("/things",))))
SHAPED = Flow((), Fields((("name", Selected(compile_path("$.name"), "string")),)))
REFUSED = Refused(Diagnostic("L001", "no consumed operation 'api.x'", Span("f"), Severity.REFUSED))


def route(
    method: str, path: str, body: Body = PASSES, params: tuple[Param, ...] = (), *inputs: RestInput
) -> RestRoute:
    return RestRoute(method, path, Operation(f"test.{path}", "What it does", Contract(params), body), inputs)


def surface(*routes: RestRoute, description: str = "") -> RestSurface:
    return RestSurface("test-rest", description, None, 0, routes)


def document(*routes: RestRoute, description: str = "") -> dict[str, Json]:
    return describe(surface(*routes, description=description), title="Things", version="7")


def answering(result: Answer | Exception) -> Callable[..., AbstractAsyncContextManager[Result]]:
    """Stand for the engine: give one answer, or fail."""

    @asynccontextmanager
    async def invoke(
        operation: Operation, raw: Mapping[str, Json], context: Context
    ) -> AsyncIterator[Result]:
        if isinstance(result, Exception):
            raise result
        yield result

    return invoke


def app(result: Answer | Exception, *routes: RestRoute, limit_bytes: int = 1000) -> ASGIApp:
    return build_app(surface(*routes), answering(result), Guard(), RestOptions(limit_bytes))


PROBLEM: Json = {"schema": {"$ref": "#/components/schemas/Problem"}}
FAILED: Json = {
    "description": "a failure: the upstream's own answer, or a problem document",
    "content": {"application/problem+json": PROBLEM, "*/*": {}},
}


def test_a_pass_through_is_described_by_its_inputs() -> None:
    params = (
        Param("id", "string", required=True),
        Param("tags", "array", description="which"),
        Param("X-Trace", "string"),
        Param("session", "string"),
        Param("body", "object", required=True, description="the thing"),
    )
    described = document(
        route(
            "POST",
            "/things/{{id}}",
            PASSES,
            params,
            RestInput("id", "path", "id"),
            RestInput("tags", "query", "tags", is_list=True),
            RestInput("X-Trace", "header", "X-Trace"),
            RestInput("session", "cookie", "session"),
            RestInput("body", "body", None),
        ),
        description="About things.",
    )
    assert described["info"] == {"title": "Things", "version": "7", "description": "About things."}
    assert described["paths"] == {
        "/things/{id}": {
            "post": {
                "operationId": "post_things_id",
                "summary": "What it does",
                "parameters": [
                    {"name": "id", "in": "path", "schema": {"type": "string"}, "required": True},
                    {
                        "name": "tags",
                        "in": "query",
                        "schema": {"type": "array", "items": {}},
                        "required": False,
                        "description": "which",
                    },
                    {"name": "X-Trace", "in": "header", "schema": {"type": "string"}, "required": False},
                    {"name": "session", "in": "cookie", "schema": {"type": "string"}, "required": False},
                ],
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {"schema": {"type": "object", "description": "the thing"}}
                    },
                },
                "responses": {
                    "2XX": {
                        "description": "the upstream's answer, as it comes",
                        "content": {"application/json": {}, "*/*": {}},
                    },
                    "default": FAILED,
                },
            }
        }
    }


def operation_of(described: dict[str, Json], path: str, method: str) -> dict[str, Json]:
    paths = described["paths"]
    assert isinstance(paths, dict)
    item = paths[path]
    assert isinstance(item, dict)
    operation = item[method]
    assert isinstance(operation, dict)
    return operation


def test_the_fields_of_a_body_are_described_as_one_object() -> None:
    params = (Param("size", "integer", required=True), Param("colour", "string"))
    inputs = (RestInput("size", "body", "size"), RestInput("colour", "body", "colour"))
    described = operation_of(document(route("PUT", "/t", PASSES, params, *inputs)), "/t", "put")
    schema: Json = {
        "type": "object",
        "properties": {"size": {"type": "integer"}, "colour": {"type": "string"}},
        "required": ["size"],
    }
    assert described["requestBody"] == {"required": True, "content": {"application/json": {"schema": schema}}}


def test_a_shaped_answer_promises_its_fields() -> None:
    responses = operation_of(document(route("GET", "/t", SHAPED)), "/t", "get")["responses"]
    assert isinstance(responses, dict)
    assert responses["2XX"] == {
        "description": "the shaped answer",
        "content": {"application/json": {"schema": SHAPED.result.schema()}},
    }
    assert set(responses) == {"2XX", "204", "default"}


def test_a_refused_operation_is_described_as_refused() -> None:
    responses = operation_of(document(route("GET", "/t/{id}", REFUSED)), "/t/{id}", "get")["responses"]
    assert responses == {
        "501": {"description": "refused; see the code", "content": {"application/problem+json": PROBLEM}}
    }


def test_path_variables_that_nobody_declared_are_described_too() -> None:
    described = operation_of(document(route("GET", "no-slash/{id}", REFUSED)), "/no-slash/{id}", "get")
    assert described["parameters"] == [
        {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    ]


def test_what_callers_have_to_present_is_described() -> None:
    asking = replace(surface(route("GET", "/t")), verifier=ApiKey("X-Key", Const("s3cret"), in_query=False))
    described = describe(asking, title="Things", version="7")
    assert described["security"] == [{"callers": []}]
    components = described["components"]
    assert isinstance(components, dict)
    scheme = {"type": "apiKey", "in": "header", "name": "X-Key"}
    assert components["securitySchemes"] == {"callers": scheme}
    assert "s3cret" not in repr(described)


def test_operation_ids_are_unique() -> None:
    described = document(route("GET", "/a-b"), route("GET", "/a_b"), route("GET", "/a.b"))
    ids = [operation_of(described, path, "get")["operationId"] for path in ("/a-b", "/a_b", "/a.b")]
    assert ids == ["get_a_b", "get_a_b_2", "get_a_b_3"]


async def test_the_document_and_the_page_are_served(serve: Serve) -> None:
    async with (
        serve(app(Answer(200, (), {}), route("GET", "/t"))) as url,
        httpx2.AsyncClient(base_url=url) as client,
    ):
        described = await client.get("/openapi.json")
        page = await client.get("/docs")
        head = await client.head("/docs")
        posted = await client.post("/docs")
    assert described.json()["info"] == {"title": "test-rest", "version": "0"}
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'self'" in page.headers["content-security-policy"]
    assert "SwaggerUIBundle({" in page.text
    assert (head.content, head.headers["content-length"]) == (b"", page.headers["content-length"])
    assert posted.status_code == 404


async def test_a_route_of_the_file_goes_before_a_page(serve: Serve) -> None:
    async with (
        serve(app(Answer(200, (), "mine"), route("GET", "/docs"))) as url,
        httpx2.AsyncClient() as client,
    ):
        assert (await client.get(f"{url}/docs")).json() == "mine"


async def test_an_answer_without_a_value_is_no_content(serve: Serve) -> None:
    nothing = Answer(200, (("x-request-id", "r"), ("content-length", "4")), None)
    async with serve(app(nothing, route("GET", "/t"))) as url, httpx2.AsyncClient() as client:
        got = await client.get(f"{url}/t")
    assert (got.status_code, got.content, got.headers["x-request-id"]) == (204, b"", "r")
    assert "content-length" not in got.headers


@pytest.mark.parametrize("status", [204, 205, 304])
async def test_a_value_is_told_also_where_the_upstream_had_no_body(serve: Serve, status: int) -> None:
    stated = Answer(status, (), {"done": True})
    async with serve(app(stated, route("DELETE", "/t"))) as url, httpx2.AsyncClient() as client:
        got = await client.delete(f"{url}/t")
    assert (got.status_code, got.json()) == (200, {"done": True})


async def test_a_bug_is_told_by_its_number_only(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    async with (
        serve(app(RuntimeError("secret inside"), route("POST", "/t"))) as url,
        httpx2.AsyncClient() as client,
    ):
        got = await client.post(f"{url}/t")
    assert (got.status_code, got.headers["x-should-retry"]) == (500, "false")
    incident = got.json()["detail"].split("incident ")[1].split()[0]
    assert "secret" not in got.text
    assert any(incident in record.getMessage() for record in caplog.records)


async def test_without_routes_no_path_is_near(serve: Serve) -> None:
    async with serve(app(Answer(200, (), {}))) as url, httpx2.AsyncClient() as client:
        got = await client.get(f"{url}/x")
    assert got.json()["detail"] == "nothing is exposed under this path"


async def test_a_caller_who_leaves_while_sending_costs_nothing(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    called = Answer(200, (), "called")
    async with serve(app(called, route("POST", "/t"))) as url:
        host, port = url.removeprefix("http://").split(":")
        _, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"POST /t HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf")
        await writer.drain()
        await asyncio.sleep(0.05)
        writer.close()
        await asyncio.sleep(0.05)
        async with httpx2.AsyncClient() as client:
            assert (await client.post(f"{url}/t")).json() == "called"
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


async def test_a_failure_in_the_middle_of_an_answer_breaks_it_off(serve: Serve) -> None:
    class Broken:
        status = 200
        headers = (("content-length", "10"),)

        async def chunks(self) -> AsyncIterator[bytes]:
            yield b"half"
            raise RuntimeError("bug")

    @asynccontextmanager
    async def invoke(
        operation: Operation, raw: Mapping[str, Json], context: Context
    ) -> AsyncIterator[Result]:
        yield Broken()

    broken = build_app(surface(route("GET", "/t")), invoke, Guard(), RestOptions(1000))
    async with serve(broken) as url, httpx2.AsyncClient() as client:
        with pytest.raises(httpx2.RemoteProtocolError):
            await client.get(f"{url}/t")
