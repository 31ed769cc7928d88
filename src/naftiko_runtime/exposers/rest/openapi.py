"""Describes a REST server as OpenAPI 3.1, from its contracts alone."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...plan.contract import Contract, Param
from ...plan.flow import Flow
from ...plan.forward import Forward
from ...plan.surfaces import PassThrough, Refused, Response, RestForward, RestInput, RestRoute, RestSurface
from ...values import Json
from .router import HOLE, Target, build_router

_PROBLEM: dict[str, Json] = {
    "type": "object",
    "description": "what went wrong (RFC 9457)",
    "properties": {
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string", "description": "what kind of failure it is, in a word"},
        "hint": {"type": "string", "description": "what can be done"},
        "retryable": {"type": "boolean", "description": "whether the same call may succeed later"},
        "retryAfter": {"type": "integer", "description": "after how many seconds"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"argument": {"type": "string"}, "problem": {"type": "string"}},
                "required": ["argument", "problem"],
            },
        },
    },
    "required": ["title", "status", "detail"],
}
_BYTES: dict[str, Json] = {"type": "string", "format": "binary"}
_WITH_BODY = ("POST", "PUT", "PATCH")
_FORWARDED = ("GET", *_WITH_BODY, "DELETE")
_PLACES = ("path", "query", "header", "cookie")
_NOT_IN_ID = re.compile(r"[^A-Za-z0-9]+")


def describe(surface: RestSurface, *, title: str, version: str) -> dict[str, Json]:
    """Return the OpenAPI document of a server; every route has an operationId of its own."""
    taken: set[str] = set()
    paths: dict[str, Json] = {}
    for target in _targets(surface):
        operations: dict[str, Json] = {
            method.lower(): _operation(route, taken) for method, route in target.routes.items()
        }
        paths[HOLE.sub(r"{\1}", _rooted(target.path))] = operations
    for forward in surface.forwards:
        path = HOLE.sub(r"{\1}", forward.path)
        known = paths.get(path)
        paths[path] = {**_forward(forward, taken), **(known if isinstance(known, dict) else {})}
    info: dict[str, Json] = {"title": title, "version": version}
    if surface.description:
        info["description"] = surface.description
    components: dict[str, Json] = {"schemas": {"Problem": _PROBLEM}}
    security: list[Json] = []
    if surface.verifier is not None:
        components["securitySchemes"] = {"callers": dict(surface.verifier.security_scheme())}
        security = [{"callers": []}]
    return {
        "openapi": "3.1.0",
        "info": info,
        "servers": [{"url": "/"}],
        "security": security,
        "paths": paths,
        "components": components,
    }


def _targets(surface: RestSurface) -> tuple[Target, ...]:
    """Take the paths that are really served: of two equal routes the first."""
    return build_router(surface.routes).targets


def _rooted(path: str) -> str:
    return path if path.startswith("/") else f"/{path}"


def _operation(route: RestRoute, taken: set[str]) -> dict[str, Json]:
    operation: dict[str, Json] = {"operationId": _unique(route.method, route.path, taken)}
    if route.operation.description:
        operation["summary"] = route.operation.description
    params = {param.name: param for param in route.operation.contract.params}
    placed = [(item, params[item.argument]) for item in route.inputs if item.argument in params]
    known = {item.argument for item, _ in placed}
    parameters = [_parameter(item, param) for item, param in placed if item.place in _PLACES]
    parameters += [_undeclared(name) for name in HOLE.findall(route.path) if name not in known]
    if parameters:
        operation["parameters"] = list[Json](parameters)
    if body := _body(route, [(item, param) for item, param in placed if item.place == "body"]):
        operation["requestBody"] = body
    operation["responses"] = _responses(route)
    return operation


def _forward(forward: RestForward, taken: set[str]) -> dict[str, Json]:
    """Describe a forward by the usual methods; what is below it, only the API's own description knows."""
    shown: dict[str, Json] = {}
    about = forward.operation.description or "Handed on to the API as it comes"
    for method in _FORWARDED:
        operation: dict[str, Json] = {"operationId": _unique(method, forward.path, taken), "summary": about}
        if names := HOLE.findall(forward.path):
            operation["parameters"] = [_undeclared(name) for name in names]
        if method in _WITH_BODY:
            operation["requestBody"] = {"content": {"*/*": {"schema": {}}}}
        shown[method.lower()] = {**operation, "responses": _responses(forward)}
    return shown


def _unique(method: str, path: str, taken: set[str]) -> str:
    """Make an id that code generators can use: the method and the words of the path."""
    words = _NOT_IN_ID.sub("_", f"{method.lower()}{_rooted(path)}").strip("_")
    found = next(name for name in _numbered(words) if name not in taken)
    taken.add(found)
    return found


def _numbered(words: str) -> Iterator[str]:
    yield words
    number = 2
    while True:
        yield f"{words}_{number}"
        number += 1


def _parameter(item: RestInput, param: Param) -> dict[str, Json]:
    schema = {name: value for name, value in param.schema().items() if name != "description"}
    shown: dict[str, Json] = {"name": item.key or item.argument, "in": item.place, "schema": schema}
    shown["required"] = param.required or item.place == "path"
    if param.description:
        shown["description"] = param.description
    return shown


def _undeclared(name: str) -> dict[str, Json]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _body(route: RestRoute, parts: list[tuple[RestInput, Param]]) -> dict[str, Json] | None:
    """Describe the body: one value, or an object of the fields that callers may give."""
    if route.streams_body:
        return {"required": True, "content": {"*/*": {"schema": {}}}}
    if not parts:
        return None
    first, param = parts[0]
    whole = first.key is None
    schema: Json = param.schema() if whole else _fields(tuple(param for _, param in parts))
    required = any(param.required for _, param in parts)
    return {"required": required, "content": {"application/json": {"schema": schema}}}


def _fields(params: tuple[Param, ...]) -> dict[str, Json]:
    schema = Contract(params).schema()
    return {name: value for name, value in schema.items() if name != "additionalProperties"}


def _declared(responses: tuple[Response, ...]) -> dict[str, Json]:
    """Show what a route says that it answers."""
    return {
        response.status: {
            "description": response.description or "as declared",
            "content": {
                name: {"schema": _BYTES if is_binary else schema if isinstance(schema, dict) else {}}
                for name, is_binary, schema in response.content
            },
        }
        for response in responses
    }


def _passed(body: PassThrough | Forward) -> dict[str, Json]:
    if isinstance(body, PassThrough) and body.is_binary:
        return {body.media_type or "application/octet-stream": {"schema": _BYTES}}
    if isinstance(body, PassThrough) and body.media_type:
        return {body.media_type: {}}
    return {"application/json": {}, "*/*": {}}


def _responses(route: RestRoute | RestForward) -> dict[str, Json]:
    problem: dict[str, Json] = {"schema": {"$ref": "#/components/schemas/Problem"}}
    failed: dict[str, Json] = {
        "description": "a failure: the upstream's own answer, or a problem document",
        "content": {"application/problem+json": problem, "*/*": {}},
    }
    body = route.operation.body
    if isinstance(route, RestRoute) and route.responses and not isinstance(body, Refused):
        return {**_declared(route.responses), "default": failed}
    if isinstance(body, PassThrough | Forward):
        content = _passed(body)
        passed: dict[str, Json] = {"description": "the upstream's answer, as it comes", "content": content}
        return {"2XX": passed, "default": failed}
    if isinstance(body, Flow):
        shaped: dict[str, Json] = {"application/json": {"schema": body.result.schema()}}
        return {
            "2XX": {"description": "the shaped answer", "content": shaped},
            "204": {"description": "nothing to answer"},
            "default": failed,
        }
    return {"501": {"description": "refused; see the code", "content": {"application/problem+json": problem}}}
