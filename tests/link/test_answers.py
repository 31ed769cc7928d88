"""What files say of answers that are bytes: sizes, media types, and which of several counts."""

from typing import Any

import pytest

from linking import compiled, operation_of, plan_of
from naftiko_runtime.app.compiler import Compiled
from naftiko_runtime.plan.surfaces import McpSurface, PassThrough, Response, RestSurface


def shown(operation: str = "", server: str = "", route: str = "") -> Compiled:
    return compiled(f"""
ikanos: 1.0.0-beta5
capability:
  consumes:
  - type: http
    namespace: shop
    baseUri: https://shop.example
    resources: {{photo: {{path: /photo, operations: {{get: {{method: GET{operation}}}}}}}}}
  exposes:
  - type: rest
    namespace: face
    port: 8080{server}
    resources: {{photo: {{path: /photo, operations: {{get: {{method: GET, call: shop.get{route}}}}}}}}}
  - type: mcp
    namespace: face
    port: 9090{server}
    tools: {{tool: {{description: A photo, call: shop.get}}}}
""")


def passing(result: Compiled, name: str = "GET /photo") -> tuple[str | None, int | None]:
    body = operation_of(result, name).body
    assert isinstance(body, PassThrough)
    return body.media_type, body.limit_bytes


BINARY = ", outputRawFormat: binary"
SERVER = "\n    maxBinarySize: 3KiB"


@pytest.mark.parametrize(
    ("operation", "server", "limit"),
    [
        (BINARY, "", 10 << 20),
        (BINARY, SERVER, 3072),
        (BINARY + ", maxBinarySize: 1.5MiB", SERVER, 3 << 19),
        (BINARY + ", maxBinarySize: 0B", SERVER, 0),
        (BINARY + ", maxBinarySize: 2GiB", "", 2 << 30),
        ("", SERVER, None),
        (", maxBinarySize: 1B", SERVER, None),
    ],
)
def test_the_size_of_the_operation_goes_before_that_of_the_server(
    operation: str, server: str, limit: int | None
) -> None:
    result = shown(operation, server)
    assert passing(result) == passing(result, "tool") == (None, limit)


PDF = ", responseBinary: {mediaType: application/pdf, description: An invoice}"
ZIP = "application/zip: {binary: true}"


@pytest.mark.parametrize(
    ("operation", "route", "media_type"),
    [
        (BINARY, "", None),
        (BINARY, PDF, "application/pdf"),
        (BINARY + ", outputMediaType: image/png", PDF, "image/png"),
        (", outputMediaType: application/vnd.shop+json", "", "application/vnd.shop+json"),
        (BINARY, f", responses: {{'200': {{content: {{{ZIP}}}}}}}", "application/zip"),
        (BINARY, f", responses: {{2XX: {{content: {{{ZIP}, text/csv: {{}}}}}}}}", "application/zip"),
        (BINARY, f", responses: {{2XX: {{content: {{{ZIP}, text/csv: {{binary: true}}}}}}}}", None),
        (BINARY, f", responses: {{'404': {{content: {{{ZIP}}}}}}}", None),
    ],
)
def test_the_media_type_of_the_operation_goes_before_that_of_the_route(
    operation: str, route: str, media_type: str | None
) -> None:
    result = shown(operation, route=route)
    assert passing(result)[0] == media_type
    assert passing(result, "tool")[0] == (media_type if "outputMediaType" in operation else None)


def surface_of(result: Compiled, kind: type[Any]) -> Any:
    return next(surface for surface in plan_of(result).surfaces if isinstance(surface, kind))


def test_a_route_says_what_it_answers() -> None:
    [route] = surface_of(shown(BINARY, route=PDF), RestSurface).routes
    assert route.responses == (Response("200", "An invoice", (("application/pdf", True, None),)),)
    said = ", responses: {'404': {description: Gone}, '200': {content: {a/b: {schema: {type: string}}}}}"
    [route] = surface_of(shown(BINARY, route=said), RestSurface).routes
    assert route.responses == (
        Response("404", "Gone"),
        Response("200", "", (("a/b", False, {"type": "string"}),)),
    )


def test_the_size_of_a_server_counts_for_the_files_it_shows() -> None:
    assert surface_of(shown(server=SERVER), McpSurface).limit_bytes == 3072
    assert surface_of(shown(), McpSurface).limit_bytes == 10 << 20


@pytest.mark.parametrize(
    "size", ["10", "MiB", "10 MiB", "10mib", "1.MiB", "-1B", "1e3B", "' 1B'", "''", "1KB", "1" * 16 + "B"]
)
def test_what_is_no_size_is_an_error(size: str) -> None:
    result = shown(f"{BINARY}, maxBinarySize: {size}")
    assert (result.plan, [item.code for item in result.report]) == (None, ["L190"])


@pytest.mark.parametrize("media_type", ["pdf", "a/", "a/b c", '"a/b; c"', "'a/b\r\n'", "' a/b'", "''"])
def test_what_is_no_media_type_is_an_error(media_type: str) -> None:
    result = shown(f"{BINARY}, outputMediaType: {media_type}")
    assert (result.plan, [item.code for item in result.report]) == (None, ["L190"])


@pytest.mark.parametrize("media_type", ["text/csv; charset=utf-8", 'a/b;c="d; e"', "image/svg+xml"])
def test_a_media_type_may_have_parameters(media_type: str) -> None:
    assert passing(shown(f"{BINARY}, outputMediaType: '{media_type}'"))[0] == media_type
