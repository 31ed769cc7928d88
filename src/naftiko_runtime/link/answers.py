"""What a file says of answers that pass as they come: how large they may be, and of which media type."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from ..plan.surfaces import Body, PassThrough, Response
from ..source.diagnostics import Report
from ..spec.base import SpecModel
from ..spec.consumes import HttpSpec, OperationSpec
from ..spec.exposes import ContentSpec, McpSpec, ResponseSpec, RestSpec, RouteSpec
from ..values.record import dataclass

_DEFAULT_LIMIT_BYTES = 10 << 20
_SIZE = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,15})?)(B|KiB|MiB|GiB)")
_UNITS = {"B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}
_WORD = r"[a-zA-Z0-9!#$&^_.+-]+"
_MEDIA_TYPE = re.compile(rf"{_WORD}/{_WORD}(\s*;\s*{_WORD}=({_WORD}|\"[\x20\x21\x23-\x7e]*\"))*")
_STATUS = re.compile(r"[1-5][0-9X]{2}")


@dataclass(frozen=True, slots=True)
class AnswerLinker:
    """Reads sizes and media types; what cannot be read is an error (L190), what has no effect told (L192)."""

    report: Report

    def check(self, api: HttpSpec) -> None:
        """Say what is wrong with what the operations of an API say of their answers, once."""
        for resource in api.resources or ():
            for operation in resource.operations or ():
                self._check(operation)

    def passing(self, body: PassThrough, operation: OperationSpec) -> PassThrough:
        """Say what a consumed operation knows of its answer."""
        limit = _size(operation.max_binary_size) if body.is_binary else None
        return replace(body, media_type=operation.output_media_type or None, limit_bytes=limit)

    def shown(self, body: Body, server: RestSpec | McpSpec, responses: tuple[Response, ...] = ()) -> Body:
        """Add what a server and a route know; what the operation said goes before (spec 2.8)."""
        if not isinstance(body, PassThrough):
            return body
        media_type = body.media_type or _binary_type(responses)
        if not body.is_binary:
            return replace(body, media_type=media_type)
        limit = self.limit(server) if body.limit_bytes is None else body.limit_bytes
        return replace(body, media_type=media_type, limit_bytes=limit)

    def limit(self, server: RestSpec | McpSpec) -> int:
        """Return how many bytes a server passes on where nothing else is said."""
        limit = _size(server.max_binary_size)
        return _DEFAULT_LIMIT_BYTES if limit is None else limit

    def check_server(self, server: RestSpec | McpSpec) -> None:
        """Say what is wrong with the size that a server declares."""
        self._check_size(server, server.max_binary_size)

    def responses(self, spec: RouteSpec) -> tuple[Response, ...]:
        """Read what a route says it answers; the short form stands for one response that is bytes."""
        short = spec.binary_response
        if spec.responses:
            if short is not None:
                message = "'responseBinary' has no effect beside 'responses'"
                self.report.warn("L192", message, spec.span("responseBinary"))
            return tuple(self._responses(spec))
        if short is None or not self._is_media_type("mediaType", short.media_type, short):
            return ()
        content = ((short.media_type, True, None),)
        return (Response(str(short.status or 200), short.description or "", content),)

    def _responses(self, spec: RouteSpec) -> Iterator[Response]:
        for status, declared in (spec.responses or {}).items():
            if _STATUS.fullmatch(status) is None:
                message, hint = f"{status!r} is not a status", "write 200, 404 or 2XX"
                self.report.error("L190", message, spec.span("responses", status), hint)
            elif self._are_media_types(declared):
                content = ((name, bool(kind.binary), kind.schema_) for name, kind in _contents(declared))
                yield Response(status, declared.description or "", tuple(content))

    def _are_media_types(self, declared: ResponseSpec) -> bool:
        found = [self._is_media_type(name, name, declared) for name, _ in _contents(declared)]
        return all(found)

    def _check(self, operation: OperationSpec) -> None:
        self._check_size(operation, operation.max_binary_size)
        if operation.output_media_type is not None:
            self._is_media_type("outputMediaType", operation.output_media_type, operation)
        answer = (operation.output_format or "json").lower()
        if operation.max_binary_size is not None and answer != "binary":
            hint = "write outputRawFormat: binary for answers that nobody looks into"
            message = f"'maxBinarySize' has no effect on answers in {answer!r}"
            self.report.warn("L192", message, operation.span("maxBinarySize"), hint)
        if operation.output_media_type is not None and answer not in ("json", "binary"):
            message = f"'outputMediaType' has no effect: answers in {answer!r} become JSON"
            self.report.warn("L192", message, operation.span("outputMediaType"))

    def _check_size(self, model: SpecModel, text: str | None) -> None:
        if text is not None and _size(text) is None:
            hint = "write a number and B, KiB, MiB or GiB, such as 10MiB"
            self.report.error("L190", f"{text!r} is not a size", model.span("maxBinarySize"), hint)

    def _is_media_type(self, key: str, text: str, model: SpecModel) -> bool:
        if _MEDIA_TYPE.fullmatch(text):
            return True
        hint = "write a type and a subtype, such as application/pdf"
        self.report.error("L190", f"{text!r} is not a media type", model.span(key), hint)
        return False


def _contents(declared: ResponseSpec) -> Iterator[tuple[str, ContentSpec]]:
    yield from (declared.content or {}).items()


def _size(text: str | None) -> int | None:
    found = _SIZE.fullmatch(text or "")
    return int(float(found[1]) * _UNITS[found[2]]) if found else None


def _binary_type(responses: tuple[Response, ...]) -> str | None:
    """Find the media type of a route whose good answers are bytes of one type alone."""
    types = {
        name
        for response in responses
        if response.status.startswith("2")
        for name, is_binary, _ in response.content
        if is_binary
    }
    return types.pop() if len(types) == 1 else None
