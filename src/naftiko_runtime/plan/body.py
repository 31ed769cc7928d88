"""The bodies of requests: one node for each kind, written by the rules of its own format."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from itertools import chain, repeat
from secrets import token_hex
from typing import Protocol, TypeAlias

from ..expr.compose import ListOf, ObjectOf
from ..expr.scope import Const, Expr, Scope, Value
from ..expr.sink import Unsendable, body_text, form_text, header_text, part_text, write
from ..values import Json, Secret, Text
from ..values.json import encode, encode_text
from ..values.record import dataclass
from ..values.secret import join, separate

Part: TypeAlias = tuple[str, Expr]
Placed: TypeAlias = tuple[str, str, Expr]  # place, name, expression

_FORM = "application/x-www-form-urlencoded"
_BYTES = "application/octet-stream"
_JSON = "application/json"
_WHOLE = "body"


class BadPart(Unsendable):
    """A part of a body that cannot be sent; ``part`` is what was given."""

    def __init__(self, name: str, part: Expr, problem: str) -> None:
        super().__init__(problem)
        self.name = name
        self.part = part


@dataclass(frozen=True, slots=True)
class Content:
    """A body as it will be sent, and what it is."""

    data: bytes | Secret = field(repr=False)
    media_type: str


class Body(Protocol):
    """A compiled body."""

    def render(self, scope: Scope) -> Content | None:
        """Write it; nothing was given, nothing is sent. Raises ValueError for what it cannot hold."""
        ...

    def parts(self) -> Iterator[Placed]:
        """List (place, name, expression) of everything in it."""
        ...


@dataclass(frozen=True, slots=True)
class JsonBody:
    """A JSON body: one value, or an object of the fields that were given, or else what the file states.

    It is built by structure, never by pasting text.
    """

    whole: Expr | None = None
    fields: tuple[Part, ...] = ()
    media_type: str = _JSON
    otherwise: Json = None

    def render(self, scope: Scope) -> Content | None:
        data = self._bytes(scope)
        if data is None and self.otherwise is not None:
            data = encode(self.otherwise)
        return None if data is None else Content(data, self.media_type)

    def _bytes(self, scope: Scope) -> bytes | Secret | None:
        if isinstance(self.whole, (ObjectOf, ListOf)):
            text = _json(self.whole, scope)
        elif self.whole is not None:
            value = self.whole.evaluate(scope)
            if not isinstance(value, Secret):
                return None if value is None else encode(value)
            text = value.map(encode_text)
        elif (plain := _plain(self.fields, scope)) is not None:
            return encode(plain) if plain else None
        else:
            text = _members(self.fields, scope)
        return text.encode() if isinstance(text, str) else text

    def parts(self) -> Iterator[Placed]:
        whole = self.whole
        if whole is not None and not isinstance(whole, ObjectOf):
            yield _WHOLE, "", whole
        fields = whole.fields if isinstance(whole, ObjectOf) else self.fields
        yield from (("body field", name, value) for name, value in fields)


def _json(expr: Expr, scope: Scope) -> Text | None:
    """Write a value as JSON, with the secrets inside it; what was not given is nothing."""
    if isinstance(expr, ObjectOf):
        return _members(expr.fields, scope) or "{}"
    if isinstance(expr, ListOf):
        items = (_json(item, scope) for item in expr.items)
        return join(("[", separate((item for item in items if item is not None), ","), "]"))
    value = expr.evaluate(scope)
    if isinstance(value, Secret):
        return value.map(encode_text)
    return None if value is None and not isinstance(expr, Const) else encode_text(value)


def _plain(fields: tuple[Part, ...], scope: Scope) -> dict[str, Json] | None:
    """Collect what was given, to be written at once; None where that may hold secrets, or a name twice."""
    given: dict[str, Json] = {}
    for name, part in fields:
        if isinstance(part, (ObjectOf, ListOf)):
            return None
        value = part.evaluate(scope)
        if isinstance(value, Secret) or name in given:
            return None
        if value is not None or isinstance(part, Const):
            given[name] = value
    return given


def _members(fields: tuple[Part, ...], scope: Scope) -> Text | None:
    written = ((name, _json(part, scope)) for name, part in fields)
    pairs = [join((encode_text(name), ":", value)) for name, value in written if value is not None]
    return join(("{", separate(pairs, ","), "}")) if pairs else None


@dataclass(frozen=True, slots=True)
class TextBody:
    """A text; its holes are encoded by what it was compiled with."""

    text: Expr
    media_type: str

    def render(self, scope: Scope) -> Content | None:
        try:
            value = self.text.evaluate(scope)
            text = None if value is None else write(value, body_text)
        except ValueError as error:
            raise BadPart(_WHOLE, self.text, reason(error)) from None
        if text is None:
            return None
        if isinstance(text, Secret):
            return Content(text, self.media_type)
        return Content(text.encode(), self.media_type if text.isascii() else self._in_utf8())

    def _in_utf8(self) -> str:
        """Name the charset where one is needed; other formats say it themselves, or have only this one."""
        is_unclear = self.media_type.startswith("text/") and ";" not in self.media_type
        return f"{self.media_type}; charset=utf-8" if is_unclear else self.media_type

    def parts(self) -> Iterator[Placed]:
        yield _WHOLE, "", self.text


@dataclass(frozen=True, slots=True)
class FormBody:
    """The fields of an HTML form, urlencoded; the elements of a list are fields of one name."""

    fields: tuple[Part, ...] = ()
    whole: Expr | None = None

    def render(self, scope: Scope) -> Content | None:
        pairs = [
            join((form_text(name), "=", text))
            for name, part, value in _given(self.fields, self.whole, scope)
            for text in _written(name, part, value)
        ]
        if not pairs:
            return None
        text = separate(pairs, "&")
        return Content(text.encode() if isinstance(text, str) else text, _FORM)

    def parts(self) -> Iterator[Placed]:
        yield from _listed(self.fields, self.whole)


def _written(name: str, part: Expr, value: Value) -> Iterator[Text]:
    try:
        for item in value if isinstance(value, list) else (value,):
            if item is not None:
                yield write(item, form_text)
    except ValueError as error:
        raise BadPart(name, part, reason(error)) from None


@dataclass(frozen=True, slots=True)
class FileOf:
    """What makes a part of a form a file: its name, its media type, or both."""

    name: Expr | None = None
    media_type: Expr | None = None


@dataclass(frozen=True, slots=True)
class MultipartBody:
    """The fields and files of a form, each in a part of its own (RFC 7578)."""

    fields: tuple[Part, ...] = ()
    whole: Expr | None = None
    files: tuple[FileOf, ...] = ()  # of the fields, in their order

    def render(self, scope: Scope) -> Content | None:
        """Write the parts, and only then draw the line between them: no content can have been made for it."""
        given = _given(self.fields, self.whole, scope)
        pieces = [
            _piece(name, part, value, file, scope)
            for (name, part, value), file in zip(given, chain(self.files, repeat(FileOf())), strict=False)
            if value is not None
        ]
        if not pieces:
            return None
        line = token_hex(24)
        text = join((*(join((f"--{line}\r\n", piece, "\r\n")) for piece in pieces), f"--{line}--\r\n"))
        data = text.encode() if isinstance(text, str) else text
        return Content(data, f"multipart/form-data; boundary={line}")

    def parts(self) -> Iterator[Placed]:
        yield from _listed(self.fields, self.whole)
        for (name, _), file in zip(self.fields, self.files, strict=False):
            yield from (("file name", name, file.name),) if file.name else ()
            yield from (("media type", name, file.media_type),) if file.media_type else ()


def _piece(name: str, part: Expr, value: Value, file: FileOf, scope: Scope) -> Text:
    try:
        lines: list[Text] = [f'Content-Disposition: form-data; name="{part_text(name)}"']
        if file.name and (file_name := file.name.evaluate(scope)) is not None:
            lines[0] = join((lines[0], '; filename="', write(file_name, part_text), '"'))
        kind = file.media_type.evaluate(scope) if file.media_type else None
        if kind is None:
            kind = _BYTES if file.name else _JSON if isinstance(value, list | dict) else None
        if kind is not None:
            lines.append(join(("Content-Type: ", write(kind, header_text))))
        return join((separate(lines, "\r\n"), "\r\n\r\n", write(value, body_text)))
    except ValueError as error:
        raise BadPart(name, part, reason(error)) from None


def reason(error: ValueError) -> str:
    """Say why a value cannot be sent; other than Unsendable, errors are those of the JSON writer."""
    return str(error) if isinstance(error, Unsendable) else "cannot be written as JSON in UTF-8"


def _given(fields: tuple[Part, ...], whole: Expr | None, scope: Scope) -> Iterator[tuple[str, Expr, Value]]:
    """List the fields with their values, or those of the object that is the whole form."""
    yield from ((name, part, part.evaluate(scope)) for name, part in fields)
    given = whole.evaluate(scope) if whole else None
    if whole is None or given is None:
        return
    if not isinstance(given, dict):
        raise BadPart(_WHOLE, whole, "must be an object, whose members are the fields of a form")
    yield from ((name, whole, value) for name, value in given.items())


def _listed(fields: tuple[Part, ...], whole: Expr | None) -> Iterator[Placed]:
    yield from (("form field", name, value) for name, value in fields)
    if whole is not None:
        yield _WHOLE, "", whole
